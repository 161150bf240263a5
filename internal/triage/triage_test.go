package triage

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"apierrorbot/internal/kb"
)

// TestEvidence checks what decides where the evidence disagrees.
func TestEvidence(t *testing.T) {
	base := loadBase(t)
	tests := []struct{ name, text, want string }{
		{"the status picks between articles that share a code", "403 ACCESS_DENIED from PDS", "article 403/ACCESS_DENIED"},
		{"without one it is a choice", "getting ACCESS_DENIED from PDS", "choice 401/ACCESS_DENIED 403/ACCESS_DENIED"},
		{"a code beats another status", "getting 422 INVALID_VALUE from PDS", "article 400/INVALID_VALUE"},
		{"a status beats a near name", "getting 429 FORBIDEN from PDS", "article 429/TOO_MANY_REQUESTS"},
		{"a near name picks among the articles of its status", "getting 403 FORBIDEN from PDS", "article 403/FORBIDDEN"},
		{"an alias means its article", "getting 409 ALREADY_EXISTS from PDS", "article 409/REC_CONFLICT"},
		{"a body's code beats the status line's phrase", "HTTP/1.1 403 Forbidden\n\n" + outcome("ACCESS_DENIED"), "article 403/ACCESS_DENIED"},
		{"a body's words beat the phrase of its status", `{"status":401,"error":"Unauthorized","message":"Access token has expired"}`, "article 401/ACCESS_DENIED"},
		{"words do not contradict a status", `{"status":403,"message":"Too many requests"}`, "choice 403/ACCESS_DENIED 403/FORBIDDEN"},
		{"issue.code does not choose", `HTTP/1.1 401` + "\n\n" + outcome("ACCESS_DENIED"), "article 401/ACCESS_DENIED"},
		{"the nearest status before a body is its own", "401 from e-RS:\n" + outcome("ACCESS_DENIED") + "\n403 from PDS:\n" + outcome("ACCESS_DENIED"),
			"article 401/ACCESS_DENIED | 403/ACCESS_DENIED"},
		{"the same error is one item", outcome("TOO_MANY_REQUESTS") + outcome("TOO_MANY_REQUESTS") + " 429 Too Many Requests", "article 429/TOO_MANY_REQUESTS"},
		{"the surest comes first", "PDS sends this: " + outcome("FORBIDDEN") + " and also " + outcome("MISSING_VALUE") + ", and we get a 409 from BaRS",
			"article 403/FORBIDDEN | 400/MISSING_VALUE | 409/REC_CONFLICT"},
		{"certain and uncertain errors side by side", "getting 401 from PDS and TOO_MANY_REQUESTS from NRL",
			"choice 429/TOO_MANY_REQUESTS | 401/ACCESS_DENIED 401/UNAUTHORISED"},
		{"a code without an article offers those of its status", "HTTP/1.1 403\n\n" + outcome("LEVEL_OF_CONFIDENCE"), "nearest 403/ACCESS_DENIED 403/FORBIDDEN"},
		{"and none without a status", outcome("LEVEL_OF_CONFIDENCE"), "silent"},
		{"an error without an article", "HTTP/1.1 503 Service Unavailable", "silent"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := Input{Text: test.text}
			if got := short(Decide(base, in, Auto)); got != test.want {
				t.Errorf("%s\n got %s\nwant %s\n%s", test.text, got, test.want, Explain(base, in, Auto))
			}
		})
	}
}

func outcome(code string) string {
	return `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"code":"` + code + `"}]}}]}`
}

// short writes a decision on one line, its items divided by "|".
func short(d Decision) string {
	var items []string
	for _, item := range d.Items {
		items = append(items, ids(item.Options))
	}
	return strings.TrimSpace(string(d.Outcome) + " " + strings.Join(items, " | "))
}

