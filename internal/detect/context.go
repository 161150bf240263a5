package detect

import "strings"

// context looks at what is said around the tokens of a mention.
func (t *talk) context(first, last int) Cues {
	start, end := t.clause(first)
	end = max(end, last)
	var all class
	for i := start; i <= end; i++ {
		if (i < first || i > last) && t.list[i].where&inLink == 0 {
			all |= t.list[i].class
		}
	}
	c := t.verb(start, first, last, end)
	c |= t.source(first, last, end)
	if t.isAlone(first, last) {
		c |= cueAlone
	}
	if all&cError != 0 {
		c |= cueError
	}
	c |= t.subject(start, first, last, end, all)
	if t.thrown(start, first) {
		c |= cueThrown
	}
	if t.contrast(start) {
		c |= cueContrast
	}
	if all&(cAsk|cStill) != 0 || c&^cueAlone != 0 && (all&cTime != 0 || t.list[first].where&asked != 0) || all&cTime != 0 && t.list[first].where&plural != 0 {
		c |= cueAsks
	}
	if s := t.list[first].status; c&cueHappens != 0 && s != 0 && s != 404 && s%100 != 0 {
		c |= cueTelling
	}
	c |= t.against(start, first, last, end, all, c)
	return c
}

// verb looks for the verb that says that it happens: left of the mention, the
// nearest one.
func (t *talk) verb(start, first, last, end int) Cues {
	const reach = 8
	for i := first - 1; i >= start && i >= first-reach; i-- {
		class := t.classOf(i)
		if strings.IndexByte(t.text[t.list[i].span.End:t.list[i+1].span.Start], ',') >= 0 {
			break
		}
		if class&(cHappens|cCan) == 0 || t.is(i, "be", "being", "blocked") || t.is(i+1, "rid", "started", "past", "around", "over") || t.is(i, "come") && !t.is(i+1, "back") {
			continue
		}
		if t.negated(i) {
			return cueNegated
		}
		if t.planned(i) || t.youIf(start, i) || t.ifOthers(start, i) || t.classOf(i+1)&cYou != 0 && t.classOf(i)&cHabit != 0 {
			return cueGuess
		}
		switch {
		case class&cHabit != 0 && !t.concerns(start, end):
			return cueHabit
		case t.is(i, "have", "having", "had") && t.list[first].where&plural == 0 && !t.is(last+1, "error", "errors") && !t.is(first-1, "a", "an"):
			return 0
		case class&cHappens != 0:
			return cueHappens
		case t.is(i, "return", "throw", "give", "respond", "reject", "send", "show"):
			return t.baseVerb(start, i)
		case t.ofFirst(i):
			return cueHappens
		}
		return 0
	}
	for i := first - 1; i >= start && i >= first-3 && t.joined(i+1, noStop); i-- {
		if t.classOf(i)&cStill != 0 {
			return cueHappens
		}
	}
	for i := last + 1; i <= end && i <= last+4; i++ {
		if t.is(i, "coming", "keeps", "started", "happening", "appearing", "showing", "persists", "returned", "again", "back") {
			return cueHappens
		}
	}
	return 0
}

// concerns says whether the clause speaks of the writer, or asks for help: then
// what "returns 403" did so.
func (t *talk) concerns(start, end int) bool {
	for i := start; i <= end; i++ {
		if t.classOf(i)&(cFirst|cAsk) != 0 {
			return true
		}
	}
	return false
}

// baseVerb judges "return 404" at token i: somebody plans it, except in "why
// does it return 404".
func (t *talk) baseVerb(start, i int) Cues {
	for j := i - 1; j >= start; j-- {
		if t.is(j, "why") {
			return cueHappens
		}
	}
	return cuePlan
}

// ofFirst says whether the writer does what the verb at token i says.
func (t *talk) ofFirst(i int) bool {
	for j := i - 1; j >= 0 && j >= i-4 && t.joined(j+1, clauseStop); j-- {
		if t.classOf(j)&(cFirst|cStill) != 0 || t.is(j, "anyone", "customers", "users", "just", "people", "clients") {
			return true
		}
	}
	return false
}

