package triage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/guard"
	"apierrorbot/internal/kb"
)

// strength says how good the evidence for an item is. A greater one is better,
// and an item of a status alone gives way to any better one of that status.
type strength uint8

const (
	byNothing strength = iota
	byStatus           // the status alone, or with its standard phrase
	byNear             // a name with a slip of the finger
	byAlias            // another name of an article's error
	byCode             // an article's own code
)

// finding is a signal and the articles that fit it.
type finding struct {
	signal   detect.Signal
	text     *detect.Text // that the signal stands in
	options  []*kb.Article
	strength strength
	name     string // the name of the knowledge base that was found
	unknown  bool   // certainly an error, and no article is about its code
	from     uint64 // the numbers of the findings that were joined in this one
	trace    *Trace // where to note what was looked up, or nil

	given int  // the status that the text gives, or 0
	exact bool // the name stands in the text as the article writes it
	asked bool // somebody asked for it in words
}

// look finds the articles that fit a signal.
func look(base *kb.Base, s detect.Signal, asked bool, tr *Trace) finding {
	if s.Status == 0 && len(s.Codes) > 0 && onlyPhrase(s) {
		s.Status = phraseOf(s.Codes[0])
	}
	f := finding{signal: s, trace: tr}
	if phrase := onlyPhrase(s); !phrase && f.byNames(base, s.Codes) {
		return f
	}
	own := hasOwnCode(base, s)
	if (!own || isGeneral(s.Codes)) && f.byMessage(base) || f.byNames(base, s.Codes) || f.byTypos(base) || f.byPart(base) {
		return f
	}
	if s.Status == 0 {
		s.Status = phraseStatus(base, s.Codes)
		f.signal.Status = s.Status
	}
	if own || hasOwnForm(base, s) || hasOwnNumber(s) {
		f.unknown = !s.Unsure || asked
		return f
	}
	if s.Status != 0 && !s.Unsure {
		f.options = base.ByStatus(s.Status)
		f.strength = byStatus
	}
	f.unknown = len(f.options) == 0 && s.Kind == detect.KindBody && !s.Unsure
	return f
}

// onlyPhrase says whether the only code of a signal is the standard phrase of its
// status, written as a phrase: every 401 says "Unauthorized", so that the words
// of the body say more.
func onlyPhrase(s detect.Signal) bool {
	for _, code := range s.Codes {
		status := phraseOf(code)
		own := code == strings.ToUpper(code) && !strings.EqualFold(code, "unauthenticated") // which Google gives to every 401
		if status == 0 || s.Status != 0 && status != s.Status || own {
			return false
		}
	}
	return true
}

// phraseOf gives the status whose standard phrase a code is, or the name of the exception
// that a client library has for it: UnauthorizedException. 0 if it is none.
func phraseOf(code string) int {
	for _, end := range [...]string{"Exception", "Error"} {
		code = strings.TrimSuffix(code, end)
	}
	return detect.ReasonStatus(code)
}

// hasOwnCode says whether a signal has a code that nobody knows, and that is not
// just the phrase of its status.
func hasOwnCode(base *kb.Base, s detect.Signal) bool {
	return slices.ContainsFunc(s.Codes, func(code string) bool {
		return detect.CodeShaped(code) && !strings.HasSuffix(code, cutMark) && !strings.Contains(code, " ") && isNew(base, s, code)
	})
}

// hasOwnForm says the same of the codes that have no words in them that one could
// tell them by, and stand where APIs keep theirs: ERR_42, AUTH-001. Such a code
// says nothing to people, so that the words of the body come before it.
func hasOwnForm(base *kb.Base, s detect.Signal) bool {
	return slices.ContainsFunc(s.Own, func(code string) bool { return isNew(base, s, code) })
}

// isNew says whether a code is neither known nor a phrase of a status.
func isNew(base *kb.Base, s detect.Signal, code string) bool {
	return !detect.IsReason(code, s.Status) && !base.Known(code) && phraseStatus(base, []string{code}) == 0
}

// phraseStatus gives the status whose standard phrase one of some codes is, also
// with an API's prefix: REC_BAD_REQUEST. 0 if none is.
func phraseStatus(base *kb.Base, codes []string) int {
	for _, code := range codes {
		if found := base.Match(kb.Query{Words: code}); len(found) > 0 && found[0].Reason == kb.ReasonStatus {
			return found[0].Article.Status
		}
	}
	return 0
}

// isGeneral says whether the only code of a signal is the one that OAuth gives to
// many errors, so that the words say more.
func isGeneral(codes []string) bool {
	return len(codes) == 1 && codes[0] == "invalid_request"
}