// TestUnderstood checks what of a question is shown when nothing answers it.
func TestUnderstood(t *testing.T) {
	base := loadBase(t)
	tests := []struct{ text, outcome, understood string }{
		{"418", "miss", "status 418"},
		{"HTTP 200", "miss", "status 200"},
		{"FOO_BAR", "miss", "the code FOO_BAR"},
		{"418 FOO_BAR", "miss", "status 418 and the code FOO_BAR"},
		{"403 FOO_BAR", "nearest", "status 403 and the code FOO_BAR"},
		{"foo_bar_2", "miss", ""},
		{"FOO_" + strings.Repeat("X", 40), "miss", ""},
		{"<!channel> *bold* <@U024BE7LH>", "miss", ""},
		{"what is the weather like", "miss", ""},
		{"my NHS number is 943 476 5919", "miss", ""},
		{"Bearer eyJhbGciOi.eyJzdWIi.sig_NAture", "miss", ""},
		{"password: correct_horse_battery", "miss", ""},
		{`{"issue":[{"details":{"coding":[{"code":"FOO_BAR"}]}}],"client_secret":"horse_battery_staple"}`, "miss", "the code FOO_BAR"},
	}
	for _, test := range tests {
		d := Decide(base, Input{Text: test.text}, Query)
		if string(d.Outcome) != test.outcome || d.Understood != test.understood {
			t.Errorf("%q: %s, understood %q; want %s, %q", test.text, d.Outcome, d.Understood, test.outcome, test.understood)
		}
	}
}

// TestLongQuestion checks that of a long text the beginning is the question, and that
// a secret is one wherever it ends.
func TestLongQuestion(t *testing.T) {
	base := loadBase(t)
	const phrase = "how do I use this thing "
	chat := strings.Repeat(phrase, longestQuestion/len(phrase)+1)
	pem := "-----BEGIN PRIVATE KEY-----\nFOO_BAR " + chat + "and so on\n-----END PRIVATE KEY-----"
	tests := []struct{ name, text, outcome, understood string }{
		{"words and a status at the beginning", "418 FOO_BAR " + chat, "miss", "status 418 and the code FOO_BAR"},
		{"a code behind 40 words", chat[:2000] + " FOO_BAR " + chat, "miss", "the code FOO_BAR"},
		{"a code behind the beginning", chat + " so what is FOO_BAR", "miss", ""},
		{"a code that would be cut", chat[:longestQuestion-len(" FOO_B")] + " FOO_BAR " + chat, "miss", ""},
		{"one word without an end", strings.Repeat("a", 2*longestQuestion), "miss", ""},
		{"a secret that ends at once", pem[:len("-----BEGIN PRIVATE KEY-----\nFOO_BAR ")] + "\n-----END PRIVATE KEY-----", "miss", ""},
		{"a secret that ends behind the beginning", pem, "miss", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := Decide(base, Input{Text: test.text}, Query)
			if string(d.Outcome) != test.outcome || d.Understood != test.understood {
				t.Errorf("%s, understood %q; want %s, %q", d.Outcome, d.Understood, test.outcome, test.understood)
			}
		})
	}
}

func TestWhy(t *testing.T) {
	base := loadBase(t)
	tests := []struct {
		text string
		mode Mode
		want []string
	}{
		{"HTTP/1.1 403\n\n" + outcome("ACCESS_DENIED"), Auto, []string{"The FHIR OperationOutcome says ACCESS_DENIED with status 403."}},
		{outcome("ACCESS_DENIED"), Auto, []string{"The FHIR OperationOutcome says ACCESS_DENIED, and two errors have that code."}},
		{`{"errors":[{"code":"CM_QUOTA","status":"429"}]}`, Auto, []string{"The error body says “CM_QUOTA” with status 429, which means TOO_MANY_REQUESTS."}},
		{"getting a 403 from PDS", Auto, []string{"Your message gives status 403, and two errors have that status."}},
		{"getting a 429 from PDS", Auto, []string{"Your message gives status 429."}},
		{"403 FORBIDEN", Query, []string{"You asked for something spelt like FORBIDDEN with status 403."}},
		{"getting `access denied` 403 from PDS", Auto, []string{"Your message speaks of ACCESS_DENIED with status 403."}},
		{"400 Bad Request", Auto, []string{"Your message gives status 400, and two errors have that status."}},
		{"the API says bad request", Auto, []string{"Your message speaks of status 400 in words, and two errors have that status."}},
		{"the API says patient not found", Auto, []string{"Your message speaks of RESOURCE_NOT_FOUND, in other words."}},
		{`{"error":"Not Found"}`, Auto, []string{"The error body speaks of RESOURCE_NOT_FOUND, in other words."}},
		{"SEND_FORBIDDEN from BaRS", Auto, []string{"Your message says FORBIDDEN."}},
		{"TOO_MANY_REQUESTS", Query, []string{"You asked for TOO_MANY_REQUESTS."}},
		{"too many requests", Query, []string{"You asked for TOO_MANY_REQUESTS."}},
		{"quota exceeded", Query, []string{"You asked for TOO_MANY_REQUESTS, in other words."}},
		{"CM_QUOTA", Query, []string{"You asked for “CM_QUOTA”, which means TOO_MANY_REQUESTS."}},
		{"429", Query, []string{"You asked for status 429."}},
		{"bad request", Query, []string{"You asked for status 400 in words, and two errors have that status."}},
		{"access", Query, []string{"Nothing has exactly that name."}},
		{"403 FOO_BAR", Query, []string{"These have the same status, 403."}},
	}
	for _, test := range tests {
		var got []string
		for _, item := range Decide(base, Input{Text: test.text}, test.mode).Items {
			got = append(got, item.Why)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\n(-want +got)\n%s", test.text, diff)
		}
	}
}

