package guard

import (
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// form is a way in which a text reaches Slack.
type form struct {
	name string
	wrap func(string) string
}

// forms are applied to every sample, alone and after one another.
var forms = []form{
	{"plain", func(s string) string { return s }},
	{"in a sentence", func(s string) string { return "hi all, I get a 403, here it is:\n" + s + "\nany idea?" }},
	{"JSON string", jsonString},
	{"JSON string, not escaping HTML", func(s string) string {
		var out strings.Builder
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(map[string]string{"body": s}); err != nil {
			panic(err)
		}
		return out.String()
	}},
	{"JSON string, quotes as \\u0022", func(s string) string {
		return strings.ReplaceAll(jsonString(s)[1:], `\"`, `\u0022`)
	}},
	{"Python repr", func(s string) string {
		return "{'body': '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(s) + "'}"
	}},
	{"URL-encoded", url.QueryEscape},
	{"URL-encoded path", url.PathEscape},
	{"Slack-escaped", func(s string) string {
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
	}},
	{"HTML-escaped", html.EscapeString},
	{"fenced", func(s string) string { return "```\n" + s + "\n```" }},
	{"fenced on one line", func(s string) string { return "```" + s + "```" }},
	{"quoted", func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }},
	{"CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{"curly quotes", func(s string) string {
		return strings.NewReplacer(`"`, "”", `'`, "’").Replace(s)
	}},
	{"zero-width space everywhere", func(s string) string { return between(s, "\u200b") }},
	{"soft hyphen everywhere", func(s string) string { return between(s, "\u00ad") }},
	{"direction marks around words", func(s string) string { return strings.ReplaceAll(s, " ", " \u200e\u2068") }},
	{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
	{"full width", func(s string) string {
		return strings.Map(func(r rune) rune {
			if '!' <= r && r <= '~' {
				return r - '!' + 0xff01
			}
			return r
		}, s)
	}},
	{"log lines", func(s string) string {
		return "2026-11-03T10:15:30.123Z ERROR [http-nio-8080-exec-3] o.e.Client - " + s
	}},
	{"command", func(s string) string { return "curl -s \\\n  -d x=1 \\\n  " + s + " \\\n  https://example.org" }},
}

func jsonString(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// between puts a string between all characters of another.
func between(s, sep string) string { return strings.Join(strings.Split(s, ""), sep) }

// bare undoes what forms do, as far as a curious reader would, so that a secret
// that is still there shows.
func bare(s string) string {
	for range 4 {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\u200b', r == '\u00ad', r == '\\', r == '\n', r == '\r', r == '>':
				return -1
			case 0xff01 <= r && r <= 0xff5e:
				return r - 0xff01 + '!'
			case r == '’':
				return '\''
			case r == '”':
				return '"'
			}
			return r
		}, html.UnescapeString(s))
		if d, err := url.QueryUnescape(s); err == nil {
			s = d
		}
	}
	return s
}

// window is how much of a secret may be left over without giving it away.
const window = 8

// leak returns a piece of a secret that a text still holds, or "". A piece that
// the text has elsewhere, in what hides the secret, is none.
func leak(text string, p plant) string {
	text, secret, cover := bare(text), bare(p.secret), bare(p.cover)+markStart+string(PrivateKey)
	if len(secret) < 3 {
		return "" // stands in any text
	}
	for i := 0; i == 0 || i+window <= len(secret); i++ {
		if piece := secret[i:min(len(secret), i+window)]; strings.Contains(text, piece) && !strings.Contains(cover, piece) {
			return piece
		}
	}
	return ""
}

// plant is a text with a secret in it.
type plant struct {
	text, secret string
	cover        string // the text without any of its secrets
}

// plants returns the samples of all rules, one for each secret in them.
func plants() []plant {
	var all []plant
	for _, r := range rules {
		for _, sample := range r.find {
			text, want := marked(r.kind, sample)
			cover, done := "", 0
			for _, f := range want {
				cover += text[done:f.Start] + "\n"
				done = f.End
			}
			cover += text[done:]
			for _, f := range want {
				all = append(all, plant{text, text[f.Start:f.End], cover})
			}
		}
	}
	return all
}

// TestForms plants every sample in every form, and every form in every other,
// and looks for what is left.
func TestForms(t *testing.T) {
	all := plants()
	leaks := 0
	check := func(name, text string, p plant) {
		got := Redact(text)
		if piece := leak(got, p); piece != "" {
			if leaks++; leaks <= 20 {
				t.Errorf("%s: %q\nbecame %q\nwhich still has %q of %q", name, text, got, piece, p.secret)
			}
		}
		if again := Redact(got); again != got {
			t.Errorf("%s: %q\nredacted once:  %q\nredacted twice: %q", name, text, got, again)
		}
	}
	for _, p := range all {
		for _, inner := range forms {
			once := inner.wrap(p.text)
			check(inner.name, once, p)
			for _, outer := range forms[1:] {
				check(inner.name+", then "+outer.name, outer.wrap(once), p)
			}
		}
	}
	t.Logf("%d secrets in %d forms each, %d leaks", len(all), len(forms)*len(forms), leaks)
}

