package detect

import (
	"testing"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
)

func loadBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := kb.Load(articles.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// bodySeeds are bodies of every format, whole and broken.
var bodySeeds = []string{
	`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"value","details":{"coding":[{"code":"INVALID_VALUE"}]}}]}`,
	`{'issue': [{'severity': 'error', 'details': {'coding': {'code': 'X'}}, 'diagnostics': None}]`,
	`{\"error\":\"invalid_token\",\"error_description\":\"a \\\"b\\\" c\"}`,
	`{"body": "{\"status\":403,\"message\":\"{\\\"code\\\":\\\"X_Y\\\"}\"}"}`,
	`<OperationOutcome><issue><severity value="error"/><details><coding><code value='X'/></coding></details></issue></OperationOutcome>`,
	`<s:Envelope><s:Body><s:Fault><faultcode>a</faultcode><faultstring><![CDATA[HTTP 403]]></faultstring>`,
	`{ status: 403, headers: AxiosHeaders { a: 'b' }, data: [Object], /* c */ x => 1, } // y`,
	`"severity": "error",` + "\n" + `"code": "value"`,
	"2025-01-01T00:00:00Z a: {\n2025-01-01T00:00:00Z a: \"b\": 1 }",
	`{"a":[[[[{"b":[`, `{{{{`, `{"`, `{\`, `<issue`, `<issue a="`, `<?xml version=`, `<!--`, `</issue>`, `{a:{b:'c\'d'e'}}`, `{"a":"b" "c":"d"}`,
	`map[code:403 message:no a:[map[b:c]]]`, "Array\n(\n    [code] => 403\n    [a] => stdClass Object\n        (\n            [0] => x\n        )\n)", `['a' => ['b' => 1]]`,
	`Object {"code": Number(403), "error": String("x")}`, `array(1) { ["error"]=> string(3) "abc" }`, `&{Status:403 Forbidden StatusCode:403 Header:map[]}`,
	`Problem[status=404, title='x']`, `A(status=403, detail=null)`, `{""error"":""x"",""code"":403}`, "# {\n#   \"error\": 1\n# }", ` 1 {` + "\n 2   \"a\": 1",
	`{<EOL>  "a": 1<EOL>}`, `tring":"x","code":"TOO_MANY_R`, `... "details":{"coding":[{"code":"X"`, `<html><title>403 Forbidden</title><p>x<hr>`, `<code value="X"/></coding></details></issue>`,
}

// FuzzBodies reads bodies: every span lies in the text, trees do not overlap.
func FuzzBodies(f *testing.F) {
	for _, s := range bodySeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := Clean(s).Clean
		signals, trees := bodies(text)
		end := 0
		for _, tree := range trees {
			if tree.Start < end || tree.End < tree.Start || tree.End > len(text) {
				t.Fatalf("%q: tree %v after %d (of %d)", text, tree, end, len(text))
			}
			end = tree.End
		}
		for _, s := range signals {
			if s.Span.Start < 0 || s.Span.End < s.Span.Start || s.Span.End > len(text) {
				t.Fatalf("%q: signal %v of %d", text, s.Span, len(text))
			}
		}
	})
}

// FuzzObject reads one object, whole and from the middle, and asks it everything.
func FuzzObject(f *testing.F) {
	for _, s := range bodySeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" {
			return
		}
		checkTree(t, s, (&scanner{text: s}).object(false))
		checkTree(t, s, (&scanner{text: s}).object(true))
	})
}

// FuzzElement reads one XML element and asks it everything.
func FuzzElement(f *testing.F) {
	for _, s := range bodySeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkTree(t, s, (&scanner{text: s}).element())
	})
}

// checkTree checks that a tree's nodes lie in each other, and its spans in the
// text that it was read from.
func checkTree(t *testing.T, s string, tr *tree) {
	t.Helper()
	for i := range tr.nodes {
		n := tr.nodes[i]
		if n.end <= int32(i) || int(n.end) > len(tr.nodes) || n.parent >= int32(i) {
			t.Fatalf("%q: node %d is %+v", s, i, n)
		}
		tr.str(int32(i))
		tr.key(int32(i))
		if n.kind != scalarNode {
			tr.get(int32(i), "a", "value")
			tr.all(int32(i), "a")
			statusOf(tr, int32(i))
		}
	}
	if tr.span.End < tr.span.Start || tr.span.End > len(s) {
		t.Fatalf("%q: span %v", s, tr.span)
	}
	if len(tr.nodes) > 0 {
		findFaults(tr)
	}
}

// FuzzTranscript reads what stands outside of bodies: mentions do not overlap, and
// lie in the text.
func FuzzTranscript(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 429 Too Many Requests", "< HTTP/2 403 \n< a: b", "GET /x 404 3 ms - 151", "a - - [x] \"GET / HTTP/1.1\" 401 61", "HTTP Error 401.2 - Unauthorized",
		"1/2/3/4/5 404 1", "403 403 1 2 \"GET /\"", "[GIN] x | 404 | 1 | GET /x", "- 401 0 0 15 GET", "method=GET status=403 a=b", "TCP_DENIED/403 1 GET",
		"code = Unauthenticated desc = x", "AuthError: Invalid token", "Error: 7 PERMISSION_DENIED: x", "Cannot GET /x", "error=\"invalid_token\"",
		"Completed 404 Not Found in 1ms", "An error occurred (403) when: Forbidden", "Status Code: 400; Error Code: ThrottlingException",
	} {
		f.Add(s)
	}
	base := loadBase(f)
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, m := range newTalk(base, Clean(s).Clean, nil).mentions() {
			if m.Span.Start < end || m.Span.End < m.Span.Start {
				t.Fatalf("%q: mention %v after %d", s, m.Span, end)
			}
			end = m.Span.End
			statusInWords(s)
		}
	})
}

// FuzzRead reads whole messages: the cheap look never hides what the full one
// finds, and spans lie in the text.
func FuzzRead(f *testing.F) {
	for _, s := range append([]string{
		"getting a 403 from PDS", "429s all morning", "HTTP/1.1 429 Too Many Requests", "ACCESS_DENIED (401)", "PDS says access denied",
		"we are rate limited by the gateway", "4O3 FORBIDDEN", "`403` ```\n403 Forbidden\n```", "> 403\nyou", "GET /x 404", "[403](https://x.test)",
		"401/403", "TOO MANY REQUESTS", "status 403, 404, 429.", "StatusCode: Forbidden", "Too&#77;any 4&#48;3", "_S_GNIED", "de\xd5niEd", "TOO\xa3MANY REQUESTS", "PDs sayS access denied", "TOOMANY??REQUESTS",
	}, bodySeeds...) {
		f.Add(s)
	}
	base := loadBase(f)
	f.Fuzz(func(t *testing.T, s string) {
		text := Clean(s)
		signals := Read(base, &text, false)
		if len(signals) > 0 && !Worth(base, s) {
			t.Fatalf("%q is not worth a look, but has %+v", s, signals)
		}
		unseen := Clean(zeroWidth(s))
		if again := Read(base, &unseen, false); len(again) != len(signals) {
			t.Fatalf("%q has %+v, with zero-width characters %+v", s, signals, again)
		}
		for _, asked := range []bool{false, true} {
			for _, signal := range Read(base, &text, asked) {
				if sp := signal.Span; sp.Start < 0 || sp.End < sp.Start || sp.End > len(text.Clean) {
					t.Fatalf("%q: %+v", s, signal)
				}
				text.SourceSpan(signal.Span)
			}
		}
		LongestName(base, s)
		Question(s)
	})
}
