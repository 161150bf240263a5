package detect

// mention is a place in a message where somebody may name an error.
type mention struct {
	first, last int // its tokens
	status      int
	codes       []string
	kind        Kind
	cues        Cues
	reader      string
}

const (
	readerProse = "prose"
	readerLog   = "log or transcript"
)

// maxWeighed bounds how many mentions of a message are weighed, which takes some 30 µs
// for each: whoever names so many reports none with what follows.
const maxWeighed = 200

// mentions finds what is said about errors.
func (t *talk) mentions() []Signal {
	var found []mention
	for i := 0; i < len(t.list) && len(found) < maxSignals && t.weighed < maxWeighed; i++ {
		m, ok := t.mention(i)
		if !ok {
			continue
		}
		if n := len(found); n > 0 && m.first <= found[n-1].last { // both name the same error
			if !m.isBetterThan(&found[n-1]) {
				continue
			}
			found = found[:n-1]
		}
		found = append(found, m)
		i = max(i, m.last)
	}
	t.markAll(found)
	signals := make([]Signal, 0, len(found))
	for _, m := range found {
		signals = append(signals, Signal{
			Kind: m.kind, Status: m.status, Codes: m.codes, Reader: m.reader, Cues: m.cues,
			Span: Span{t.list[m.first].span.Start, t.list[m.last].span.End},
		})
	}
	return signals
}

// isBetterThan says whether a mention says more than another one of the same error: it
// weighs more, or has the status that the other one lacks.
func (m *mention) isBetterThan(old *mention) bool {
	return m.cues.Weight() > old.cues.Weight() || m.status != 0 && old.status == 0 && m.cues.Enough()
}

// mention reads what token i begins, or ends, if it names an error.
func (t *talk) mention(i int) (mention, bool) {
	switch {
	case t.marked(i, inLink):
		return mention{}, false
	case t.isStatus(i):
		return t.statusMention(i)
	case t.is(i, "cannot") && isMethod(t.word(i+1)) && isAPIPath(t.text[t.list[i+1].span.End:]):
		return t.unroutedMention(i), true
	case t.announcesReason(i):
		return t.reasonMention(i)
	case t.isServed(i):
		return t.servedMention(i), true
	case codeShaped(t.word(i)), t.isDotted(i), t.marked(i, upper), t.hyphenated(i), isPrefixWord(t.word(i)):
		if m, ok := t.codeMention(i); ok {
			return m, ok
		}
		if m, ok := t.thrownMention(i); ok {
			return m, ok
		}
	}
	if t.has(i, cSaid) {
		if m, ok := t.saidMention(i); ok {
			return m, ok
		}
	}
	if t.has(i, cStopped) {
		if m, ok := t.stoppedMention(i); ok {
			return m, ok
		}
	}
	return t.plainMention(i)
}
