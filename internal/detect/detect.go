// Package detect reads messages: text as Slack delivers it goes in, signals come
// out, each one error with its HTTP status, what may be its code, where it stands
// and what speaks for it. It is the only place that parses what people write, and
// pure: no network, no clock, no Slack library, no log. It never fails, takes time
// linear in the length of the text, and does not recurse.
//
// The way of a text:
//
//	Worth         a look that costs about a microsecond and ends it for most chat
//	CleanMessage  undoes Slack's, HTML's and keyboards' escaping, keeps positions
//	Read          finds the signals:
//	  bodies        trees (JSON and what looks like it, XML and HTML) are read with one
//	                tolerant scanner each, and the faults in a tree by the table
//	                of formats; a new kind of body is a new row there
//	  talk          the rest is split into words; numbers, codes and words that an
//	                API is said to answer become mentions, and cues for and against
//	                each decide whether it is believed (cue.go says how;
//	                said.go tells which words are told as an answer)
//	  documents     what stands in specifications, tests, settings and source code is not
//	                believed (document.go)
//	  adoption      a body without a status gets the one that stands beside it
//	Find…         takes details out of a text whose errors are known (details.go)
//
// The files, by what they are about:
//
//	text          clean, blocks, changes, look; bytes
//	bodies        bodies; trees: beginning, object, blanks, scalar, xml, tree; what they
//	              say: formats, fhir, plain, members, bodycode, status; who had them:
//	              around, literal
//	words         token, number; class, vocabulary; talk, sentence, line
//	mentions      mention; reported (by number), name (beside it), code, said, printed; marks
//	cues          cue; beside a number: place, logline; in the sentence: context, verb,
//	              happens, origin, contrast; against: doubt, plan, condition, instruct, explain,
//	              puzzle, over, foreign, quote; source, exception
//	documents     document; and adopt, which joins statuses and bodies
//	details       details, pairs, wait, expiry, culprit, culpritform, culpritwords
//	questions     question
//
// Two kinds of knowledge are kept apart. What an error is called is the articles'
// business: detect asks kb.Base whether it knows a name. How errors are written,
// and how people speak of them, is here, in tables: formats (bodies.go) and the names in
// bodies (members.go), reason phrases (status.go), classes of words (vocabulary.go),
// lists of words at the top of the file that asks for them, marks of programs and source
// code (logline.go, source.go, foreign.go), and the cues.
//
// Precision comes first: a body is unmistakable, a status line nearly so, and
// everything else must convince. With asked, when somebody wants an answer about
// this very text, nothing is doubted.
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
	Own     []string // of a body's Codes, those that its API made up for its errors; may be empty
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
			if i > 0 && found[i].Span.Start-found[i-1].Span.End < len(" and/or ") {
				found[i].Cues |= found[i-1].Cues // "should it be {…} or {…}?"
			}
		}
	}
	found = append(found, t.mentions()...)
	sort.SliceStable(found, func(i, j int) bool { return found[i].Span.Start < found[j].Span.Start })
	found = found[:min(len(found), maxSignals)]
	if !asked {
		markDocuments(text.Clean, trees, found)
	}
	return adoptStatuses(found)
}
