package kb_test

import (
	"strings"
	"testing"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/triage"
)

// TestExamples lets the bot read the examples that the articles carry. Every
// article has some of both kinds.
func TestExamples(t *testing.T) {
	base, err := kb.Load(articles.FS, "kb")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range triage.CheckExamples(base) {
		t.Error(p)
	}
	for _, a := range base.Articles() {
		if len(a.Examples) < 3 || len(a.CounterExamples) < 3 {
			t.Errorf("%s has %d examples and %d counter examples, want three of each", a.ID(), len(a.Examples), len(a.CounterExamples))
		}
	}
}

// TestArticles holds the articles to the page that they are based on: its errors,
// its number of steps, and the facts that must not get lost in rewording.
func TestArticles(t *testing.T) {
	base, err := kb.Load(articles.FS, "kb")
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		id    string
		steps int
		facts string // separated by commas
	}{
		{"400/INVALID_VALUE", 3, "header, access token, specification, API documentation, token in the right format, URL, body payload, typos, expired, new one"},
		{"400/MISSING_VALUE", 2, "header, access token, specification, API documentation, mandatory, correct format, environment variables, not empty"},
		{"401/ACCESS_DENIED", 3, "client ID, secret, security pattern, access mode, OAuth 2, app-based, expired, revoked, sandbox, production, Refresh, authorisation flow"},
		{"401/UNAUTHORISED", 2, "security pattern, access mode, authorisation header, Bearer token, basic auth, `Authorization: Bearer <token>`, every request"},
		{"403/ACCESS_DENIED", 2, "credentials are valid, security pattern, access mode, role, administrator, scopes, OAuth 2, provider, client"},
		{"403/FORBIDDEN", 2, "security pattern, access mode, user or the application, endpoint, role, policy, privileges, firewall"},
		{"404/RESOURCE_NOT_FOUND", 2, "URL, path parameters, query strings, patient record, prescription, ID, reference, permission"},
		{"409/REC_CONFLICT", 2, "current state, task ID, prescription ID, identical, data store, unique ID, deleted or updated, workflow, concurrency"},
		{"429/TOO_MANY_REQUESTS", 2, "rate limit, API documentation, Monitor, threshold, time window, backoff, retry, provider, optimise"},
	}
	if got := len(base.Articles()); got != len(want) {
		t.Errorf("%d articles, want %d", got, len(want))
	}
	source := kb.Link{
		Title:  "Troubleshooting 4xx status codes (NHS England)",
		URL:    "https://digital.nhs.uk/developer/guides-and-documentation/troubleshooting-4xx-status-codes",
		Edited: "2025-01-16",
	}
	for _, w := range want {
		a := base.Article(w.id)
		if a == nil {
			t.Errorf("there is no article %s", w.id)
			continue
		}
		if len(a.Steps) != w.steps {
			t.Errorf("%s has %d steps, want %d", w.id, len(a.Steps), w.steps)
		}
		if len(a.Links) != 1 || a.Links[0] != source {
			t.Errorf("%s has links %v, want %v", w.id, a.Links, source)
		}
		text := a.Cause + "\n" + a.Fix
		for _, s := range a.Steps {
			text += "\n" + s.Text
		}
		text = strings.Join(strings.Fields(text), " ")
		for _, fact := range strings.Split(w.facts, ", ") {
			if !strings.Contains(text, fact) {
				t.Errorf("%s does not mention %q", w.id, fact)
			}
		}
	}
}
