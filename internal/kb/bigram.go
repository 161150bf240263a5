package kb

// bigramIndex finds the names that share most pairs of neighbouring letters with
// a question, so that only these few need a close look. A slip of the finger
// changes at most three pairs of a name, and the rest still point to it.
//
// Pairs rather than triples: a swap in a short name ("qoutas") leaves no triple
// standing. Lists rather than a tree or deleted neighbours: they are small, easy
// to build, and do not care how many slips there are.
type bigramIndex struct {
	terms   [letters * letters][]int32 // for each pair, the terms it stands in, once per place
	pairs   []uint32                   // for each term, how many pairs it has
	longest uint32                     // of pairs
}

// letters is the size of the index's alphabet: a to z, 1 to 9 (a key holds no 0),
// and one for every byte of other scripts.
const letters = 26 + 9 + 1

const (
	// shortlistSize is how many terms get a close look. Of 23,646 single typos
	// among 10,000 generated codes, 48 find 99.98 % at the first place, 16 only
	// 97.2 %, and 64 no more (TestTypos takes every tenth of them).
	shortlistSize = 48

	// shortlistMin is the share of common pairs, in percent of the pairs of both
	// names, below which a close look is never worthwhile.
	shortlistMin = 40
)

func newBigramIndex(terms []term) bigramIndex {
	x := bigramIndex{pairs: make([]uint32, len(terms))}
	for i, t := range terms {
		for p := range len(t.key) - 1 {
			pair := bigram(t.key, p)
			x.terms[pair] = append(x.terms[pair], int32(i))
		}
		x.pairs[i] = uint32(len(t.key) - 1)
		x.longest = max(x.longest, x.pairs[i])
	}
	return x
}

// shortlist returns the terms most like a key, at most shortlistSize, in the
// order of the vocabulary.
func (x *bigramIndex) shortlist(key string) []int32 {
	pairs := uint32(len(key) - 1)
	if pairs > x.longest && percent(x.longest, pairs, x.longest) < shortlistMin {
		return nil // too long for every name
	}
	like := make([]uint32, len(x.pairs)) // for each term, the common pairs, and then the likeness in percent
	for p := range len(key) - 1 {
		for _, t := range x.terms[bigram(key, p)] {
			like[t]++
		}
	}

	// Sorting thousands of terms to keep a few would cost more than all the
	// rest: count how many terms have which likeness, and cut where the list
	// is full.
	var count [101]int
	for t, shared := range like {
		if shared > 0 {
			like[t] = min(100, percent(shared, pairs, x.pairs[t]))
			count[like[t]]++
		}
	}
	cut, room := uint32(100), shortlistSize
	for cut >= shortlistMin && count[cut] <= room {
		room -= count[cut]
		cut--
	}

	list := make([]int32, 0, shortlistSize-room)
	for t, p := range like {
		switch {
		case p > cut:
			list = append(list, int32(t))
		case p == cut && p >= shortlistMin && room > 0:
			list = append(list, int32(t))
			room--
		}
	}
	return list
}

// percent is the share of common pairs in those of two names.
func percent(shared, a, b uint32) uint32 { return 200 * shared / (a + b) }

func bigram(key string, at int) int { return letter(key[at])*letters + letter(key[at+1]) }

func letter(b byte) int {
	switch {
	case 'a' <= b && b <= 'z':
		return int(b - 'a')
	case '1' <= b && b <= '9':
		return 26 + int(b-'1')
	}
	return letters - 1
}
