package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// The load's messages: chat (chat.go), and the nine errors that the bot has articles about, as bodies and as text.
// Which comes when, from whom and where is random from a fixed seed, so that every run sends the same.

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

// message is what somebody writes somewhere.
type message struct {
	person, channel, text string
	isError               bool
}

// script chooses the messages. It may be asked by several at once.
type script struct {
	load
	mu  sync.Mutex
	rng *rand.Rand
}

func newScript(l load) *script {
	return &script{load: l, rng: rand.New(rand.NewPCG(1, 2))}
}

// next returns the next message.
func (s *script) next() message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := message{person: personID(s.rng.IntN(s.People)), channel: channelID(s.rng.IntN(s.Channels)), isError: s.rng.Float64() >= s.Chat}
	if m.isError {
		m.text = s.fill(s.anError())
	} else {
		m.text = s.fill(chat[s.rng.IntN(len(chat))])
	}
	return m
}

// anError writes about an error: one time in three as people tell of it, otherwise as the API does.
func (s *script) anError() string {
	e := seedErrors[s.rng.IntN(len(seedErrors))]
	if s.rng.IntN(3) == 0 {
		return fmt.Sprintf("we get %d %s from the sandbox since this morning, any ideas?", e.status, e.code)
	}
	body := fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"%s","details":{"coding":`+
		`[{"system":"https://fhir.nhs.uk/CodeSystem/http-error-codes","code":"%s"}]},"diagnostics":"see the guide"}]}`, e.kind, e.code)
	return fmt.Sprintf("our nightly job ends with HTTP %d:\n```\n%s\n```", e.status, body)
}

// fill makes a text as long as the load wants it, with words.
func (s *script) fill(text string) string {
	const words = "the job ran again and the log says the same as before, so we look at the client next and "
	if missing := s.Length - len(text); missing > 0 {
		text += "\n" + strings.Repeat(words, missing/len(words)+1)[:missing]
	}
	return text
}
