package handlers

import (
	"strings"
	"testing"
)

func TestCourtesyOf(t *testing.T) {
	for text, want := range map[string]courtesy{
		"hello":                            greeting,
		"Hi there!":                        greeting,
		"good morning":                     greeting,
		"thanks":                           thanks,
		"Thank you very much 🙏":            thanks,
		"ok thanks, that worked":           thanks,
		"hi, thanks for your help!":        thanks,
		"cheers :beer:":                    thanks,
		"OK":                               nod,
		"👍":                                noCourtesy, // nothing but an emoji
		":+1:":                             nod,
		"":                                 noCourtesy,
		"help":                             noCourtesy,
		"hello 403":                        noCourtesy,
		"thanks, now it is REC_CONFLICT":   noCourtesy,
		"no scope":                         noCourtesy,
		"ok ok ok ok ok ok ok ok ok ok ok": noCourtesy, // too long to be one

		"thanks" + strings.Repeat("!", 99):   thanks,
		"thanks" + strings.Repeat("!", 1000): noCourtesy,
	} {
		if got := courtesyOf(text); got != want {
			t.Errorf("courtesyOf(%q) = %d, want %d", text, got, want)
		}
	}
}
