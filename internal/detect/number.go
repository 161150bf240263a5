package detect

import "strings"

// This file reads the numbers of a text, and which of them can be HTTP statuses.

// number reads a number and what is glued to it: 403s, 10.0.4.3, 2025-01-02,
// 12:30, 1,024. Lists such as 401/403 come apart.
func (z *tokenizer) number() {
	start := z.at
	end := z.numberEnd(start)
	if isStatusList(z.text[start:end]) {
		z.addStatuses(start, end)
		return
	}
	z.at = end
	t := token{span: Span{start, end}}
	t.status, t.where = z.statusAt(start, end)
	z.add(t)
}

// numberEnd is where the number at i ends, with what is glued to it.
func (z *tokenizer) numberEnd(i int) int {
	for ; i < len(z.text); i++ {
		c := z.text[i]
		if isLetter(c) || isDigit(c) || c == '_' && z.wordGoesOnAt(i+1) {
			continue
		}
		next := byte(0)
		if i+1 < len(z.text) {
			next = z.text[i+1]
		}
		switch {
		case strings.IndexByte(".,:/-+", c) >= 0 && isDigit(next):
		case c == '\'' && isLetter(next):
		default:
			return i
		}
	}
	return i
}

// isStatusList says whether s is a list such as 401/403 or 401,403.
func isStatusList(s string) bool {
	const each = len("401/")
	if len(s) <= each || len(s)%each != each-1 {
		return false
	}
	for i := range len(s) {
		c, ok := s[i], false
		switch i % each {
		case 0:
			ok = c == '4' || c == '5'
		case each - 1:
			ok = c == '/' || c == ','
		default:
			ok = isDigit(c)
		}
		if !ok {
			return false
		}
	}
	return true
}

// addStatuses adds the tokens of a list of statuses.
func (z *tokenizer) addStatuses(start, end int) {
	const size = len("401")
	for i := start; i < end; i += size + 1 {
		status, _ := z.statusAt(i, i+size)
		z.at = i + size
		z.add(token{span: Span{i, z.at}, status: status})
	}
}

// statusAt reads the number at a place as an HTTP error status. It is none if
// something is glued to it that statuses do not have: #403, $403, 403ms, v403.
func (z *tokenizer) statusAt(start, end int) (int, place) {
	s := z.text[start:end]
	if len(s) < 3 || s[0] != '4' && s[0] != '5' {
		return 0, 0
	}
	status := int(s[0]-'0') * 100
	for i, unit := range [...]int{10, 1} {
		switch c := s[i+1]; {
		case isDigit(c):
			status += int(c-'0') * unit
		case c != 'o' && c != 'O': // a letter O for a zero
			return 0, 0
		}
	}
	if status > 511 {
		return 0, 0
	}
	var where place
	switch s[3:] {
	case "":
	case "s", "'s", "ed", "'d", "'ed", "ing", "'ing", "ed'":
		where = plural
	default:
		if !z.isSubStatus(s[3:]) {
			return 0, 0
		}
	}
	if !z.statusFits(start, end) {
		return 0, 0
	}
	return status, where
}

// isSubStatus says whether what follows a status is IIS's finer one: HTTP Error 401.2
// (https://learn.microsoft.com/troubleshoot/developer/webapps/iis/www-administration-management/http-status-code).
func (z *tokenizer) isSubStatus(s string) bool {
	const longest = len(".14")
	if len(s) < 2 || len(s) > longest || s[0] != '.' || strings.Trim(s[1:], "0123456789") != "" {
		return false
	}
	return len(z.list) > 0 && z.stop == noStop && z.list[len(z.list)-1].class&(cLabel|cError) != 0
}

// statusFits looks at what touches the number.
func (z *tokenizer) statusFits(start, end int) bool {
	if end < len(z.text) {
		switch z.text[end] {
		case '%', '+', '#', '@', '\\', '=':
			return false
		}
		if z.text[end] >= 0x80 { // a currency sign, a degree sign
			return false
		}
	}
	if start == 0 {
		return true
	}
	switch c := z.text[start-1]; c {
	case '#', '$', '+', '@', '~', '.', '%', '&', '^', '\\':
		return false
	case '[': // pds[403] is a process, or a place in a list
		return start == 1 || !isLetter(z.text[start-2]) && !isDigit(z.text[start-2])
	case '/', '-':
		return start == 1 || isSpace(z.text[start-2]) || z.labelBefore(start-1) ||
			c == '/' && (isDigit(z.text[start-2]) || z.codeBefore(start-1))
	case ':', '=':
		return start == 1 || !isLetter(z.text[start-2]) && !isDigit(z.text[start-2]) || z.labelBefore(start-1)
	default:
		return c < 0x80
	}
}

// codeBefore says whether the last word is a code that ends at i: "ACCESS_DENIED/401".
func (z *tokenizer) codeBefore(i int) bool {
	if len(z.list) == 0 {
		return false
	}
	last := z.list[len(z.list)-1]
	return last.span.End == i && last.where&upper != 0 && strings.IndexByte(z.text[last.span.Start:i], '_') > 0
}

// labelBefore says whether a word that announces a status ends at i: "status",
// "HTTP", "error", "code".
func (z *tokenizer) labelBefore(i int) bool {
	start := i
	for start > 0 && (isLetter(z.text[start-1]) || z.text[start-1] == '_') {
		start--
	}
	return classify(z.text[start:i])&cLabel != 0 || labelEnd(z.text[start:i])
}