// TestFields puts a secret of each kind behind each name, in every way in which a
// name and its value are written.
func TestFields(t *testing.T) {
	names := []string{
		"access_token", "refresh_token", "id_token", "client_secret", "client-secret", "clientSecret", "CLIENT_SECRET", "client_assertion",
		"password", "Password", "DB_PASSWORD", "spring.datasource.password", "apikey", "api_key", "apiKey", "x-api-key",
		"Ocp-Apim-Subscription-Key", "aws_secret_access_key", "AccountKey", "JSESSIONID", "session_id", "Authorization", "token", "secret",
	}
	values := []string{
		"sI4Dn6CqhA7vBgYUm0fJJsN1rtQq", "Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC", "m4T9-wQ2x_R7vB1nL6pS8", "0123abcd4567ef890123abcd4567ef89",
	}
	shapes := []string{
		`{name}={value}`, `{name}: {value}`, `{name} = {value}`, `{name}="{value}"`, `{name}: '{value}'`, `"{name}":"{value}"`, `"{name}": "{value}"`,
		`'{name}': '{value}'`, `{name} => "{value}"`, `{name}: "{value}`, `<{name}>{value}</{name}>`, `<add key="{name}" value="{value}"/>`,
		`{"name": "{name}", "value": "{value}"}`, `("{name}", "{value}")`, `--{name} {value}`, `--{name}={value}`, `-H '{name}: {value}'`,
		`?a=b&{name}={value}&c=d`, `export {name}={value}`, `set {name}: {value};`, "`{name}`: `{value}`", `*{name}:* {value}`, `| {name} | {value} |`,
		`{name} -> {value}`, `{name} - {value}`, `set{name}("{value}")`, `{name}: <{value}>`, `<e key="{name}">{value}</e>`, `{name} is {value}`, `{name}: [{value}]`, `"{name}":["{value}"]`, `b'{name}': b'{value}'`, `{name}:{value},other:x`,
		"{name}:\n  {value}", "{name}\n{value}",
	}
	for _, name := range names {
		for _, value := range values {
			for _, shape := range shapes {
				text := strings.NewReplacer("{name}", name, "{value}", value).Replace(shape)
				for _, f := range forms {
					if got := Redact(f.wrap(text)); leak(got, plant{secret: value}) != "" {
						t.Errorf("%s: %q became %q", f.name, f.wrap(text), got)
					}
				}
			}
		}
	}
}

// TestSplit wraps a secret over lines where terminals and editors do.
func TestSplit(t *testing.T) {
	token := "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9." + strings.Repeat("eyJzdWIiOiIxMjM0NTY3ODkwIiwi", 12) + "." + strings.Repeat("c2lnbmF0dXJl", 9) + "x1Y"
	opaque := strings.Repeat("Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC", 6) + "q7"
	for _, secret := range []string{token, opaque} {
		for _, width := range []int{40, 64, 72, 80, 100, 120} {
			for _, sep := range []string{"\n", "\r\n", "\n  ", " \\\n", "\n> ", `\n`, "\u00a0"} {
				for _, shape := range []string{"Authorization: Bearer %s\n", "Authorization: Bearer %s", `-H "Authorization: Bearer %s" -v`, `"access_token": "%s"`, "access_token=%s\nstatus 401"} {
					var lines []string
					for rest := secret; rest != ""; {
						n := min(width, len(rest))
						lines, rest = append(lines, rest[:n]), rest[n:]
					}
					text := fmt.Sprintf(shape, strings.Join(lines, sep))
					if got := Redact(text); leak(got, plant{secret: secret}) != "" {
						t.Errorf("width %d, %q: %q became %q", width, sep, text, got)
					}
				}
			}
		}
	}
}

// TestBesideEachOther puts samples side by side: none may hide another.
func TestBesideEachOther(t *testing.T) {
	all := plants()
	between := []string{" ", "\n", ", ", "; ", " \" ", " ' ", " ` ", "\n\\\"", " <", "> ", "\u200b ", "&amp;", " password: ", " [redacted: password] ", " {", "} "}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var text, cover strings.Builder
		var in []plant
		for range 2 + random.IntN(4) {
			p := all[random.IntN(len(all))]
			sep := between[random.IntN(len(between))] + "\n"
			text.WriteString(sep + p.text + "\n")
			cover.WriteString(sep + p.cover + "\n")
			in = append(in, p)
		}
		got := Redact(text.String())
		for _, p := range in {
			p.cover = cover.String()
			if piece := leak(got, p); piece != "" {
				t.Fatalf("%q\nbecame %q\nwhich still has %q of %q", text.String(), got, piece, p.secret)
			}
		}
		checkProperties(t, text.String())
	}
}

// checkProperties checks what holds for every text.
func checkProperties(t *testing.T, text string) {
	t.Helper()
	last := 0
	for _, f := range Find(text) {
		if f.Start < last || f.End <= f.Start || f.End > len(text) || f.Kind == "" {
			t.Fatalf("%q: finding %+v after offset %d of %d", text, f, last, len(text))
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[f.Start:f.End]) {
			t.Fatalf("%q: finding %+v cuts a character", text, f)
		}
		last = f.End
	}
	once := Redact(text)
	if twice := Redact(once); twice != once {
		t.Fatalf("%q\nredacted once:  %q\nredacted twice: %q", text, once, twice)
	}
	if Safe(text) != (once == text) {
		t.Fatalf("%q: Safe = %v, Redact = %q", text, Safe(text), once)
	}
}
