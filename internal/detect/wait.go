package detect

import (
	"strconv"
	"strings"
	"time"
)

// This file finds how long an API asks to wait.

const (
	maxWait  = 31 * 24 * time.Hour // that is believed
	maxDates = 16                  // that are kept to compare with
)

// waitFound is a wait and how good it is: Retry-After is made for it, a rate
// limit's reset comes next, and words come last. Of equally good ones the last
// counts: who tries three times is told three times.
type waitFound struct {
	topic topic
	at    int // offset in the text
	value string
	name  pairName
}

// FindWait finds how long an API asks to wait before the next request: a
// DetailWait, or, where only a point in time is given and not when the answer was
// made, a DetailUntil.
func FindWait(text *Text) (Detail, bool) {
	var (
		best  waitFound
		dates []waitFound
	)
	for name, at := range pairs(text.Clean) {
		value := text.Clean[at:]
		switch name.topic {
		case topicDate:
			if len(dates) < maxDates {
				dates = append(dates, waitFound{at: at, value: value})
			}
		case topicWait, topicReset:
			if best.topic != 0 && best.topic < name.topic {
				continue
			}
			found := waitFound{name.topic, at, value, name}
			if _, ok := found.detail(nil); ok {
				best = found
			}
		}
	}
	if best.topic == 0 {
		return waitInWords(text.Clean)
	}
	return best.detail(dates)
}

// detail reads what was found. A point in time becomes a wait where the answer's
// date stands near: the API's clock and the reader's may differ.
func (w *waitFound) detail(dates []waitFound) (Detail, bool) {
	if seconds, ok := w.seconds(); ok {
		return waitOf(seconds)
	}
	until, ok := w.time()
	if !ok {
		return Detail{}, false
	}
	if made, ok := nearestDate(dates, w.at); ok && until.After(made) {
		return waitOf(until.Sub(made))
	}
	return Detail{Kind: DetailUntil, Value: strconv.FormatInt(until.Unix(), 10)}, true
}

func waitOf(d time.Duration) (Detail, bool) {
	if d <= 0 || d > maxWait {
		return Detail{}, false
	}
	seconds := int64((d + time.Second - 1) / time.Second)
	return Detail{Kind: DetailWait, Value: strconv.FormatInt(seconds, 10)}, true
}

