package detect

import "strings"

// This file looks at whole lines of a message: source code and the output of tools are
// known by these.

// verdict is what was found out about a line, so that many mentions in one line do
// not read it again and again.
type verdict struct {
	line Span
	is   bool
}

// on gives the verdict on a line, and asks for it where it is another line.
func (v *verdict) on(line Span, ask func() bool) bool {
	if v.line != line {
		*v = verdict{line, ask()}
	}
	return v.is
}

// line gives the text of the line around a span, or what is near of it.
func (t *talk) line(s Span) string {
	at := t.lineSpan(s)
	return t.text[at.Start:at.End]
}

// lineSpan is where the line around a span is. Of a line that is longer than people
// read it gives a part, the same for all spans that are near each other.
func (t *talk) lineSpan(s Span) Span {
	const reach, part = 400, 256
	start := max(0, s.Start/part*part-reach)
	start += strings.LastIndexByte(t.text[start:s.Start], '\n') + 1
	end := min(len(t.text), (s.End/part+1)*part+reach)
	return Span{start, s.End + lineLength(t.text[s.End:end])}
}

// lineBefore is the line before another, or "".
func (t *talk) lineBefore(line Span) string {
	if line.Start == 0 {
		return ""
	}
	return t.line(Span{line.Start - 1, line.Start - 1})
}

// lineBehind is the line behind another, or "".
func (t *talk) lineBehind(line Span) string {
	if line.End+1 >= len(t.text) {
		return ""
	}
	return t.line(Span{line.End + 1, line.End + 1})
}

// isForeignAt says whether a line, or the one before it, is about a tool whose
// servers are not the APIs that articles are about.
func (t *talk) isForeignAt(line Span) bool {
	return t.foreignLine.on(line, func() bool {
		return isForeignLine(t.text[line.Start:line.End]) || isForeignLine(t.lineBefore(line))
	})
}

// beginsThrown says whether a line begins with the class of an exception and a colon, as
// stacks end: such a line was printed, whatever code stands above it.
func beginsThrown(line string) bool {
	line = strings.TrimLeft(line, " \t`")
	class, _, found := strings.Cut(line, ": ")
	return found && strings.IndexByte(class, ' ') < 0 && isExceptionName(class)
}

// inSource says whether token i stands in source code: its line does, or in a
// fence the line before or behind it.
func (t *talk) inSource(i int) bool {
	at := t.lineSpan(t.list[i].span)
	line := t.text[at.Start:at.End]
	if t.sourceLine.on(at, func() bool { return isSourceLine(line) }) {
		return true
	}
	if !t.marked(i, inFence) || beginsThrown(line) {
		return false
	}
	before := t.lineBefore(at)
	return isSourceLine(before) || isSourceLine(t.lineBehind(at)) || isScenario(before) && isScenario(line)
}
