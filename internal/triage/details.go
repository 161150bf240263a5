package triage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/kb"
)

// Limits of an item's details, for whoever shows them.
const (
	MaxNames       = 3                  // of headers, parameters and fields together
	MaxNamesSize   = 2 * detect.MaxName // bytes of them together
	MaxIDs         = detect.MaxIDs
	MaxIDName      = detect.MaxIDName
	MaxDetailValue = detect.MaxDetailValue
)

// The kinds of details.
const (
	DetailHeader    = detect.DetailHeader
	DetailParameter = detect.DetailParameter
	DetailField     = detect.DetailField
	DetailWait      = detect.DetailWait
	DetailUntil     = detect.DetailUntil
	DetailExpiry    = detect.DetailExpiry
	DetailID        = detect.DetailID
)

// Detail is one value from a paste that helps with its error: the name of a
// header, parameter or field, a wait, a token's expiry, a request id. Nothing in
// it can format, ping or is a secret: package detect says what it may look like.
type Detail = detect.Detail

// DetailKind says what a detail is.
type DetailKind = detect.DetailKind

// Helps says whether a kind of detail helps with an error of a status. Names help
// with requests that are wrong themselves, a wait with too many of them, an expiry
// with credentials that are refused; ids help whoever looks into any error.
func Helps(kind DetailKind, status int) bool {
	switch kind {
	case DetailHeader, DetailParameter, DetailField:
		switch status {
		case 400, 406, 411, 412, 415, 422, 428, 431:
			return true
		}
		return false
	case DetailWait, DetailUntil:
		return status == 429 || status == 503
	case DetailExpiry:
		return status == 401
	}
	return kind == DetailID
}

// helps says whether a kind of detail helps with any of an item's options.
func (it *Item) helps(kind DetailKind) bool {
	return slices.ContainsFunc(it.Options, func(a *kb.Article) bool { return Helps(kind, a.Status) })
}

// addDetails looks in the texts for what helps with the items that were found:
// names in what each item rests on, a wait and an expiry anywhere, the first of
// each. Ids go to the first item: one reply names them once.
func (d *Decision) addDetails(texts []*detect.Text, findings []finding) {
	for i := range d.Items {
		it := &d.Items[i]
		if it.helps(DetailField) {
			it.Details = append(it.Details, it.names(findings)...)
		}
		if it.helps(DetailWait) {
			it.addFirst(texts, detect.FindWait)
		}
		if it.helps(DetailExpiry) {
			it.addFirst(texts, detect.FindExpiry)
		}
	}
	if len(d.Items) == 0 {
		return
	}
	for _, text := range texts {
		if ids := detect.FindIDs(text); len(ids) > 0 {
			d.Items[0].Details = append(d.Items[0].Details, ids...)
			return
		}
	}
}

// addFirst adds the first detail that find finds.
func (it *Item) addFirst(texts []*detect.Text, find func(*detect.Text) (Detail, bool)) {
	for _, text := range texts {
		if detail, ok := find(text); ok {
			it.Details = append(it.Details, detail)
			return
		}
	}
}

// names gives what the signals of an item name, the surest evidence first.
func (it *Item) names(findings []finding) []Detail {
	const signals = 4 // that are looked at
	var names []Detail
	looked, size, last := 0, 0, ""
	for _, body := range []bool{true, false} {
		for k := range findings {
			f := &findings[k]
			if len(names) >= MaxNames || looked >= signals {
				return names
			}
			if (f.signal.Kind == detect.KindBody) != body || !it.restsOn(f) {
				continue
			}
			part := f.text.Clean[f.signal.Span.Start:f.signal.Span.End]
			if part == last {
				continue
			}
			looked, last = looked+1, part
			for _, name := range detect.FindNames(f.text, &f.signal) {
				if len(names) < MaxNames && size+len(name.Value) <= MaxNamesSize && !slices.Contains(names, name) {
					names = append(names, name)
					size += len(name.Value)
				}
			}
		}
	}
	return names
}