// seconds reads a wait: a number, or a number with a unit. Of a reset, numbers
// are seconds up to what could be a Unix time.
func (w *waitFound) seconds() (time.Duration, bool) {
	if d, n := unitDuration(w.value); n > 0 {
		return d, true
	}
	n, rest, ok := number(w.value)
	if !ok || rest != "" && (rest[0] == '-' || rest[0] == '/') {
		return 0, false
	}
	unit := time.Second
	if w.topic == topicWait {
		unit = time.Duration(w.name.unit) * time.Millisecond
	}
	if n > float64(maxWait/unit) {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}

// time reads a point in time: an HTTP date, ISO 8601, or, for a reset, Unix time
// in seconds or milliseconds.
func (w *waitFound) time() (time.Time, bool) {
	if at, ok := clockTime(w.value); ok {
		return at, true
	}
	n, _, ok := number(w.value)
	switch {
	case !ok || w.topic != topicReset:
	case isEra(n):
		return time.Unix(int64(n), 0), true
	case isEra(n / 1000):
		return time.UnixMilli(int64(n)), true
	}
	return time.Time{}, false
}

// isEra says whether a number can be a Unix time of the years 2001 to 2099.
func isEra(n float64) bool { return n >= 1e9 && n < 4_070_908_800 }

// number reads a decimal number at the start of s, and gives what follows it.
func number(s string) (n float64, rest string, ok bool) {
	const longest = 16
	end, dots := 0, 0
	for ; end < len(s) && end <= longest; end++ {
		if s[end] == '.' && dots == 0 && end+1 < len(s) && isDigit(s[end+1]) {
			dots++
		} else if !isDigit(s[end]) {
			break
		}
	}
	if end == 0 || end > longest || end < len(s) && isLetter(s[end]) {
		return 0, s, false
	}
	n, err := strconv.ParseFloat(s[:end], 64)
	return n, s[end:], err == nil
}

// clockTime reads the date at the start of s: the three forms of HTTP dates (RFC
// 9110, section 5.6.7) and that of RFC 3339.
func clockTime(s string) (time.Time, bool) {
	const longest = 40
	s = s[:min(len(s), longest)]
	if end := strings.IndexAny(s, "\"'\\\n]}<;"); end >= 0 {
		s = s[:end]
	}
	s = strings.TrimRight(s, " \t,)")
	for _, layout := range [...]string{time.RFC1123, time.RFC3339, time.RFC850, time.ANSIC, time.RFC1123Z} {
		if at, err := time.Parse(layout, s); err == nil && isEra(float64(at.Unix())) {
			return at, true
		}
	}
	return time.Time{}, false
}

// nearestDate reads the date that stands nearest to an offset.
func nearestDate(dates []waitFound, at int) (made time.Time, found bool) {
	nearest := 0
	for _, d := range dates {
		far := max(d.at-at, at-d.at)
		if found && far >= nearest {
			continue
		}
		if t, ok := clockTime(d.value); ok && isUpper(d.value[0]) { // an HTTP date: others are in bodies too
			made, nearest, found = t, far, true
		}
	}
	return made, found
}

// waitInWords finds "try again in 20s", "retry after 30 seconds", "wait 1m30s".
func waitInWords(text string) (Detail, bool) {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i == 0 || text[i-1] != ' ' {
			continue
		}
		d, n := unitDuration(text[i:])
		if n > 0 && d >= time.Second && isToldToWait(text[:i]) {
			return waitOf(d)
		}
		i += max(0, n-1)
	}
	return Detail{}, false
}

// isToldToWait says whether a text ends in words that tell somebody to wait, and
// not in somebody's plan to, or a client's log: "I'll try again in 5 minutes",
// "retrying in 2s".
func isToldToWait(before string) bool {
	const reach = 60
	before = before[max(0, len(before)-reach):]
	if i := strings.LastIndexAny(before, "\n.!?"); i >= 0 {
		before = before[i+1:]
	}
	words := strings.FieldsFunc(strings.ToLower(before), func(r rune) bool { return !('a' <= r && r <= 'z' || r == '\'') })
	told := false
	for i, w := range words {
		last := i == len(words)-1
		switch w {
		case "i", "we", "i'll", "we'll", "will", "let", "they", "retrying", "attempt", "attempts":
			return false
		case "again", "retry", "available":
			told = true
		case "wait":
			if last {
				return true
			}
			told = true
		case "in", "after", "for", "least":
			if last {
				return told
			}
		}
	}
	return false
}

// unitDuration reads "20s", "1m30s", "1.5 seconds", "2 minutes" at the start of
// s, and how many bytes that is; 0 if it is something else.
func unitDuration(s string) (total time.Duration, length int) {
	for {
		n, end := 0.0, length
		for end < len(s) && end-length < 10 && (isDigit(s[end]) || s[end] == '.' && end > length) {
			end++
		}
		n, err := strconv.ParseFloat(s[length:end], 64)
		if err != nil {
			return total, length
		}
		if end < len(s) && s[end] == ' ' {
			end++
		}
		start := end
		for end < len(s) && isLetter(s[end]) {
			end++
		}
		unit := unitOf(s[start:end])
		if unit == 0 || n > float64(maxWait/unit) {
			return total, length
		}
		total += time.Duration(n * float64(unit))
		length = end
	}
}

func unitOf(word string) time.Duration {
	switch strings.ToLower(word) {
	case "ms", "millisecond", "milliseconds":
		return time.Millisecond
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	}
	return 0
}
