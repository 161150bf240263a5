package guard

import (
	"strings"
	"testing"
)

// FuzzRedact plants a secret somewhere in a text: the text can be anything, what
// was planted must be gone.
func FuzzRedact(f *testing.F) {
	all := plants()
	for i, p := range all {
		form := forms[i%len(forms)]
		f.Add(form.wrap(p.text), uint16(i*7), uint16(len(p.text)/2))
	}
	for i, h := range hostile {
		f.Add(h.unit+h.unit+h.unit, uint16(i*11), uint16(len(h.unit)))
	}
	f.Add("[redacted: password][redacted: access token]", uint16(3), uint16(20))
	f.Add("Ａｕｔｈｏｒｉｚａｔｉｏｎ：Ｂｅａｒｅｒ ＼ｎ４ｑ", uint16(0), uint16(0))     // ended inside a character
	f.Add("0000\x00000000%00943 476 5919", uint16(0), uint16(0)) // was redacted further the second time
	f.Fuzz(func(t *testing.T, text string, which, where uint16) {
		checkProperties(t, text)
		p := all[int(which)%len(all)]
		at := int(where) % (len(text) + 1)
		before, after := text[:at]+"\n", "\n"+text[at:]
		planted := before + p.text + after
		checkProperties(t, planted)
		p.cover = text + before + p.cover + after
		piece := leak(Redact(planted), p)
		if piece != "" && !strings.Contains(bare(before), piece) && !strings.Contains(bare(after), piece) { // by themselves they can say what they do not beside each other
			t.Errorf("%q\nbecame %q\nwhich still has %q of %q", planted, Redact(planted), piece, p.secret)
		}
	})
}
