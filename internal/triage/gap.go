package triage

import (
	"regexp"
	"strings"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/kb"
)

// Gap is an error that no article is about. The zero Gap is none.
type Gap struct {
	Status int // 400 to 599, or 0 if the message gives none

	// Code is the error's code, or "" if it has none that is written like one, or
	// none but what could be a secret.
	Code string
}

// codeForm is what a code that is remembered looks like.
var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{2,63}$`)

// newGap makes a gap of a status and what may be an error's codes. A status that
// has articles is none by itself, nor is what has neither status nor code.
func newGap(base *kb.Base, status int, codes ...string) Gap {
	var g Gap
	if status >= 400 {
		g.Status = status
	}
	for _, code := range codes {
		if codeForm.MatchString(code) && !strings.HasSuffix(code, cutMark) && !detect.IsReason(code, status) && !base.Known(code) {
			g.Code = code
			return g
		}
	}
	if len(base.ByStatus(g.Status)) > 0 {
		return Gap{}
	}
	return g
}

// bodyGap returns the gap that the error bodies in a message show. What people
// write themselves shows one only where they ask: in a channel it may be a code, or
// the name of anything.
func bodyGap(base *kb.Base, findings []finding) Gap {
	for _, f := range findings {
		if f.unknown && f.signal.Kind == detect.KindBody {
			return newGap(base, f.signal.Status, f.openCodes()...)
		}
	}
	return Gap{}
}