// youIf says whether the clause, up to token i, speaks to the reader about what
// could happen.
func (t *talk) youIf(start, i int) bool {
	you := false
	for j := i; j >= start; j-- {
		you = you || t.classOf(j)&cYou != 0 && !t.is(j, "your")
		if you && t.classOf(j)&cIf != 0 {
			return true
		}
	}
	return false
}

// source looks for an API that is named as where the error comes from: right
// before the mention ("PDS: 403") or behind it ("a 403 from the new API").
func (t *talk) source(first, last, end int) Cues {
	const reach = 7
	if t.joined(first, clauseStop) && t.isAPI(first-1) {
		return cueFrom
	}
	if t.is(last+1, "error", "errors", "response", "responses", "back", "again", "code", "status", "s") {
		last++
	}
	if !t.joined(last+1, noStop) || t.classOf(last+1)&cPlace == 0 {
		return 0
	}
	by := t.is(last+1, "from", "by")
	for i := last + 2; i <= end && i <= last+reach; i++ {
		if t.isAPI(i) || by && t.classOf(i)&cNet != 0 {
			return cueFrom
		}
	}
	return 0
}

// isAPI says whether token i speaks of APIs. What is also an everyday word must
// stand in capitals.
func (t *talk) isAPI(i int) bool {
	if t.classOf(i)&cAPI == 0 {
		return false
	}
	if t.is(i, "get", "post", "put", "patch", "delete", "rest", "dos", "sds", "eps", "scr", "bars", "mesh", "spine", "grant") {
		return t.list[i].where&upper != 0 || t.is(i, "mesh", "spine") && isUpper(t.word(i)[0]) || t.word(i) == "BaRS"
	}
	return true
}

// contrast says whether the clause begins with "but" after a status that means
// success: "expected 200 but got 403".
func (t *talk) contrast(start int) bool {
	if t.classOf(start)&cBut == 0 {
		return false
	}
	for i := start - 1; i >= 0 && i > start-9; i-- {
		if w := t.word(i); len(w) == 3 && w[0] == '2' && httpStatus(w) != 0 {
			return true
		}
	}
	return false
}

// thrown says whether the class of an exception stands before the mention.
func (t *talk) thrown(start, first int) bool {
	for i := first - 1; i >= start; i-- {
		if w := t.word(i); len(w) > 7 && (codeShaped(w) && isThrown(w) || strings.HasPrefix(w, "HTTP") && isUpper(w[4]) && isLower(w[5])) {
			return true
		}
	}
	return false
}

// isAlone says whether its line says nothing else: two words at most.
func (t *talk) isAlone(first, last int) bool {
	others := 0
	if t.list[first].where&inFence != 0 {
		others = len(t.list) - (last - first + 1) // a line of code is easily short
	}
	for i := first - 1; i >= 0 && t.list[i+1].before < lineStop && others <= 2; i-- {
		others++
	}
	for i := last + 1; i < len(t.list) && t.list[i].before < lineStop && others <= 2; i++ {
		others++
	}
	return others <= 2
}

// subject looks at what the sentence and the message are about.
func (t *talk) subject(start, first, last, end int, all class) Cues {
	var c Cues
	if all&cNet != 0 {
		c = cueNet
	}
	for i := start; i <= end; i++ {
		if (i < first || i > last) && t.isAPI(i) {
			return cueAPI
		}
	}
	const most = 200
	for i := range t.list[:min(len(t.list), most)] {
		if (i < first || i > last) && t.isAPI(i) {
			return c | cueNearAPI
		}
	}
	if all&cWeb != 0 || t.class&(cWeb|cNet) == cWeb || t.linked && t.list[first].status == 404 {
		c |= cueWeb
	}
	return c
}

