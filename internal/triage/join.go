package triage

import (
	"slices"
	"sort"
)

// maxFindings is how many findings a finding.from can tell apart. Detect makes no
// more signals of one text, but a message with forwarded ones and files has several
// texts: later findings have no number (1<<i is 0 then), which a trace misses and
// nothing else.
const maxFindings = 64

// join makes items of findings: those that speak of the same error become one.
// The surest comes first; among equals the order of the text stays. unknown is
// the first finding of an error that no article is about, or nil.
//
// Two findings speak of the same error when some article fits both: a bare 403
// and the code FORBIDDEN leave FORBIDDEN, the code ACCESS_DENIED and a bare 401
// leave ACCESS_DENIED of 401. And a status alone also gives way to a better
// finding of that status which it does not fit, be it the article's status or the one
// that the message gives: a status line says 401 Unauthorized above any body.
func join(findings []finding) (items []finding, unknown *finding) {
	for i, f := range findings {
		f.from = 1 << i
		if f.unknown && unknown == nil {
			unknown = &findings[i]
		}
		if len(f.options) == 0 {
			continue
		}
		if !narrow(items, f) {
			items = append(items, f)
		}
	}
	items = once(items)
	sort.SliceStable(items, func(i, j int) bool {
		a, b := &items[i], &items[j]
		if x, y := min(a.strength, byAlias), min(b.strength, byAlias); x != y { // a code's other name is as sure as itself
			return x > y
		}
		return a.signal.Kind > b.signal.Kind
	})
	return items, unknown
}

// narrow joins f with the first item that speaks of the same error.
func narrow(items []finding, f finding) bool {
	for i := range items {
		item := &items[i]
		from := item.from | f.from
		if both := common(item.options, f.options); len(both) > 0 {
			*item = better(*item, f)
			item.options, item.from = both, from
			return true
		}
		if (f.isPhrase() || item.isPhrase()) && (item.options[0].Status == f.options[0].Status || item.signal.Status != 0 && item.signal.Status == f.signal.Status) {
			*item = better(*item, f)
			item.from = from
			return true
		}
	}
	return false
}

// isPhrase says whether a finding rests on a status, with or without its phrase.
func (f *finding) isPhrase() bool {
	return f.strength == byStatus || onlyPhrase(f.signal) && len(f.signal.Codes) > 0
}

func better(a, b finding) finding {
	if b.isPhrase() != a.isPhrase() {
		if a.isPhrase() {
			return b
		}
		return a
	}
	if b.strength > a.strength || b.strength == a.strength && b.signal.Kind > a.signal.Kind {
		return b
	}
	return a
}

// once drops items that narrowing made equal.
func once(items []finding) []finding {
	var list []finding
	for _, f := range items {
		i := slices.IndexFunc(list, func(g finding) bool { return ids(g.options) == ids(f.options) })
		if i < 0 {
			list = append(list, f)
		} else {
			list[i].from |= f.from
		}
	}
	return list
}
