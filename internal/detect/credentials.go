package detect

import "apierrorbot/internal/kb"

// This file reads what people say about the credentials of a 401. Its two errors are told
// apart by that alone: credentials that are missing, and credentials that are no good.

var (
	credentialWords = words(`token tokens jwt key keys apikey secret secrets credential credentials creds password
		signature bearer authorization authorisation`)

	// spoilt say of credentials that they are no good; sound that they are, unless "not"
	// stands before it.
	spoilt = words("expired invalid wrong incorrect revoked outdated stale malformed")
	sound  = words("valid correct accepted right recognised recognized")

	// absent say of credentials that they are missing; sending, behind "not", too.
	absent  = words("missing empty blank absent stripped dropped undefined null")
	sending = words("send sends sent sending pass passes passed passing set include included attach attached add added supply supplied provide provided have there")

	// withoutWords deny what follows them; forgetting does so for what is to be sent.
	withoutWords = words("without no missing forgot forgotten omitted lacks lacking")

	// describing may stand between what denies a credential and the credential.
	describing = words("any a an the our my valid new access api bearer client subscription")

	// needed follow a credential that is told to be needless: "no token is needed".
	needed = words("needed required necessary")

	// unsureOf make a guess of what is said about credentials.
	unsureOf = words("could might may maybe perhaps if whether should when unless")
)

// The names under which the articles are looked up for what is said of credentials.
const (
	namedInvalid = "invalid credentials"
	namedMissing = "no credentials"
)

// Credentials says in a name of base what a text says about credentials: that they are
// missing, or no good. "" if it says neither, or base has no such name.
func Credentials(base *kb.Base, text string) string {
	t := newTalk(base, text, nil)
	return t.credentials(0, len(t.list)-1)
}

// credentials is the name for what tokens first to last say about credentials, or "".
func (t *talk) credentials(first, last int) string {
	for i := max(first, 0); i <= min(last, len(t.list)-1); i++ {
		if !t.is(i, credentialWords...) || t.marked(i, inFence|inLink|inQuote) {
			continue
		}
		if name := t.credentialAt(i); name != "" && t.base.Known(name) {
			return name
		}
	}
	return ""
}

// nameByCredentials adds to a 401 the name for what is said about credentials near it,
// where no code says what it is.
func (t *talk) nameByCredentials(m *mention) {
	const reach = 25 // tokens
	for _, code := range m.codes {
		if !IsReason(code, m.status) {
			return
		}
	}
	if name := t.credentials(m.first-reach, m.last+reach); name != "" {
		m.codes = append([]string{name}, m.codes...)
	}
}

// credentialAt is the name for what is said about the credential at token i, or "".
func (t *talk) credentialAt(i int) string {
	const reach = 7
	before, behind := i, i
	for t.joined(before, noStop) && before > i-reach {
		before--
	}
	for t.joined(behind+1, noStop) && behind < i+reach {
		behind++
	}
	if t.isUnsure(before, behind) {
		return ""
	}
	switch {
	case t.is(i-1, spoilt...) && !t.deniedBefore(i-1), t.isSpoiltBehind(i, behind):
		return namedInvalid
	case t.isMissingBefore(before, i), t.isMissingBehind(i, behind):
		return namedMissing
	}
	return ""
}

// isUnsure says whether some tokens, which stand together, only guess or ask.
func (t *talk) isUnsure(first, last int) bool {
	asks := t.is(first, "is", "are", "was", "does", "do", "did", "can", "has", "have") && t.marked(first, asked)
	for i := first; i <= last && !asks; i++ {
		asks = t.is(i, unsureOf...)
	}
	return asks
}

// isSpoiltBehind says whether tokens behind a credential say that it is no good.
func (t *talk) isSpoiltBehind(i, last int) bool {
	for j := i + 1; j <= last; j++ {
		switch {
		case t.is(j, spoilt...):
			return !t.deniedBefore(j)
		case t.is(j, sound...):
			return t.deniedBefore(j)
		case t.is(j, "ran", "run") && t.is(j+1, "out"):
			return true
		}
	}
	return false
}

// isMissingBehind says whether tokens behind a credential say that it is missing.
func (t *talk) isMissingBehind(i, last int) bool {
	for j := i + 1; j <= last; j++ {
		switch {
		case t.is(j, absent...):
			return !t.deniedBefore(j)
		case t.is(j, sending...):
			return t.deniedBefore(j)
		}
	}
	return false
}

// isMissingBefore says whether tokens before a credential say that it is missing: "we
// don't send any token", "without our key".
func (t *talk) isMissingBefore(first, i int) bool {
	const between = 4
	for j := i - 1; j >= first && j >= i-between; j-- {
		switch {
		case t.is(j, sending...) && t.deniedBefore(j):
			return true
		case t.is(j, withoutWords...):
			return !t.deniedBefore(j) && !t.is(i+1, needed...) && !t.is(i+2, needed...)
		case !t.is(j, describing...) && !t.is(j, sending...) && !t.is(j, credentialWords...) && !t.is(j, "to"):
			return false
		}
	}
	return false
}

// deniedBefore says whether the word at token i is denied: "not sent", "hasn't yet
// expired", "no longer valid".
func (t *talk) deniedBefore(i int) bool {
	const reach = 3
	for j := i - 1; j >= 0 && j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.has(j, cNot) || t.is(j, "longer") {
			return true
		}
	}
	return false
}
