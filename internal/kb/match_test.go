package kb

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ours loads the articles of this project.
func ours(t testing.TB) *Base {
	t.Helper()
	base, err := Load(os.DirFS("../../kb"), "kb")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// found is a Candidate as the tables write it.
type found struct {
	ID     string
	Score  float64
	Reason Reason
}

func match(b *Base, q Query) []found {
	var list []found
	for _, c := range b.Match(q) {
		list = append(list, found{c.Article.ID(), c.Score, c.Reason})
	}
	return list
}

// slipped is the score of a name of so many letters with so many slips.
func slipped(slips, letters float64) float64 { return scoreAlike - slipCost*slips/letters }

// agreed is the score of a name spelt alike whose article has the question's status.
func agreed(score float64) float64 { return score + (scoreAlike-score)*statusAgrees }

func TestMatch(t *testing.T) {
	base := ours(t)
	const (
		invalid, missing   = "400/INVALID_VALUE", "400/MISSING_VALUE"
		denied401, unauth  = "401/ACCESS_DENIED", "401/UNAUTHORISED"
		denied403, forbid  = "403/ACCESS_DENIED", "403/FORBIDDEN"
		notFound, conflict = "404/RESOURCE_NOT_FOUND", "409/REC_CONFLICT"
		tooMany            = "429/TOO_MANY_REQUESTS"
	)
	for _, test := range []struct {
		status int
		words  string
		want   []found
	}{
		// The code itself.
		{0, "TOO_MANY_REQUESTS", []found{{tooMany, ScoreCode, ReasonCode}}},
		{429, "too many requests", []found{{tooMany, ScoreCode, ReasonCode}}},
		{403, "forbidden", []found{{forbid, ScoreCode, ReasonCode}}},
		{0, "SEND_FORBIDDEN", []found{{forbid, ScoreCode, ReasonCode}}},
		{0, "what does RESOURCE_NOT_FOUND mean?", []found{{notFound, ScoreCode, ReasonCode}}},

		// The status picks between articles that share a code.
		{0, "ACCESS_DENIED", []found{{denied401, ScoreCode, ReasonCode}, {denied403, ScoreCode, ReasonCode}}},
		{401, "ACCESS_DENIED", []found{{denied401, ScoreCode, ReasonCode}}},
		{403, "access_denied", []found{{denied403, ScoreCode, ReasonCode}}},

		// A code beats another status, and so does an alias.
		{422, "INVALID_VALUE", []found{{invalid, ScoreCode - OtherStatus, ReasonCode}}},
		{403, "INVALID_VALUE", []found{{invalid, ScoreCode - OtherStatus, ReasonCode}}},
		{500, "ACCESS_DENIED", []found{{denied401, ScoreCode - OtherStatus, ReasonCode}, {denied403, ScoreCode - OtherStatus, ReasonCode}}},
		{400, "ThrottlingException", []found{{tooMany, ScoreAlias - OtherStatus, ReasonAlias}}},
		{500, "SpikeArrestViolation", []found{{tooMany, ScoreAlias - OtherStatus, ReasonAlias}}},

		// Aliases.
		{0, "CONFLICT", []found{{conflict, ScoreAlias, ReasonAlias}}},
		{409, "PROXY_CONFLICT", []found{{conflict, ScoreAlias, ReasonAlias}}},
		{0, "UNAUTHORIZED", []found{{unauth, ScoreAlias, ReasonAlias}}},
		{401, "REC_UNAUTHORIZED", []found{{unauth, ScoreAlias, ReasonAlias}}},
		{0, "CM_QUOTA", []found{{tooMany, ScoreAlias, ReasonAlias}}},
		{401, "invalid_token", []found{{denied401, ScoreAlias, ReasonAlias}}},
		{0, "policies.ratelimit.QuotaViolation", []found{{tooMany, ScoreAlias, ReasonAlias}}},
		{0, "com.example#ThrottlingException", []found{{tooMany, ScoreAlias, ReasonAlias}}},
		{0, "the token has expired", []found{{denied401, ScoreAlias, ReasonAlias}}},
		{0, "no permission", []found{{denied403, ScoreAlias, ReasonAlias}}},
		{0, "rate limit", []found{{tooMany, ScoreAlias, ReasonAlias}}},
		{0, "duplicate", []found{{conflict, ScoreAlias, ReasonAlias}}},

		// The phrase of a status says as much as its number.
		{0, "Bad Request", []found{{invalid, ScoreStatus, ReasonStatus}, {missing, ScoreStatus, ReasonStatus}}},
		{400, "REC_BAD_REQUEST", []found{{invalid, ScoreStatus, ReasonStatus}, {missing, ScoreStatus, ReasonStatus}}},
		{409, "BAD_REQUEST", []found{{conflict, ScoreStatus, ReasonStatus}}},
		{403, "SEND_UNAUTHORIZED", []found{{denied403, ScoreStatus, ReasonStatus}, {forbid, ScoreStatus, ReasonStatus}}},
		{500, "UNAUTHORIZED", []found{{unauth, ScoreAlias - OtherStatus, ReasonAlias}}},

		// A status alone.
		{429, "", []found{{tooMany, ScoreStatus, ReasonStatus}}},
		{401, " … ", []found{{denied401, ScoreStatus, ReasonStatus}, {unauth, ScoreStatus, ReasonStatus}}},
		{429, "error", []found{{tooMany, ScoreStatus, ReasonStatus}}},
		{418, "", nil},
		{0, "", nil},

		// Slips.
		{0, "RESOUCE_NOT_FUOND", []found{{notFound, slipped(2, 16), ReasonNear}}},
		{0, "too many request", []found{{tooMany, slipped(1, 15), ReasonNear}}},
		{0, "FORBIDEN", []found{{forbid, slipped(1, 9), ReasonNear}}},
		{0, "ACESS_DENIED", []found{{denied401, slipped(1, 12), ReasonNear}, {denied403, slipped(1, 12), ReasonNear}}},
		{0, "CM_FORBIDEN", []found{{forbid, slipped(1, 9), ReasonNear}}},
		{0, "bad reqest", []found{{invalid, slipped(1, 10), ReasonNear}, {missing, slipped(1, 10), ReasonNear}}},

		// Slips and a status: it lifts, picks and decides.
		{404, "RESOUCE_NOT_FUOND", []found{{notFound, agreed(slipped(2, 16)), ReasonNear}}},
		{400, "INVALD_VALUE", []found{
			{invalid, agreed(slipped(1, 12)), ReasonNear},
			{missing, agreed(pairedScore(5, 7, 6)), ReasonNear}}},
		{400, "MISSING_SCHEMA", []found{
			{missing, agreed(pairedScore(7, 5, 6)), ReasonNear},
			{invalid, ScoreSameStatus, ReasonStatus}}},
		{403, "ACESS_DENIED", []found{{denied403, agreed(slipped(1, 12)), ReasonNear}, {forbid, ScoreSameStatus, ReasonStatus}}},
		{403, "RESOUCE_NOT_FUOND", []found{{denied403, ScoreStatus, ReasonStatus}, {forbid, ScoreStatus, ReasonStatus}}},
		{422, "INVALD_VALUE", []found{{invalid, slipped(1, 12) - OtherStatus, ReasonNear}}},

		// Words in another order, too few, too many.
		{0, "value missing", []found{{missing, scoreAlike, ReasonNear}}},
		{0, "denied acces", []found{
			{denied401, pairedScore(6+6*(1-1.0/6), 1, 0), ReasonNear},
			{denied403, pairedScore(6+6*(1-1.0/6), 1, 0), ReasonNear}}},
		{0, "access", []found{{denied401, pairedScore(6, 6, 0), ReasonNear}, {denied403, pairedScore(6, 6, 0), ReasonNear}}},
		{0, "forbidden for ever", []found{{forbid, pairedScore(9, 0, 4), ReasonNear}}},

		// Abbreviations.
		{0, "unauth", []found{{unauth, NearestScore, ReasonNear}}},
		{0, "toomanyreqs", []found{{tooMany, NearestScore + (scoreShort-NearestScore)*(22.0/15-1), ReasonNear}}},

		// Words that nobody knows.
		{429, "FLUX_OVERLOAD", []found{{tooMany, ScoreSameStatus, ReasonStatus}}},
		{400, "VALIDATION_ERROR", []found{{invalid, ScoreSameStatus, ReasonStatus}, {missing, ScoreSameStatus, ReasonStatus}}},
		{429, strings.Repeat("a very long story ", 20), []found{{tooMany, ScoreSameStatus, ReasonStatus}}},
		{418, "TEAPOT", nil},
	} {
		got := match(base, Query{test.status, test.words})
		if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("Match(%d, %q) (-want +got):\n%s", test.status, test.words, diff)
		}
	}
}

