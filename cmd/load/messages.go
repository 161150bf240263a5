package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The load's messages: chat as a support channel has it, and the nine errors that the bot has articles about, as
// bodies and as text. Which comes when is random from a fixed seed, so that every run sends the same.

var chat = []string{
	"morning all, standup moved to 10:30 today",
	"can somebody review PR 4291? it only touches the nightly job",
	"thanks, that worked :tada:",
	"the release notes are here: https://example.org/releases/2026-11, please read them before Thursday",
	"Does anybody know whether the sandbox has test patients with more than one GP practice?",
	"I have 429 unread mails, so please ping me here instead",
	"we are in room 404 until noon and then in the big one on the third floor",
	"the dashboard says 12,403 requests in the last hour, p99 at 380 ms, nothing unusual",
	"I'll be out this afternoon, @person1 covers for me",
	"Let's talk about the certificates next week: two of them expire in January and one has no owner any more.",
	"sounds good",
	"lgtm, merging",
	"lunch?",
	"The new client keeps the connection open and sends the header with each request; I have put an example into the wiki, " +
		"together with the list of environments. If something is missing there, add it, or tell me and I will.",
	"who is on call tonight?",
	"build 1.20.401 is on staging since 9:12, port 8443 as before",
	"```\nfor i := range 3 {\n\tfmt.Println(i)\n}\n```\nprints 0 to 2, as it should",
	"• rotate the keys\n• update the runbook\n• tell the partners",
	"has the migration of the e-RS clients to the new gateway been announced yet, or do we wait for the all clear?",
	"ok, I asked them, and they say it was a typo in the path on our side",
}

// seedErrors are the articles' errors: status, code and FHIR issue type.
var seedErrors = []struct {
	status     int
	code, kind string
}{
	{400, "INVALID_VALUE", "value"},
	{400, "MISSING_VALUE", "required"},
	{401, "UNAUTHORISED", "security"},
	{401, "ACCESS_DENIED", "forbidden"},
	{403, "ACCESS_DENIED", "forbidden"},
	{403, "FORBIDDEN", "forbidden"},
	{404, "RESOURCE_NOT_FOUND", "not-found"},
	{409, "REC_CONFLICT", "conflict"},
	{429, "TOO_MANY_REQUESTS", "throttled"},
}

// script chooses the messages.
type script struct {
	rng   *rand.Rand
	chat  float64 // share of ordinary chat
	chars int     // every message is filled up to this length with words
}

// next returns the next message.
func (s *script) next() (text string, isError bool) {
	if s.rng.Float64() < s.chat {
		return s.fill(chat[s.rng.IntN(len(chat))]), false
	}
	e := seedErrors[s.rng.IntN(len(seedErrors))]
	if s.rng.IntN(3) == 0 {
		return s.fill(fmt.Sprintf("we get %d %s from the sandbox since this morning, any ideas?", e.status, e.code)), true
	}
	body := fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"%s","details":{"coding":`+
		`[{"system":"https://fhir.nhs.uk/CodeSystem/http-error-codes","code":"%s"}]},"diagnostics":"see the guide"}]}`, e.kind, e.code)
	return s.fill(fmt.Sprintf("our nightly job ends with HTTP %d:\n```\n%s\n```", e.status, body)), true
}

// fill makes a text as long as the load wants it.
func (s *script) fill(text string) string {
	const words = "the job ran again and the log says the same as before, so we look at the client next. "
	if missing := s.chars - len(text); missing > 0 {
		text += "\n" + strings.Repeat(words, missing/len(words)+1)[:missing]
	}
	return text
}
