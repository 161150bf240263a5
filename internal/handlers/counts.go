package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/guard"
	"apierrorbot/internal/metrics"
	"apierrorbot/internal/triage"
)

// counts is what operators watch. The values of every label stand here, and none of
// them comes from Slack or from people.
type counts struct {
	events    *metrics.Counter
	decisions *metrics.Counter
	replies   *metrics.Counter
	calls     *metrics.Counter
	clicks    *metrics.Counter
	secrets   *metrics.Counter
	gaps      *metrics.Counter

	missedRead, missedAnswered, missedTooOld *metrics.Counter

	callTook, acked, answered *metrics.Histogram
}

// Kinds of what arrives.
const (
	eventMessage  = "message"
	eventMention  = "mention"
	eventEdit     = "edit"
	eventDeletion = "deletion"
	eventCommand  = "command"
	eventClick    = "click"
	eventOther    = "other"
)

// How the work on a reply ends.
const (
	replyPosted  = "posted"
	replyAdopted = "adopted"
	replyGivenUp = "given_up"
	replyParked  = "parked"
)

// What becomes of a click.
const (
	clickDone      = "done"      // what it asks for is stored, or was so already
	clickForbidden = "forbidden" // the clicker is a guest
	clickUnknown   = "unknown"   // Slack did not say who the clicker is
	clickGone      = "gone"      // the checklist is no longer kept
	clickFailed    = "failed"    // it could not be stored
)

// How a call to Slack ends.
const (
	callOK          = "ok"
	callLimited     = "limited"     // 429: it certainly did nothing
	callUnreachable = "unreachable" // no connection: it certainly did nothing
	callUnclear     = "unclear"     // a timeout, a 5xx, a lost answer: it may have done it
	callRefused     = "refused"     // Slack answers with an error
	callStopped     = "stopped"     // broken off by the bot: it is stopping, or lost a lease
)

// Methods of the Web API that the bot calls, as far as they are counted, and the
// places that are none.
const (
	methodPost      = "chat.postMessage"
	methodUpdate    = "chat.update"
	methodDelete    = "chat.delete"
	methodEphemeral = "chat.postEphemeral"
	methodHistory   = "conversations.history"
	methodReplies   = "conversations.replies"
	methodUser      = "users.info"
	callResponse    = "response_url"
	callFile        = "file"
)

// clickActions are the actions of buttons; whatever else comes is "other".
var clickActions = []string{actionStep, actionChoose, actionState, actionShow, actionPost, "other"}

func newCounts(s *metrics.Set) *counts {
	methods := metrics.Label{Name: "method", Values: []string{methodPost, methodUpdate, methodDelete, methodEphemeral,
		methodHistory, methodReplies, methodUser, callResponse, callFile}}
	arrivals := metrics.Label{Name: "kind", Values: []string{eventMessage, eventClick}}
	return &counts{
		events: s.Counter("apierrorbot_events_total", "Events, commands and clicks that Slack delivered.",
			metrics.Label{Name: "kind", Values: []string{eventMessage, eventMention, eventEdit, eventDeletion, eventCommand, eventClick, eventOther}}),
		decisions: s.Counter("apierrorbot_decisions_total", "Decisions about messages and questions.",
			metrics.Label{Name: "outcome", Values: []string{string(triage.OutcomeArticle), string(triage.OutcomeChoice),
				string(triage.OutcomeNearest), string(triage.OutcomeMiss), string(triage.OutcomeSilent)}}),
		replies: s.Counter("apierrorbot_replies_total", "Replies by how the work on them ended.",
			metrics.Label{Name: "end", Values: []string{replyPosted, replyAdopted, replyGivenUp, replyParked}}),
		calls: s.Counter("apierrorbot_slack_calls_total", "Calls to Slack by how they ended.", methods,
			metrics.Label{Name: "result", Values: []string{callOK, callLimited, callUnreachable, callUnclear, callRefused, callStopped}}),
		callTook: s.Histogram("apierrorbot_slack_call_duration_seconds", "Time that calls to Slack took, however they ended.",
			[]float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}, methods),
		acked: s.Histogram("apierrorbot_ack_delay_seconds", "Time from the arrival of what has to be stored to its ack.",
			[]float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3}, arrivals),
		answered: s.Histogram("apierrorbot_reply_delay_seconds", "Time from the opening of a case to its reply in the thread.",
			[]float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 300}),
		clicks: s.Counter("apierrorbot_clicks_total", "Clicks by button and by what became of them.",
			metrics.Label{Name: "action", Values: clickActions},
			metrics.Label{Name: "result", Values: []string{clickDone, clickForbidden, clickUnknown, clickGone, clickFailed}}),
		secrets: s.Counter("apierrorbot_secrets_total", "Kinds of secrets in messages whose authors were to be warned.",
			metrics.Label{Name: "kind", Values: secretKinds()}),
		gaps:           s.Counter("apierrorbot_gaps_total", "Errors that no article is about."),
		missedRead:     s.Counter("apierrorbot_missed_read_total", "Messages that were missed and read later."),
		missedAnswered: s.Counter("apierrorbot_missed_answered_total", "Messages that were missed and answered later."),
		missedTooOld:   s.Counter("apierrorbot_missed_too_old_total", "Messages that were missed and too old to be answered."),
	}
}

func secretKinds() []string {
	var kinds []string
	for _, k := range []guard.Kind{guard.AccessToken, guard.RefreshToken, guard.APIKey, guard.ClientSecret, guard.Assertion,
		guard.Password, guard.PrivateKey, guard.Session, guard.Webhook, guard.Signature, guard.NHSNumber} {
		kinds = append(kinds, string(k))
	}
	return append(kinds, "other")
}

// call makes a call to Slack, and counts it.
func (c *counts) call(method string, f func() error) error {
	began := time.Now()
	err := f()
	c.calls.Inc(method, resultOf(err))
	c.callTook.Observe(time.Since(began).Seconds(), method)
	return err
}

// methodOf names the method that reads a thread, or, for "", a channel.
func methodOf(thread string) string {
	if thread == "" {
		return methodHistory
	}
	return methodReplies
}

// timed returns an ack that notes how long it took since the arrival.
func (c *counts) timed(kind string, arrived time.Time, ack func()) func() {
	return func() {
		c.acked.Observe(time.Since(arrived).Seconds(), kind)
		ack()
	}
}

// event counts an event by its kind.
func (c *counts) event(e *message, deleted bool) {
	kind := eventOther
	switch {
	case deleted:
		kind = eventDeletion
	case e.Type == typeMention:
		kind = eventMention
	case e.Type == "message" && e.Subtype == "message_changed":
		kind = eventEdit
	case e.Type == "message":
		kind = eventMessage
	}
	c.events.Inc(kind)
}

// resultOf says how a call to Slack ended.
func resultOf(err error) string {
	var limited *slack.RateLimitedError
	switch v := verdictOn(err); {
	case err == nil:
		return callOK
	case errors.Is(err, context.Canceled):
		return callStopped
	case errors.Is(err, errForeignFile), errors.Is(err, errSignIn), errors.Is(err, errFileRefused), errors.Is(err, errNoText):
		return callRefused
	case errors.As(err, &limited), kindOf(err) == "ratelimited", kindOf(err) == "rate_limited":
		return callLimited
	case v.act == retry:
		return callUnreachable
	case v.act == ambiguous:
		return callUnclear
	}
	return callRefused
}
