package guard

import (
	"fmt"
	"strings"
	"testing"
)

const chat = "Morning all, the PDS sandbox is slow again today, is anybody else seeing that or is it only our VPN? :thinking_face:"

// body is an ordinary error as it is pasted, 4 kB long.
var body = func() string {
	const entry = `{"resourceType":"OperationOutcome","id":"60e0b220-8136-4ca5-ae46-1d97ef59d068","meta":{"lastUpdated":"2026-11-03T10:15:30.123+00:00"},"issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"system":"https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode","version":"1","code":"ACCESS_DENIED","display":"Access denied"}]},"diagnostics":"Invalid Access Token - scope 'urn:nhsd:apim:user-nhs-cis2' is missing for client; see https://digital.nhs.uk/developer"}]}` + "\n"
	return strings.Repeat(entry, 4096/len(entry)+1)[:4096]
}()

func BenchmarkFind(b *testing.B) {
	texts := []struct{ name, text string }{
		{"chat", chat[:100]},
		{"chat, curly quotes", strings.ReplaceAll(chat[:90], "'", "’") + " I’ll try"},
		{"chat about tokens", "my token works in postman but the password grant gives 401 access_denied, is the client secret wrong"},
		{"body", body},
		{"body in a string", fmt.Sprintf("%q", body)[:4096]},
		{"token", "Authorization: Bearer sI4Dn6CqhA7vBgYUm0fJJsN1rtQq"},
	}
	for _, c := range texts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				Find(c.text)
			}
		})
	}
}

// hostile are texts that would take long if anything were read twice.
var hostile = []struct{ name, unit string }{
	{"digits", "9434765919"},
	{"numbers", "9434765919 "},
	{"groups", "943 476 5919 "},
	{"eyJ", "eyJ"},
	{"eyJ-", "eyJ0-"},
	{"eyJ lines", "eyJhbGciOiJSUzUxMiIsInR5cCI6\n"},
	{"equals", "="},
	{"dashes", "-"},
	{"BEGIN", "-----BEGIN PRIVATE KEY-----"},
	{"BEGIN, body", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n"},
	{"spaces", " "},
	{"brackets", "["},
	{"backslashes", `\`},
	{"escapes", `\u0070`},
	{"escaped quotes", `\"`},
	{"percent", "%25"},
	{"percent A", "%41"},
	{"amp", "&amp;"},
	{"zero width", "a\u200b"},
	{"no-break", "a\u00a0"},
	{"password=", "password="},
	{"password=)", "password=)"},
	{"password:\\n", "password:\n"},
	{`password="`, `password="`},
	{`password='`, `password='a`},
	{`password=\"`, `password=\"`},
	{"password=,", "password=,a"},
	{"password x", "password "},
	{"token for", "token for x "},
	{"cookie=", "cookie: a=1 "},
	{"digest", "authorization: digest 1 "},
	{"bearer", "bearer "},
	{"://", "a://b:c@"},
	{"xoxb", "xoxb-12-"},
	{"AKIA", "AKIAIOSFODNN7EXAMPLE "},
	{"hooks", "hooks.slack.com/"},
	{"tags", "<password a "},
	{"names", "client-secret-"},
	{"options", "--secret "},
	{"marks", "[redacted: password]"},
	{"nhs", "nhs number "},
	{"commas", ",a"},
	{"random lines", "bearer Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC\n"},
	{"bytes", "\x00\xff\x80"},
}

// TestHostile reads a lot of each. How long that takes, and that 25 times as much
// takes 25 times as long, is for BenchmarkHostile.
func TestHostile(t *testing.T) {
	for _, h := range hostile {
		checkProperties(t, strings.Repeat(h.unit, 1<<17/len(h.unit)))
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		for _, size := range []int{40 << 10, 1 << 20} {
			text := strings.Repeat(h.unit, size/len(h.unit))
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(h.name, " ", "_"), size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					Redact(text)
				}
			})
		}
	}
}
