package detect

import (
	"sort"

	"apierrorbot/internal/kb"
)

// Kind is the kind of evidence that a signal rests on. A greater one is better.
type Kind uint8

const (
	KindSaid   Kind = iota + 1 // words that an API is said to answer: "PDS says access denied"
	KindStatus                 // a status alone: "getting a 403 from PDS"
	KindReason                 // a status with its standard phrase: "404 Not Found", HTTP/1.1 429 …
	KindCode                   // a code in an error's context: "ACCESS_DENIED (401)"
	KindBody                   // an error body
)

func (k Kind) String() string {
	switch k {
	case KindSaid:
		return "words"
	case KindStatus:
		return "status"
	case KindReason:
		return "reason phrase"
	case KindCode:
		return "code"
	case KindBody:
		return "body"
	}
	return "nothing"
}

// Signal is one error found in a message.
type Signal struct {
	Kind    Kind
	Status  int      // HTTP status, or 0 where the message gives none
	Codes   []string // what may be the error's code, as found, most telling first; may be empty
	Message string   // a body's words about the error; may be empty
	Span    Span     // where it stands in Text.Clean
	Reader  string   // what read it, for people: "FHIR OperationOutcome", "prose"
	Unsure  bool     // an error only if its code or message is known
	Cues    Cues     // what spoke for and against it (not for bodies)
}

// maxSignals bounds what is made of one message: nobody reads more.
const maxSignals = 64

// Read finds the errors that a message reports, in the order of the text. With
// asked, somebody wants an answer about this text, so that whatever is named in
// it counts, however it is put.
//
// base is the vocabulary: which words are codes and names of errors.
func Read(base *kb.Base, text *Text, asked bool) []Signal {
	found := scan(base, text, asked)
	var signals []Signal
	for _, s := range found {
		if asked || s.Cues.Enough() {
			signals = append(signals, s)
		}
	}
	return signals
}

// Explain is Read with what was found and not believed, for people who want to
// know why.
func Explain(base *kb.Base, text *Text, asked bool) (believed, doubted []Signal) {
	for _, s := range scan(base, text, asked) {
		if asked || s.Cues.Enough() {
			believed = append(believed, s)
		} else {
			doubted = append(doubted, s)
		}
	}
	return believed, doubted
}

func scan(base *kb.Base, text *Text, asked bool) []Signal {
	found, trees := bodies(text.Clean)
	t := newTalk(base, text.Clean, trees)
	if !asked {
		for i := range found {
			found[i].Cues = t.judgeBody(found[i].Span)
		}
	}
	found = append(found, t.mentions(asked)...)
	sort.SliceStable(found, func(i, j int) bool { return found[i].Span.Start < found[j].Span.Start })
	return adoptStatuses(found[:min(len(found), maxSignals)])
}