// hasOwnNumber says whether the only code of a signal is a number of its API's.
func hasOwnNumber(s detect.Signal) bool {
	return len(s.Codes) == 1 && strings.Trim(s.Codes[0], "0123456789") == ""
}

// byNames looks for a code or alias among names.
func (f *finding) byNames(base *kb.Base, names []string) bool {
	for _, name := range names {
		if !base.Known(name) {
			continue
		}
		found := f.match(base, kb.Query{Status: f.signal.Status, Words: name})
		if found[0].Article.Status != f.signal.Status && (detect.IsReason(name, f.signal.Status) || f.signal.Kind == detect.KindStatus) {
			continue // "Proxy Authentication Required" is 407, whatever its words are elsewhere
		}
		f.take(found)
		return true
	}
	return false
}

// match looks words and a status up.
func (f *finding) match(base *kb.Base, q kb.Query) []kb.Candidate {
	found := base.Match(q)
	f.trace.candidates(q, found)
	return found
}

// take takes the best of some candidates.
func (f *finding) take(candidates []kb.Candidate) {
	best := candidates[0]
	for _, c := range candidates {
		if c.Score == best.Score {
			f.options = append(f.options, c.Article)
		}
	}
	f.name = best.Name
	switch best.Reason {
	case kb.ReasonCode:
		f.strength = byCode
	case kb.ReasonAlias:
		f.strength = byAlias
	case kb.ReasonNear:
		f.strength = byNear
	default:
		f.strength = byStatus
	}
}

// byMessage looks for the name of an error in the words of a body. Words say less
// than a status: they may choose between its articles, and not contradict it.
func (f *finding) byMessage(base *kb.Base) bool {
	const longest = 300
	message := f.signal.Message
	name := detect.LongestName(base, message[:min(len(message), longest)])
	if name == "" {
		return false
	}
	found := f.match(base, kb.Query{Status: f.signal.Status, Words: name})
	if f.signal.Status != 0 && found[0].Article.Status != f.signal.Status {
		return false
	}
	if f.signal.Status == 0 && f.signal.Unsure && !mostly(name, message) {
		return false
	}
	f.take(found)
	f.strength = min(f.strength, byAlias)
	return true
}

// mostly says whether a name is a good part of the first sentence of a message.
func mostly(name, message string) bool {
	const part = 3
	first, _, _ := strings.Cut(message, ". ")
	return len(name)*part >= len(first)
}

// byTypos looks for a name that a code is spelt like. A name in two minds is
// none: what is spelt like several articles equally well is not understood.
func (f *finding) byTypos(base *kb.Base) bool {
	var best []kb.Candidate
	for _, name := range f.signal.Codes {
		q := kb.Query{Status: f.signal.Status, Words: name}
		if f.signal.Kind == detect.KindBody { // machines do not slip: only a person who typed it off does
			q.Status = 0
		}
		found := f.match(base, q)
		if len(found) > 0 && q.Status != f.signal.Status && found[0].Article.Status != f.signal.Status {
			continue
		}
		if len(found) == 0 || found[0].Reason != kb.ReasonNear || found[0].Score < kb.AnswerScore {
			continue
		}
		if len(best) == 0 || found[0].Score > best[0].Score {
			best = found
		}
	}
	if len(best) == 0 {
		return false
	}
	f.take(best)
	return true
}

// cutMark ends what was cut off; shortestPart is how much of it must be there.
const (
	cutMark      = "..."
	shortestPart = 5
)

// byPart looks for the only name that begins with a code or message that was cut
// off: "TOO_MANY_RE...".
func (f *finding) byPart(base *kb.Base) bool {
	for _, name := range append(f.signal.Codes, f.signal.Message) {
		part, cut := strings.CutSuffix(name, cutMark)
		if !cut || len(part) < shortestPart {
			continue
		}
		whole := onlyName(base, part)
		if whole == "" {
			continue
		}
		found := f.match(base, kb.Query{Status: f.signal.Status, Words: whole})
		if f.signal.Status != 0 && found[0].Article.Status != f.signal.Status {
			continue
		}
		f.take(found)
		f.strength = min(f.strength, byNear)
		return true
	}
	return false
}

// onlyName is the shortest name that begins with a part, if all others that do so begin
// with it or mean the same; else "".
func onlyName(base *kb.Base, part string) string {
	shortest := kb.Candidate{}
	var fit []kb.Candidate
	for _, a := range base.Articles() {
		for _, name := range append([]string{a.Code}, a.Aliases...) {
			if !beginsAlike(name, part) {
				continue
			}
			fit = append(fit, kb.Candidate{Article: a, Name: name})
			if shortest.Name == "" || len(name) < len(shortest.Name) {
				shortest = fit[len(fit)-1]
			}
		}
	}
	for _, c := range fit {
		if c.Article != shortest.Article && !beginsAlike(c.Name, shortest.Name) {
			return ""
		}
	}
	return shortest.Name
}

