package detect

import "strings"

// This file finds words that are not the writer's own report: those of a bot, of a
// quoted message, of a joke.

// botActs are what a bot is said to have done with an error, beside saying it.
var botActs = words(`explained explains linked posted suggested suggests thinks thought wrote gave found listed
	on about for`)

// isQuoted says whether the mention belongs to somebody else's message: a line of
// a quotation that is answered, or the bot's own heading ("429 · TOO_MANY_REQUESTS").
func (t *talk) isQuoted(s sentence) bool {
	if strings.HasPrefix(t.text[t.list[s.first].span.End:], " \u00b7 ") {
		return true
	}
	if !s.marked(inQuote) || t.happen {
		return false
	}
	answered := false
	for i := range t.list {
		if t.marked(i, inQuote) {
			continue
		}
		if answered = true; i+1 < len(t.list) && t.marked(i+1, inQuote) && t.colonBehind(i) {
			return false // "forwarding this:" hands it on
		}
	}
	return answered
}

// isOfBot says whether the mention is what a bot said.
func (t *talk) isOfBot(s sentence) bool {
	for i := s.start; i < s.end; i++ {
		if t.is(i, "bot", "apierrorbot", "errorbot") && !t.is(i-1, "our", "my", "chat") &&
			(t.has(i+1, cSaid|cHappens) || t.is(i+1, botActs...)) {
			return true
		}
	}
	return false
}

// isJoke says whether the message laughs, and speaks of no API and of no users, nor of
// the writer's own calls.
func (t *talk) isJoke() bool {
	const ownCalls = cNet | cFirst
	return t.speaksOf(cJoke) && !t.speaksOf(cAPI|cServer|cUser) && t.class&ownCalls != ownCalls
}