// TestScale holds the constants in the order that the comments promise.
func TestScale(t *testing.T) {
	for _, test := range []struct {
		what       string
		more, less float64
	}{
		{what: "a code over an alias", more: ScoreCode, less: ScoreAlias},
		{what: "an alias over whatever is spelt alike", more: ScoreAlias, less: scoreAlike},
		{what: "an alias is an answer under another status", more: ScoreAlias - OtherStatus, less: AnswerScore},
		{what: "no typo is", more: AnswerScore, less: slipped(1, MaxAlias) - OtherStatus},
		{what: "one slip in seven letters is an answer", more: slipped(1, 7), less: AnswerScore},
		{what: "one in six is none", more: AnswerScore, less: slipped(1, 6)},
		{what: "every typo is one under its own status", more: agreed(slipped(1, slipShare)), less: AnswerScore},
		{what: "no abbreviation is", more: AnswerScore, less: scoreShort},
		{what: "unknown words are no answer", more: AnswerScore, less: ScoreSameStatus},
		{what: "but near", more: ScoreSameStatus, less: NearestScore},
		{what: "half a name is near", more: pairedScore(6, 6, 0), less: NearestScore},
		{what: "less than half is not", more: NearestScore, less: pairedScore(7, 5, 5)},
	} {
		if test.more <= test.less {
			t.Errorf("%s: %.4f is not more than %.4f", test.what, test.more, test.less)
		}
	}
}