// beginsAlike says whether the letters of a name begin with those of a part, in any case.
func beginsAlike(name, part string) bool {
	i := 0
	for _, want := range part {
		if !unicode.IsLetter(want) {
			continue
		}
		for i < len(name) && !unicode.IsLetter(rune(name[i])) {
			i++
		}
		if i == len(name) || unicode.ToLower(rune(name[i])) != unicode.ToLower(want) {
			return false
		}
		i++
	}
	return i > 0
}

// openCodes returns the codes of a finding that may be shown and kept: not those
// that are secrets where they stand, or look as random as one.
func (f *finding) openCodes() []string {
	text := f.text.Clean
	visible := guard.Redact(text)
	return slices.DeleteFunc(slices.Clone(f.signal.Codes), func(code string) bool {
		return strings.Count(visible, code) < strings.Count(text, code) || !guard.Safe("the token is "+code) || looksRandom(code)
	})
}

// looksRandom says whether a code goes from capitals to small letters to digits
// as often as only passwords do: OAuth2Error is near the limit. Package guard is
// sure of longer ones only.
func looksRandom(code string) bool {
	const of, most = 5, 2 // changes among characters
	changes := 0
	for i := 1; i < len(code); i++ {
		if a, b := class(code[i-1]), class(code[i]); a != b && a != 0 && b != 0 {
			changes++
		}
	}
	return changes*of > len(code)*most
}

func class(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return 1
	case 'A' <= c && c <= 'Z':
		return 2
	case '0' <= c && c <= '9':
		return 3
	}
	return 0
}

// ids lists the ids of the options, for comparing and tracing.
func ids(options []*kb.Article) string {
	var list []string
	for _, a := range options {
		list = append(list, a.ID())
	}
	return strings.Join(list, " ")
}

// worded notes what why must know so that what it says is true of the text: which
// status s gives itself, and whether the name stands there as the article writes it.
func (f *finding) worded(text string, s detect.Signal, asked bool) {
	f.given = s.Status
	f.exact = f.name != "" && strings.Contains(text, f.name)
	f.asked = asked && s.Kind != detect.KindBody
}

// why says in one line what a finding rests on. What it quotes stands so in the text.
func (f *finding) why() string {
	where := "Your message"
	if f.signal.Kind == detect.KindBody {
		where = "The " + f.signal.Reader
	}
	says, means, gives, like := where+" says ", where+" speaks of ", where+" gives ", where+" has something spelt like "
	if f.asked {
		says, means, gives, like = "You asked for ", "You asked for ", "You asked for ", "You asked for something spelt like "
	}
	if f.strength == byStatus {
		words := ""
		if f.given == 0 {
			gives, words = means, " in words"
		}
		return fmt.Sprintf("%sstatus %d%s%s.", gives, f.options[0].Status, words, f.shared("status"))
	}
	status := ""
	if f.given != 0 {
		status = fmt.Sprintf(" with status %d", f.given)
	}
	code := f.options[0].Code
	alias := f.strength == byAlias && !strings.EqualFold(f.name, code)
	switch {
	case f.strength == byNear:
		return fmt.Sprintf("%s%s%s.", like, f.name, status)
	case alias && f.exact:
		return fmt.Sprintf("%s“%s”%s, which means %s.", says, f.name, status, code)
	case alias:
		return fmt.Sprintf("%s%s%s, in other words.", means, code, status)
	case !f.exact:
		says = means
	}
	return fmt.Sprintf("%s%s%s%s.", says, code, status, f.shared("code"))
}

// shared says how many errors share the status or code, if several do.
func (f *finding) shared(what string) string {
	if len(f.options) == 1 {
		return ""
	}
	return fmt.Sprintf(", and %s errors have that %s", number(len(f.options)), what)
}

func sameStatus(status int) string {
	return fmt.Sprintf("These have the same status, %d.", status)
}

func number(n int) string {
	words := [...]string{2: "two", 3: "three", 4: "four"}
	if n < len(words) {
		return words[n]
	}
	return "several"
}

// common gives the options that two findings share.
func common(a, b []*kb.Article) []*kb.Article {
	var list []*kb.Article
	for _, x := range a {
		if slices.Contains(b, x) {
			list = append(list, x)
		}
	}
	return list
}
