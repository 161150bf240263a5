package detect

// Change is a part of a message that cleaning rewrote.
type Change struct {
	At            int // offset in Source
	Source, Clean string
}

// Changes lists what cleaning rewrote, in order, at most that many; for people who
// want to know what was read. Each begins with the word that it stands in.
func (t *Text) Changes(most int) []Change {
	const context = 20 // bytes of the word before a change, so that it can be understood
	var changes []Change
	from := move{}
	for i := 0; i <= len(t.moves) && len(changes) < most; i++ {
		to := move{len(t.Clean), len(t.Source)}
		if i < len(t.moves) {
			to = t.moves[i]
		}
		// Up to the next move text was copied; whatever differs was rewritten.
		source, clean := t.Source[min(from.source, to.source):to.source], t.Clean[from.clean:to.clean]
		same := 0
		for same < min(len(source), len(clean)) && source[same] == clean[same] {
			same++
		}
		if source[same:] != clean[same:] {
			for n := 0; n < context && same > 0 && !isSpace(source[same-1]); n++ {
				same--
			}
			source, clean := source[same:], clean[same:]
			end := 0
			for end < min(len(source), len(clean)) && source[len(source)-1-end] == clean[len(clean)-1-end] {
				end++
			}
			changes = append(changes, Change{from.source + same, source[:len(source)-end], clean[:len(clean)-end]})
		}
		from = to
	}
	return changes
}
