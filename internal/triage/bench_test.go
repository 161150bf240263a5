package triage

import (
	"strings"
	"testing"
)

// chatter is what people write all day.
var chatter = []string{
	"good morning all",
	"can somebody review my branch please? it is the one about the booking page, nothing scary in it I hope",
	"we moved the token refresh into its own module, and the patient search is much faster now",
	"I think the real problem is that the two teams have never sat down together and agreed on what the field means",
	"thanks, that worked",
}

func BenchmarkChat(b *testing.B) {
	base := loadBase(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Decide(base, Input{Text: chatter[i%len(chatter)]}, Auto)
	}
}

// BenchmarkNumbers is chat that the cheap look cannot rule out.
func BenchmarkNumbers(b *testing.B) {
	base := loadBase(b)
	b.ReportAllocs()
	for b.Loop() {
		Decide(base, Input{Text: "stand-up moved to room 403, and she said that PR 429 is getting close"}, Auto)
	}
}

// body is an OperationOutcome of some 4 kB with several issues.
func body() string {
	issue := `{"severity":"error","code":"value","details":{"coding":[{"system":"https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode",` +
		`"version":"1","code":"INVALID_VALUE","display":"Provided value is invalid"}]},"diagnostics":"Invalid value - 'abc' in field 'identifier'"}`
	return `{"resourceType":"OperationOutcome","issue":[` + strings.Repeat(issue+",", 15) + issue + `]}`
}

func BenchmarkBody4kB(b *testing.B) {
	base, text := loadBase(b), body()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Decide(base, Input{Text: text}, Auto)
	}
}

// BenchmarkQuestion is a long text from somebody who asks: 40 kB of chat, of notes
// with codes in them that nobody knows, and of a name of secrets over and over.
func BenchmarkQuestion(b *testing.B) {
	base := loadBase(b)
	for _, q := range []struct{ name, part string }{
		{"chat", strings.Join(chatter, " ") + " "},
		{"words", "how do I use this thing "},
		{"digits", "1 2 3 "},
		{"colons", " :a"},
		{"settings", "MY_SETTING :a "},
		{"secrets", "password= "},
		{"unknown", `{"status":418,"code":"FOO_BAR"} `},
	} {
		text := strings.Repeat(q.part, 40_000/len(q.part))
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Decide(base, Input{Text: text}, Query)
			}
		})
	}
}

// hostile are texts that make careless readers slow.
var hostile = []struct{ name, part string }{
	{"brackets", "["},
	{"braces", "{"},
	{"objects", `{"a":`},
	{"openQuotes", "{\"a\n"},
	{"comments", "{//"},
	{"quotes", `"`},
	{"backslashes", `\`},
	{"tags", "<issue>"},
	{"openTags", "<issue "},
	{"attributes", "<issue><code value='x'/>"},
	{"entities", "&amp;"},
	{"links", "<http://a|"},
	{"numbers", "403 "},
	{"lines", "403\n"},
	{"codes", "ACCESS_DENIED "},
	{"phrases", "RESOURCE NOT FOUND "},
	{"words", "FORBIDDEN, "},
	{"prose", "we are getting a 403 from PDS if "},
	{"members", "\"a\":1\n"},
	{"bodies", `{"status":403,"message":"no"}`},
	{"colons", " :a"},
	{"details", "HTTP/1.1 429 Too Many Requests\nX-Request-ID: 943476-5919ab-94347659-19ab\nDate: Tue, 03 Mar 2026 10:15:30 GMT\nRetry-After: 1x\n"},
	{"waits", "HTTP/1.1 429 Too Many Requests\nDate: Tue, 03 Mar 2026 10:15:30 GMT\nRetry-After: Tue, 03 Mar 2026 10:16:30 GMT\n"},
	{"tokens", "HTTP/1.1 401 Unauthorized\nBearer eyJhbGciOiJSUzI1NiJ9.eyJleHAi"},
	{"fields", `{"status":400,"message":"field 'x y' is required, header ","field":"1","errors":[`},
	{"nested", `{"error":{"code":"X_Y","message":"`},
	{"maps", "map[a:"},
	{"lists", "Array\n(\n[a] => "},
	{"records", "A(b="},
	{"strings", "String(\""},
	{"twice", `{""a"":`},
	{"fragments", `... "a":`},
	{"cutNames", `a":`},
	{"prefixes", "# 1 {\n"},
	{"lineEnds", "{<EOL>"},
	{"pages", "<h1>"},
	{"titles", "<title>403 a</title>"},
	{"exceptions", "AError: b "},
	{"logs", "GET /a | 403 | 1 403 2 3 \"GET "},
	{"cuts", `{"code":"TOO_MANY_R`},
	{"embedded", `{"a":"{<h1>`},
}

func BenchmarkHostile(b *testing.B) {
	base := loadBase(b)
	for _, h := range hostile {
		for _, size := range []int{40_000, 1_000_000} {
			text := strings.Repeat(h.part, size/len(h.part))
			b.Run(h.name+"/"+map[int]string{40_000: "40kB", 1_000_000: "1MB"}[size], func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Decide(base, Input{Text: text}, Auto)
				}
			})
		}
	}
}
