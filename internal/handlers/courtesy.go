package handlers

import "strings"

// courtesy is what people say to a bot that is no question.
type courtesy int

const (
	noCourtesy courtesy = iota
	nod                 // it wants no answer
	greeting
	thanks
)

// courtesies are the words that courtesy is made of, lower case. Those that mean
// nothing by themselves are filling.
var courtesies = map[string]courtesy{
	"hello": greeting, "hi": greeting, "hey": greeting, "hiya": greeting, "morning": greeting, "afternoon": greeting, "evening": greeting,
	"thanks": thanks, "thank": thanks, "thx": thanks, "ty": thanks, "cheers": thanks, "ta": thanks,
	"ok": nod, "okay": nod, "k": nod, "yes": nod, "yep": nod, "no": nod, "nope": nod, "sure": nod, "great": nod, "nice": nod,
	"good": nod, "cool": nod, "perfect": nod, "lovely": nod, "brilliant": nod, "fine": nod, "done": nod, "bye": nod, "sorry": nod,
	"works": nod, "worked": nod, "fixed": nod, "solved": nod, "sorted": nod,
}

var filling = map[string]bool{
	"a": true, "all": true, "and": true, "again": true, "bot": true, "everyone": true, "for": true, "got": true, "it": true,
	"its": true, "lot": true, "many": true, "me": true, "much": true, "now": true, "one": true, "please": true, "so": true,
	"that": true, "that's": true, "the": true, "there": true, "this": true, "to": true, "very": true, "you": true, "your": true,
	"help": true, "i": true, "will": true, "do": true, "is": true, "was": true,
}

// courtesyOf reports what a text is when it is made of courtesy alone. Where it is
// several things, thanks count most, and a nod least ("good morning").
func courtesyOf(text string) courtesy {
	// Who writes more says more.
	const longest, longestText = 10, 1000 // words, and bytes: emoji and dots may be many
	if len(text) > longestText {
		return noCourtesy
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n\t.,!;-–…()😀🙂😊🙏👍🎉❤", r) })
	if len(words) > longest {
		return noCourtesy
	}
	kind := noCourtesy
	for _, w := range words {
		isEmoji := len(w) > 2 && strings.HasPrefix(w, ":") && strings.HasSuffix(w, ":")
		switch c := courtesies[w]; {
		case c != noCourtesy:
			kind = max(kind, c)
		case isEmoji:
			kind = max(kind, nod)
		case !filling[w]:
			return noCourtesy
		}
	}
	return kind
}