// against looks for what says that no error is reported.
func (t *talk) against(start, first, last, end int, all class, c Cues) Cues {
	var no Cues
	happens := c&cueHappens != 0
	if t.solved >= first {
		no |= cueSolved
	} else if t.solved >= start {
		no |= cueSolved
	}
	happens = happens || c&cueThrown != 0
	if t.list[first].where&inFence != 0 {
		if t.faked {
			no |= cuePlan
		}
	} else if t.plans(start, end) && !happens {
		no |= cuePlan
	}
	if t.is(start, "ac", "given", "scenario", "acceptance") {
		no |= cueGuess
	}
	if !happens && t.list[first].where&inFence == 0 {
		no |= t.guessed(start, first)
	}
	if all&cMeans != 0 {
		if t.list[first].where&asked != 0 || t.is(start, "what", "whats", "what's") || all&cFirst != 0 {
			no |= cueMeaning
		} else {
			no |= cueExplains
		}
	}
	if c&cueHabit != 0 && all&cIf != 0 && all&(cFirst|cAsk|cTime|cStill) == 0 && t.list[first].where&asked == 0 {
		no |= cueRule
	}
	if isForeignLine(t.line(Span{t.list[first].span.Start, t.list[last].span.End})) {
		no |= cueOther
	}
	if t.inSource(first) {
		no |= cueSource
	}
	if all&cOther != 0 && t.labelOther(first) {
		no |= cueOther
	}
	if t.list[first].where&inQuote != 0 && !t.happen && t.saysMore() {
		no |= cueQuote
	}
	if strings.HasPrefix(t.text[t.list[first].span.End:], " \u00b7 ") { // the bot's own heading
		no |= cueQuote
	}
	return no
}

// inSource says whether token i stands in source code: in a fence, also when the
// line before or behind it does.
func (t *talk) inSource(i int) bool {
	tok := t.list[i]
	if isSourceLine(t.line(tok.span)) {
		return true
	}
	if tok.where&inFence == 0 {
		return false
	}
	line := t.line(tok.span)
	at := strings.Index(t.text[max(0, tok.span.Start-len(line)):], line) + max(0, tok.span.Start-len(line))
	if before := at - 1; before > 0 && isSourceLine(t.line(Span{before, before})) {
		return true
	}
	behind := at + len(line) + 1
	return behind < len(t.text) && isSourceLine(t.line(Span{behind, behind}))
}

// plans says whether a clause speaks of plans, tests or documents. The header
// Retry-After does not.
func (t *talk) plans(start, end int) bool {
	for i := start; i <= end; i++ {
		if t.classOf(i)&cPlan != 0 && t.list[i].where&inLink == 0 && !t.is(i+1, "after") {
			return true
		}
	}
	return false
}

// guessed says whether a plan stands anywhere before the mention in its clause.
func (t *talk) guessed(start, first int) Cues {
	for i := start; i < first; i++ {
		if t.classOf(i)&cModal != 0 && !t.is(i, "to", "need", "needs", "want", "wants", "going", "expected", "can", "can't", "cannot") && !t.asksWhy(first) &&
			!t.is(i+1, "you", "anyone", "anybody", "someone", "somebody") {
			return cueGuess
		}
	}
	if t.youIf(start, first) || t.ifOthers(start, first) {
		return cueGuess
	}
	return 0
}

// ifOthers says whether "if" stands before the mention, and the writer not behind
// it: "what happens if PDS sends a 429". In "do you know if" it is no condition.
func (t *talk) ifOthers(start, first int) bool {
	for i := first - 1; i >= start; i-- {
		if t.classOf(i)&cFirst != 0 {
			return false
		}
		if t.is(i, "if", "unless", "once") {
			return !t.is(i-1, "know", "knows", "wondering", "check", "see", "tell", "sure", "ask", "asking")
		}
	}
	return false
}

// saysMore says whether the message has lines that quote nothing.
func (t *talk) saysMore() bool {
	for _, tok := range t.list {
		if tok.where&inQuote == 0 {
			return true
		}
	}
	return false
}