// TestOtherArticles decides with a knowledge base that knows nothing of the usual
// errors: names come from the articles alone.
func TestOtherArticles(t *testing.T) {
	article := func(status int, code, alias string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, `status: %d
code: %s
title: A title
aliases: [%s]
cause: A cause.
steps:
  - id: look
    text: Look.
fix: Fix it.
links:
  - title: A page
    url: https://example.com
`, status, code, alias)}
	}
	base, err := kb.Load(fstest.MapFS{
		"a.yaml": article(418, "TEAPOT_ONLY", "short and stout"),
		"b.yaml": article(503, "KETTLE_EMPTY", "no water"),
	}, ".")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text string
		mode Mode
		want string
	}{
		{"getting TEAPOT_ONLY from the API", Auto, "article 418/TEAPOT_ONLY"},
		{"getting a 418 from PDS", Auto, "article 418/TEAPOT_ONLY"},
		{`{"error":"short_and_stout","error_description":"no coffee"}`, Auto, "article 418/TEAPOT_ONLY"},
		{"the API says short and stout", Auto, "article 418/TEAPOT_ONLY"},
		{"HTTP/1.1 503 Service Unavailable", Auto, "article 503/KETTLE_EMPTY"},
		{"kettle empy", Query, "article 503/KETTLE_EMPTY"},
		{"getting a 403 from PDS", Auto, "silent"},
		{"TOO_MANY_REQUESTS", Query, "miss"},
	}
	for _, test := range tests {
		if got := short(Decide(base, Input{Text: test.text}, test.mode)); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

// TestMore reads what came with a message: each part by itself, all in one decision.
func TestMore(t *testing.T) {
	base := loadBase(t)
	rich := string(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"getting 429 TOO_MANY_REQUESTS from PDS"}]}]}]`)
	tests := []struct {
		name string
		in   Input
		mode Mode
		want string
	}{
		{"a file alone", Input{More: []Input{{Text: outcome("FORBIDDEN")}}}, Auto, "article 403/FORBIDDEN"},
		{"a forwarded message in blocks", Input{Text: "any ideas?", More: []Input{{Blocks: rich}}}, Auto, "article 429/TOO_MANY_REQUESTS"},
		{"the same error twice", Input{Text: "we get 403 FORBIDDEN from PDS", More: []Input{{Text: outcome("FORBIDDEN")}}}, Auto, "article 403/FORBIDDEN"},
		{"two errors", Input{Text: "we get 403 FORBIDDEN from PDS", More: []Input{{Blocks: rich}}}, Auto, "article 403/FORBIDDEN | 429/TOO_MANY_REQUESTS"},
		{"a status in the message does not reach into a file", Input{Text: "room 403", More: []Input{{Text: "stand-up is in the big room"}}}, Auto, "silent"},
		{"asked with a file alone", Input{More: []Input{{Text: "429 TOO_MANY_REQUESTS"}}}, Query, "article 429/TOO_MANY_REQUESTS"},
		{"asked about a file without an error", Input{Text: "what is this?", More: []Input{{Text: "a shopping list"}}}, Query, "miss"},
	}
	for _, test := range tests {
		if got := short(Decide(base, test.in, test.mode)); got != test.want {
			t.Errorf("%s: got %s, want %s\n%s", test.name, got, test.want, Explain(base, test.in, test.mode))
		}
	}
}