// restsOn says whether a finding speaks of an item's error.
func (it *Item) restsOn(f *finding) bool {
	if len(common(it.Options, f.options)) > 0 {
		return true
	}
	return f.unknown && f.signal.Status == it.Options[0].Status // its articles come nearest
}

// Lines says in plain text what an item's details say to somebody with an error
// of one of these statuses: a line each, without the ids. at is when the message
// was written: times are told by it, and left out where they make no sense beside
// it.
func Lines(details []Detail, at time.Time, statuses ...int) []string {
	names := make(map[DetailKind][]string)
	var times []string
	for _, d := range details {
		if !slices.ContainsFunc(statuses, func(status int) bool { return Helps(d.Kind, status) }) {
			continue
		}
		line := ""
		switch n, _ := strconv.ParseInt(d.Value, 10, 64); d.Kind {
		case DetailHeader, DetailParameter, DetailField:
			names[d.Kind] = append(names[d.Kind], "`"+d.Value+"`")
		case DetailWait:
			line = fmt.Sprintf("The API asks you to wait %s before the next request.", span(time.Duration(n)*time.Second))
		case DetailUntil:
			line = untilLine(time.Unix(n, 0), at)
		case DetailExpiry:
			line = expiryLine(time.Unix(n, 0), at)
		}
		if line != "" {
			times = append(times, line)
		}
	}
	return append(nameLines(names), times...)
}

// nameLines says what an error names: "The error names the field `birthDate` and
// the headers `A-B` and `C-D`."
func nameLines(names map[DetailKind][]string) []string {
	var parts []string
	for _, kind := range [...]DetailKind{DetailHeader, DetailParameter, DetailField} {
		switch list := names[kind]; len(list) {
		case 0:
		case 1:
			parts = append(parts, fmt.Sprintf("the %s %s", kind, list[0]))
		default:
			parts = append(parts, fmt.Sprintf("the %ss %s", kind, and(list)))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"The error names " + strings.Join(parts, " and ") + "."}
}

// IDs names the ids among details in one line of plain text, for whoever looks
// into the error; "" if there are none.
func IDs(details []Detail) string {
	var ids []string
	for _, d := range details {
		if d.Kind == DetailID {
			ids = append(ids, fmt.Sprintf("%s `%s`", d.Name, d.Value))
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return "Ids for support: " + strings.Join(ids, ", ")
}

const day = 24 * time.Hour

func untilLine(until, at time.Time) string {
	const sense = 31 * day
	clock := until.UTC().Format("15:04:05 UTC")
	switch d := until.Sub(at); {
	case d > sense || d < -sense:
		return ""
	case d > 0:
		return fmt.Sprintf("The API asks you to wait until %s, %s after the message.", clock, span(d))
	default:
		return fmt.Sprintf("The API asked you to wait until %s: that was over %s before the message.", clock, span(-d))
	}
}

func expiryLine(expiry, at time.Time) string {
	const sense = 3650 * day
	switch d := expiry.Sub(at); {
	case d > sense || d < -sense:
		return ""
	case d > 0:
		return fmt.Sprintf("The pasted token was still valid for %s when the message was written.", span(d))
	default:
		return fmt.Sprintf("The pasted token expired %s before the message.", span(-d))
	}
}

// span says how long something takes, as people would: 90 seconds, 12 minutes,
// 3 hours, 5 days.
func span(d time.Duration) string {
	for _, u := range [...]struct {
		unit time.Duration
		name string
	}{{day, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= 2*u.unit {
			return fmt.Sprintf("%d %s", d/u.unit, u.name)
		}
	}
	if s := d / time.Second; s != 1 {
		return fmt.Sprintf("%d seconds", s)
	}
	return "1 second"
}

// and joins a list: "a", "a and b", "a, b and c".
func and(list []string) string {
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}