func TestMatchNonsense(t *testing.T) {
	base := ours(t)
	for _, words := range []string{
		"asdfgh", "lunch tomorrow", "test", "must", "send", "banana", "hello", "thanks", "noon", "must be a test",
		"good morning", "deployment", "review please", "xyz", "a", "rec", "1234567890", "🙂", "日本語", "to the many",
		"METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "BAD_GATEWAY",
		"GATEWAY_TIMEOUT", "REC_NOT_ACCEPTABLE", "NOT_IMPLEMENTED", "PRECONDITION_FAILED", "UNPROCESSABLE_ENTITY",
		"TOO_MANY_MATCHES", "INVALID_STATUS", "INVALID_PATIENT", "INVALIDATED_RESOURCE",
	} {
		if got := match(base, Query{Words: words}); got != nil {
			t.Errorf("Match(%q) = %v, want nothing", words, got)
		}
	}
	for _, words := range []string{"valid value", "authorised", "authorized user", "permitted", "found", "access", "INVALID_DATE", "METHOD_ALLOWED"} {
		if got := match(base, Query{Words: words}); len(got) > 0 && got[0].Score >= AnswerScore {
			t.Errorf("Match(%q) = %v, which must be no answer", words, got)
		}
	}
}

// TestSpellings finds every article by its code, however people write it.
func TestSpellings(t *testing.T) {
	base := ours(t)
	title := func(code string) string {
		var b strings.Builder
		for _, w := range strings.Split(strings.ToLower(code), "_") {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
		return b.String()
	}
	for _, a := range base.Articles() {
		for _, spelling := range []string{
			a.Code,
			strings.ToLower(a.Code),
			strings.ReplaceAll(a.Code, "_", "-"),
			strings.ReplaceAll(a.Code, "_", "."),
			strings.ReplaceAll(a.Code, "_", " "),
			strings.ReplaceAll(a.Code, "_", ""),
			strings.ReplaceAll(a.Code, "_", " \u00a0"),
			strings.ReplaceAll(a.Code, "O", "0"),
			title(a.Code),
			strings.ToLower(a.Code[:1]) + title(a.Code)[1:],
			"`" + a.Code + "`,",
			"SEND_" + a.Code, "rec-" + a.Code, "Proxy" + title(a.Code), "cm " + a.Code,
			"the " + a.Code + " error",
		} {
			want := found{a.ID(), ScoreCode, ReasonCode}
			if got := match(base, Query{Words: spelling}); !slices.Contains(got, want) {
				t.Errorf("Match(%q) = %v, want %v among them", spelling, got, want)
			}
			if got := match(base, Query{a.Status, spelling}); !cmp.Equal(got, []found{want}) {
				t.Errorf("Match(%d, %q) = %v, want %v alone", a.Status, spelling, got, want)
			}
		}
		for _, alias := range a.Aliases {
			want := []found{{a.ID(), ScoreAlias, ReasonAlias}}
			for _, q := range []Query{{Words: alias}, {a.Status, strings.ToUpper(alias)}} {
				if got := match(base, q); !cmp.Equal(got, want) {
					t.Errorf("Match(%v) = %v, want %v", q, got, want)
				}
			}
		}
	}
}

// typos returns every way to leave out, double, swap or replace one letter of a
// code, apart from those that give another code of the base.
func typos(base *Base, code string) []string {
	var list []string
	for i := range code {
		list = append(list,
			code[:i]+code[i+1:],
			code[:i+1]+code[i:],
			code[:i]+"X"+code[i+1:],
			code[:i]+string('A'+(code[i]-'A'+1)%26)+code[i+1:])
		if i > 0 {
			list = append(list, code[:i-1]+code[i:i+1]+code[i-1:i]+code[i+1:])
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == code || base.lookup(s) != nil })
}

// TestTypos finds the right article first for single typos of its code: for each
// of ours, and for 98 % among a thousand and ten thousand that look like each
// other.
func TestTypos(t *testing.T) {
	for _, test := range []struct {
		name   string
		base   *Base
		sample int // look at every so-many-th article
		want   float64
	}{
		{"ours", ours(t), 1, 1},
		{"1000", newBase(generated(1000)), 50, 0.98},
		{"10000", newBase(generated(10000)), 500, 0.98},
	} {
		var right, answers, all float64
		for i, a := range test.base.articles {
			if i%test.sample != 0 {
				continue
			}
			for _, typo := range typos(test.base, a.Code) {
				all++
				got := test.base.Match(Query{Words: typo})
				if len(got) == 0 || got[0].Article.Code != a.Code {
					if test.want == 1 {
						t.Errorf("Match(%q) = %v, want %s first", typo, match(test.base, Query{Words: typo}), a.Code)
					}
					continue
				}
				right++
				if got[0].Score >= AnswerScore {
					answers++
				}
			}
		}
		t.Logf("%s: %.0f typos, %.2f %% right at the first place, %.2f %% as an answer", test.name, all, 100*right/all, 100*answers/all)
		if right/all < test.want {
			t.Errorf("%s: %.4f right at the first place, want %v", test.name, right/all, test.want)
		}
	}
}

// generated returns n articles, the same on every run, whose codes are made of few
// words and therefore much alike.
func generated(n int) []*Article {
	first := strings.Fields("INVALID MISSING EXPIRED DUPLICATE UNKNOWN UNSUPPORTED REJECTED BLOCKED REVOKED INCOMPLETE MALFORMED CONFLICTING UNEXPECTED INACTIVE SUSPENDED PENDING OVERSIZED AMBIGUOUS STALE LOCKED DELETED FORBIDDEN OBSOLETE UNVERIFIED")
	second := strings.Fields("PATIENT PRACTITIONER MEDICATION PRESCRIPTION APPOINTMENT REFERRAL ORGANISATION LOCATION ENCOUNTER OBSERVATION CONSENT DOCUMENT ALLERGY IMMUNISATION SLOT SCHEDULE TASK BUNDLE ENDPOINT DEVICE SPECIMEN COVERAGE CLAIM INVOICE")
	third := strings.Fields("IDENTIFIER REFERENCE VERSION ADDRESS POSTCODE STATUS CATEGORY SIGNATURE TIMESTAMP SYSTEM VALUE NAME PERIOD AUTHOR SUBJECT PERFORMER QUANTITY EXTENSION NARRATIVE LANGUAGE SCOPE PARAMETER HEADER TOKEN")
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string) string { return words[random.IntN(len(words))] }
	seen := make(map[string]bool)
	var list []*Article
	for len(list) < n {
		code := pick(first) + "_" + pick(second) + "_" + pick(third)
		if !seen[code] {
			seen[code] = true
			list = append(list, &Article{Status: 400 + random.IntN(100), Code: code})
		}
	}
	return list
}

