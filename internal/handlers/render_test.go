package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
)

func loadBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := kb.Load(articles.FS, "kb")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// Every article, combinations of several, and the worst states of them.
func TestRenderedWithinLimits(t *testing.T) {
	for _, misfit := range CheckRendering(loadBase(t)) {
		t.Error(misfit)
	}
}

// Articles that are as long as the knowledge base allows, made of the characters
// that grow most when they are escaped.
func TestLongestArticlesWithinLimits(t *testing.T) {
	for _, unit := range []string{"w", "&", "<b", "é", "漢", "a *b* "} {
		for _, shape := range []struct{ steps, links int }{{1, 0}, {kb.MaxSteps, 0}, {3, kb.MaxLinks}, {6, 1}} {
			t.Run(fmt.Sprintf("%q, %d steps, %d links", unit, shape.steps, shape.links), func(t *testing.T) {
				files := fstest.MapFS{}
				for n := range 5 {
					files[fmt.Sprintf("%d.yaml", n)] = &fstest.MapFile{Data: []byte(longestArticle(n, unit, shape.steps, shape.links))}
				}
				base, err := kb.Load(files, "kb")
				if err != nil {
					t.Fatal(err)
				}
				for _, misfit := range CheckRendering(base) {
					t.Error(misfit)
				}
			})
		}
	}
}

// longestArticle writes an article that uses up all that the knowledge base
// allows for one.
func longestArticle(n int, unit string, steps, links int) string {
	left := kb.MaxArticle
	size := slackLength(unit)
	fill := func(most int) string {
		text := strings.TrimSpace(strings.Repeat(unit, max(1, min(most, left)/size)))
		left -= slackLength(text)
		return "'" + text + "'"
	}
	left -= steps*kb.StepMarks + links*kb.LinkMarks + 3*steps + 10
	var b strings.Builder
	if links > 0 {
		b.WriteString("links:\n")
	}
	for i := range links {
		address := fmt.Sprintf("https://example.org/%d/%s", i, strings.Repeat("x", kb.MaxURL-40))
		left -= len(address)
		fmt.Fprintf(&b, "  - title: %s\n    url: %s\n    edited: 2026-09-30\n", fill(kb.MaxLinkTitle), address)
	}
	// All of a status whose details are the longest.
	fmt.Fprintf(&b, "status: 400\ncode: C%s%d\ntitle: %s\n", strings.Repeat("O", kb.MaxCode-2), n, fill(kb.MaxTitle))
	b.WriteString("steps:\n")
	for i := range steps {
		fmt.Fprintf(&b, "  - id: %s%d\n    text: %s\n", strings.Repeat("s", 30), i, fill(min(kb.MaxStep, left/(steps+1-i))))
	}
	fmt.Fprintf(&b, "cause: %s\nfix: %s\n", fill(min(kb.MaxCause, left-size)), fill(kb.MaxFix))
	return b.String()
}

// slackLength counts characters as they are sent.
func slackLength(s string) int { return utf8.RuneCountInString(mrkdwn.Escape(s)) }

func TestOverLimitsFindsWhatSlackRefuses(t *testing.T) {
	var many, long, button reply
	for range 51 {
		many.section("text")
	}
	many.text = "text"
	long.section(strings.Repeat("x", 3001))
	long.text = strings.Repeat("x", 4001)
	button.section("text")
	button.question(view{}, entry{options: []*page{{Article: &kb.Article{Code: strings.Repeat("x", 2000)}}}})
	button.text = "text"
	for name, tt := range map[string]struct {
		r    reply
		want string
	}{
		"blocks": {many, "blocks: 51"},
		"text":   {long, "message text: 4001"},
		"block":  {long, "section: 3001"},
		"value":  {button, "button value: 20"},
		"empty":  {reply{}, "message text: empty"},
	} {
		if got := strings.Join(overLimits(tt.r), "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: overLimits = %q, want %q in it", name, got, tt.want)
		}
	}
}

// A reply holds nothing that pings people, but those who ticked.
func TestNothingPings(t *testing.T) {
	nasty := "<!channel> <@U0VICTIM1> <https://evil.example|click> & co"
	a := &kb.Article{
		Status: 429, Code: "TOO_MANY", Title: nasty, Cause: nasty, Fix: nasty,
		Steps: []kb.Step{{ID: "one", Text: nasty}},
	}
	ps := &pages{byRevision: make(map[string]*page)}
	for state, v := range worstViews(ps, []*kb.Article{a}) {
		v.entries[0].Why = nasty
		v.entries[0].Details = []store.Detail{{Kind: "id", Name: nasty, Value: nasty}} // as nobody stores them
		r := render(v)
		for _, text := range append(mrkdwnIn(t, r), r.text) {
			for _, forbidden := range []string{"<!channel>", "<@U0VICTIM1>", "<https://evil.example|click>"} {
				if strings.Contains(text, forbidden) {
					t.Errorf("%s: %q holds %s", state, text, forbidden)
				}
			}
		}
	}
}

