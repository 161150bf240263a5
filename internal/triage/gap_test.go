package triage

import (
	"strings"
	"testing"
)

func TestGap(t *testing.T) {
	base := loadBase(t)
	long := "X_" + strings.Repeat("Y", 62)
	tests := []struct {
		text string
		mode Mode
		want Gap
	}{
		{"HTTP/1.1 403\n\n" + outcome("LEVEL_OF_CONFIDENCE"), Auto, Gap{403, "LEVEL_OF_CONFIDENCE"}},
		{outcome("LEVEL_OF_CONFIDENCE"), Auto, Gap{0, "LEVEL_OF_CONFIDENCE"}},
		{outcome("level.of-confidence_2"), Auto, Gap{0, "level.of-confidence_2"}},
		{outcome(long), Auto, Gap{0, long}},
		{outcome(long + "Y"), Auto, Gap{}},
		{outcome("LEVEL_OF_CON..."), Auto, Gap{}},
		{outcome("LEVEL_OF_CONFIDENCE") + " 429 TOO_MANY_REQUESTS from PDS", Auto, Gap{0, "LEVEL_OF_CONFIDENCE"}},
		{`{"status":500,"error":"Internal Server Error"}`, Auto, Gap{500, ""}},
		{`{"status":503,"code":"KETTLE_EMPTY","message":"no water"}`, Auto, Gap{503, "KETTLE_EMPTY"}},
		{outcome("FORBIDDEN"), Auto, Gap{}},
		{`{"status":403,"message":"no"}`, Auto, Gap{}},
		{"getting errors from BOOKING_SERVICE at PDS", Auto, Gap{}},
		{"getting a 503 from PDS", Auto, Gap{}},
		{"lunch?", Auto, Gap{}},
		{outcome("OAuth2Error"), Auto, Gap{0, "OAuth2Error"}},
		{outcome("AADSTS700016"), Auto, Gap{0, "AADSTS700016"}},
		{"HTTP/1.1 403\n\n" + outcome("ERR_42"), Auto, Gap{403, "ERR_42"}},
		{"HTTP/1.1 404\n\n" + outcome("AUTH-001"), Auto, Gap{404, "AUTH-001"}},
		{outcome("hunter-Xk3vQ9s"), Auto, Gap{}},
		{`{"status":500,"code":"correct_horse","password":"correct_horse"}`, Auto, Gap{500, ""}},

		{"418", Query, Gap{418, ""}},
		{"HTTP 200", Query, Gap{}},
		{"FOO_BAR", Query, Gap{0, "FOO_BAR"}},
		{"403 FOO_BAR", Query, Gap{403, "FOO_BAR"}},
		{outcome("LEVEL_OF_CONFIDENCE"), Query, Gap{0, "LEVEL_OF_CONFIDENCE"}},
		{"403", Query, Gap{}},
		{"403 FORBIDDEN", Query, Gap{}},
		{"token expird", Query, Gap{}},
		{"what is the weather like", Query, Gap{}},
		{"my NHS number is 943 476 5919", Query, Gap{}},
	}
	for _, test := range tests {
		if got := Decide(base, Input{Text: test.text}, test.mode).Gap; got != test.want {
			t.Errorf("%s %q: %v, want %v\n%s", test.mode, test.text, got, test.want, Explain(base, Input{Text: test.text}, test.mode))
		}
	}
}