func TestKnown(t *testing.T) {
	base := ours(t)
	for name, want := range map[string]bool{
		"TOO_MANY_REQUESTS": true, "tooManyRequests": true, "T00_MANY": false, "Too Many Requests": true,
		"rec_forbidden": true, "conflict": true, "THROTTLED": true, "invalid_client": true,
		"Bad Request": false, "forbiden": false, "rec": false, "hello": false, "": false, "429": false,
		strings.Repeat("x", 1000): false,
	} {
		if got := base.Known(name); got != want {
			t.Errorf("Known(%q) = %v, want %v", name, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { base.Known("tooManyRequests"); base.Known("ordinary") }); n != 0 {
		t.Errorf("Known allocates %v times, want 0", n)
	}
}

func TestNames(t *testing.T) {
	base := ours(t)
	names := base.Names()
	if !slices.IsSorted(names) {
		t.Error("Names is not sorted")
	}
	for _, want := range []string{"access denied", "rec conflict", "conflict", "too many requests", "spike arrest violation"} {
		if !slices.Contains(names, want) {
			t.Errorf("Names lacks %q", want)
		}
	}
	for _, name := range names {
		if !base.Known(name) {
			t.Errorf("Known(%q) = false for one of Names", name)
		}
	}
}

func TestBase(t *testing.T) {
	base := newBase([]*Article{{Status: 429, Code: "B"}, {Status: 403, Code: "Z"}, {Status: 403, Code: "A"}})
	ids := func(articles []*Article) string {
		var list []string
		for _, a := range articles {
			list = append(list, a.ID())
		}
		return strings.Join(list, " ")
	}
	if got, want := ids(base.Articles()), "403/A 403/Z 429/B"; got != want {
		t.Errorf("Articles() = %s, want %s", got, want)
	}
	if got, want := ids(base.ByStatus(403)), "403/A 403/Z"; got != want {
		t.Errorf("ByStatus(403) = %s, want %s", got, want)
	}
	if got := base.ByStatus(500); len(got) != 0 {
		t.Errorf("ByStatus(500) = %s, want none", ids(got))
	}
	if got := base.Article("403/Z"); got == nil || got.Code != "Z" {
		t.Errorf("Article(403/Z) = %v", got)
	}
	if got := base.Article("403/B"); got != nil {
		t.Errorf("Article(403/B) = %v, want nil", got)
	}
	base.Articles()[0] = nil
	base.ByStatus(403)[0] = nil
	if got, want := ids(base.Articles())+" "+ids(base.ByStatus(403)), "403/A 403/Z 429/B 403/A 403/Z"; got != want {
		t.Errorf("after a caller changed its slices: %s, want %s", got, want)
	}
}

func FuzzMatch(f *testing.F) {
	base := ours(f)
	for _, a := range base.Articles() {
		f.Add(a.Status, a.Code)
		f.Add(0, a.Title)
	}
	f.Add(403, "RESOUCE_NOT_FUOND")
	f.Add(-1, "\xff\xfe\x00ȺȺȺ İİ _-. SEND_")
	f.Add(0, strings.Repeat("Ⱥ", 127))
	f.Add(0, strings.Repeat("a ", 127))
	f.Fuzz(func(t *testing.T, status int, words string) {
		q := Query{status, words}
		got := base.Match(q)
		if diff := cmp.Diff(got, base.Match(q)); diff != "" {
			t.Fatalf("the second answer differs:\n%s", diff)
		}
		if spaced := base.Match(Query{status, " " + words + " "}); len(words) < maxKey-1 && !cmp.Equal(got, spaced) {
			t.Errorf("spaces around it change the answer:\n%s", cmp.Diff(got, spaced))
		}
		seen := make(map[string]bool)
		for i, c := range got {
			if c.Score < NearestScore || c.Score > ScoreCode {
				t.Errorf("%s scores %v", c.Article.ID(), c.Score)
			}
			if i > 0 && c.Score > got[i-1].Score {
				t.Errorf("%s is behind a lower score", c.Article.ID())
			}
			if seen[c.Article.ID()] {
				t.Errorf("%s is there twice", c.Article.ID())
			}
			seen[c.Article.ID()] = true
		}
		if base.Known(words) && (len(got) == 0 || got[0].Score < AnswerScore) {
			t.Errorf("%q is known but no answer", words)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, base := range []struct {
		name string
		base *Base
	}{{"ours", ours(b)}, {"1000", newBase(generated(1000))}, {"10000", newBase(generated(10000))}} {
		articles := base.base.Articles()
		code := articles[len(articles)/2].Code
		for _, q := range []struct{ name, words string }{
			{"exact", code},
			{"typo", code[:4] + code[5:]},
			{"two-typos", code[:2] + code[3:6] + "X" + code[6:]},
			{"miss", "lunch tomorrow at the station"},
			{"prose", "we are getting patient identifier reference missing since this morning"},
			{"longest", strings.Repeat("invalid patient ", maxKey/16)},
		} {
			b.Run(fmt.Sprint(base.name, "/", q.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					base.base.Match(Query{Words: q.words})
				}
			})
		}
	}
}

func BenchmarkKnown(b *testing.B) {
	base := ours(b)
	for _, word := range []string{"tooManyRequests", "yesterday"} {
		b.Run(word, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				base.Known(word)
			}
		})
	}
}
