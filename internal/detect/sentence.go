package detect

// sentence is what is said around a mention.
type sentence struct {
	first, last int   // the tokens of the mention
	head, tail  int   // these, and the statuses that are listed with it
	start, end  int   // the tokens of its clause
	class       class // of the clause's other words
	where       place // of the mention
}

func (t *talk) sentence(first, last int) sentence {
	s := sentence{first: first, last: last, where: t.list[first].where}
	s.head, s.tail = t.siblings(first, -1), t.siblings(last, 1)
	s.start, s.end = t.clause(first)
	s.end = max(s.end, last)
	if s.start == first && s.end == last && t.isStatus(first) && t.joined(first, sentenceStop) && first == last {
		s.start, _ = t.clause(first - 1) // "Login fails. 401. Any ideas?"
	}
	for i := s.start; i <= s.end; i++ {
		if s.around(i) && !t.marked(i, inLink) {
			s.class |= t.list[i].class
		}
	}
	return s
}

// around says whether token i is none of the mention's own.
func (s *sentence) around(i int) bool { return i < s.first || i > s.last }

// has says whether another word of the clause is of one of some classes.
func (s *sentence) has(classes class) bool { return s.class&classes != 0 }

// marked says whether the mention has one of some places.
func (s *sentence) marked(where place) bool { return s.where&where != 0 }

// isQuestion says whether the mention stands in a question.
func (s *sentence) isQuestion() bool { return s.marked(asked) }

// status says whether the mention is of a status.
func (s *sentence) status(t *talk) bool { return t.isStatus(s.first) || t.isStatus(s.last) }

// listing are the words between the statuses of a list: "401, 403 and then also 429".
var listing = words("and or then a an also sometimes even not the")

// siblings goes from a status over those that are listed with it, to the left
// (step -1) or right (1): "401, 403 and 429", "a 401 or a 403".
func (t *talk) siblings(i, step int) int {
	const most = 8
	for range most {
		next := t.sibling(i, step)
		if next == i {
			break
		}
		i = next
	}
	return i
}

// sibling goes from a status to the next one of its list; i itself if there is none.
func (t *talk) sibling(i, step int) int {
	const reach = 3
	if !t.isStatus(i) {
		return i
	}
	for j := i + step; t.joined(max(j, j-step), clauseStop) && (j-i)*step <= reach; j += step {
		if t.isStatus(j) {
			return j
		}
		if !t.is(j, listing...) {
			break
		}
	}
	return i
}

// otherStatus says whether the clause names another status before the mention.
func (t *talk) otherStatus(s sentence) bool {
	for i := s.start; i < s.head; i++ {
		if t.isStatus(i) {
			return true
		}
	}
	return false
}