// mrkdwnIn returns every text in a reply's blocks that Slack reads as mrkdwn.
func mrkdwnIn(t *testing.T, r reply) []string {
	t.Helper()
	raw, err := json.Marshal(r.blocks)
	if err != nil {
		t.Fatal(err)
	}
	var (
		texts []string
		tree  any
		walk  func(any)
	)
	walk = func(n any) {
		switch n := n.(type) {
		case []any:
			for _, child := range n {
				walk(child)
			}
		case map[string]any:
			if n["type"] == "mrkdwn" {
				texts = append(texts, n["text"].(string))
			}
			for _, child := range n {
				walk(child)
			}
		}
	}
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	walk(tree)
	if len(texts) == 0 {
		t.Fatal("no mrkdwn in the reply")
	}
	return texts
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                             "less than a minute",
		time.Minute:                   "1 minute",
		59*time.Minute + time.Second:  "59 minutes",
		time.Hour:                     "1 hour",
		2*time.Hour + 5*time.Minute:   "2 hours 5 minutes",
		24 * time.Hour:                "1 day",
		49*time.Hour + 59*time.Minute: "2 days 1 hour",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly 10", 10, "exactly 10"},
		{"more than 10", 10, "more than…"},
		{"a&amp;b&amp;c", 9, "a&amp;b…"},
		{"漢字漢字漢字", 4, "漢字漢…"},
	} {
		if got := shorten(tt.text, tt.limit); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	base := loadBase(b)
	ps := &pages{byRevision: make(map[string]*page)}
	v := worstViews(ps, []*kb.Article{base.Article("429/TOO_MANY_REQUESTS")})["ticked off"]
	b.ReportAllocs()
	for b.Loop() {
		if r := render(v); len(r.blocks) == 0 {
			b.Fatal("nothing rendered")
		}
	}
}

// A checklist changes as people work on it.
func TestSetStep(t *testing.T) {
	at := time.UnixMilli(1_790_000_000_000)
	ps := &pages{byRevision: make(map[string]*page)}
	a := &kb.Article{Status: 429, Code: "X", Steps: []kb.Step{{ID: "one"}, {ID: "two"}}}
	o, err := option(a)
	if err != nil {
		t.Fatal(err)
	}
	c := store.Case{State: store.Open, Items: []store.Item{{Kind: kindMatch, Options: []store.Option{o}, Chosen: o.Article}}}
	for i, tt := range []struct {
		step, user string
		done       bool
		known      bool
		ticks      int
		state      store.State
		stateBy    string
	}{
		{"one", "U1", true, true, 1, store.Open, ""},
		{"three", "U1", true, false, 1, store.Open, ""},
		{"two", "U2", true, true, 2, store.Resolved, "U2"},
		{"two", "U3", true, true, 2, store.Resolved, "U2"}, // it was done already
		{"one", "U3", false, true, 1, store.Open, "U3"},
		{"one", "U3", false, true, 1, store.Open, "U3"},
		{"one", "U1", true, true, 2, store.Resolved, "U1"},
	} {
		v, err := newView(c, ps)
		if err != nil {
			t.Fatal(err)
		}
		known := v.setStep(&c, o.Article, tt.step, tt.done, tt.user, at)
		if known != tt.known || len(c.Ticks) != tt.ticks || c.State != tt.state || c.StateBy != tt.stateBy {
			t.Errorf("click %d: known %v, %d ticks, %s by %q; want %v, %d, %s, %q",
				i, known, len(c.Ticks), c.State, c.StateBy, tt.known, tt.ticks, tt.state, tt.stateBy)
		}
	}
	// Reopened with every step done: it stays open until somebody says so.
	v, _ := newView(c, ps)
	if !v.setState(&c, store.Open, "U4", at) || c.State != store.Open || len(c.Ticks) != 2 {
		t.Errorf("reopened: %s with %d ticks", c.State, len(c.Ticks))
	}
	if v.setState(&c, "nonsense", "U4", at) {
		t.Error("setState took a state that there is not")
	}
}
