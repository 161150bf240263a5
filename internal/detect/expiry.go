package detect

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// This file reads when a pasted token expires. A JSON web token (RFC 7519) is
// three parts of base64url with dots between them; the second is a JSON object,
// and its "exp" is the Unix time. Nothing is verified: whoever pasted it wants to
// know what it says. Of the token nothing but that number leaves here.

const (
	maxTokenPart  = 16 << 10 // of base64; longer ones no server takes in a header
	maxTokens     = 8        // that are looked at
	minTokenStart = "eyJ"    // {" in base64url
)

// FindExpiry finds when a pasted token expires. Where there are several, the one
// that was sent as a bearer (RFC 6750) counts before others, and then the first.
// A token whose second part was cut off says nothing, nor does nonsense.
func FindExpiry(text *Text) (Detail, bool) {
	var found Detail
	rest := text.Clean
	for range maxTokens {
		i := strings.Index(rest, minTokenStart)
		if i < 0 {
			break
		}
		before := rest[:i]
		exp, end, ok := expiryAt(rest[i:])
		rest = rest[i+end:]
		if !ok {
			continue
		}
		d := Detail{Kind: DetailExpiry, Value: strconv.FormatInt(exp, 10)}
		if isBearer(before) {
			return d, true
		}
		if found.Kind == "" {
			found = d
		}
	}
	return found, found.Kind != ""
}

// isBearer says whether a text ends in "Bearer ".
func isBearer(before string) bool {
	const bearer = "bearer"
	before = strings.TrimRight(before, " :\t")
	return len(before) >= len(bearer) && strings.EqualFold(before[len(before)-len(bearer):], bearer)
}

// expiryAt reads the token at the start of s, and how far it goes.
func expiryAt(s string) (exp int64, end int, ok bool) {
	end = tokenPart(s)
	if end == len(s) || s[end] != '.' {
		return 0, end, false
	}
	start := end + 1
	end = start + tokenPart(s[start:])
	payload := strings.TrimRight(s[start:end], "=")
	if len(payload) > maxTokenPart {
		return 0, end, false
	}
	// Some libraries write the other base64 alphabet.
	raw, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(payload))
	if err != nil {
		return 0, end, false
	}
	var claims struct {
		Exp json.Number `json:"exp"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return 0, end, false
	}
	n, err := claims.Exp.Float64() // RFC 7519, section 2: a NumericDate may have a fraction
	if err != nil || !isEra(n) {
		return 0, end, false
	}
	return int64(n), end, true
}

// tokenPart is the length of the base64 at the start of s.
func tokenPart(s string) int {
	n := 0
	for n < len(s) && (isHeaderByte(s[n]) || s[n] == '+' || s[n] == '/' || s[n] == '=') {
		n++
	}
	return n
}
