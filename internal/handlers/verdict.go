package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/token"
)

// verdict is what an error of Slack's means for a reply. This file is the one
// place that decides it.
type verdict struct {
	act    act
	wait   time.Duration // for retry: how long; 0 leaves it to the caller's backoff
	advice string        // for giveUp: what an operator can do
}

type act int

const (
	retry     act = iota // it certainly did not happen: wait, and do it again
	ambiguous            // it may have happened: look before doing it again
	giveUp               // it will never happen
	stopBot              // nothing will happen any more: the token is no good
	park                 // unknown: try a few times
)

// refusals are the answers of chat.postMessage, chat.update, chat.delete and
// conversations.replies that trying again does not change
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var refusals = map[string]string{
	"channel_not_found":                        "invite the bot to the channel",
	"not_in_channel":                           "invite the bot to the channel",
	"is_archived":                              "nothing to do: the channel was archived",
	"restricted_action":                        "let apps post in this channel: see the workspace's posting permissions",
	"restricted_action_read_only_channel":      "let apps post in this channel: see the channel's posting permissions",
	"restricted_action_thread_only_channel":    "nothing to do: the channel takes posts in threads only",
	"restricted_action_non_threadable_channel": "nothing to do: the channel takes no threads",
	"restricted_action_thread_locked":          "nothing to do: the thread is locked",
	"message_not_found":                        "nothing to do: the message was deleted",
	"thread_not_found":                         "nothing to do: the message was deleted",
	"cant_delete_message":                      "nothing to do: the message belongs to somebody else, or the workspace keeps messages",
	"compliance_exports_prevent_deletion":      "nothing to do: the workspace keeps messages",
	"cant_update_message":                      "nothing to do: the message belongs to somebody else",
	"edit_window_closed":                       "let apps edit their messages: see the workspace's message settings",
	"msg_too_long":                             "please report this: a reply is too long for Slack",
	"msg_blocks_too_long":                      "please report this: a reply is too long for Slack",
	"invalid_blocks":                           "please report this: a reply is not as Slack wants it",
	"invalid_blocks_format":                    "please report this: a reply is not as Slack wants it",
	"no_text":                                  "please report this: a reply was empty",
	"metadata_too_large":                       "please report this: a reply is not as Slack wants it",
	"missing_scope":                            "run `bot doctor`: the app lacks a scope",
	"org_login_required":                       "ask the workspace's administrators: it is being moved to an organisation",
	"no_permission":                            "run `bot doctor`: the app lacks a scope",
	"access_denied":                            "let the app post in this channel: see the channel's posting permissions",
	"ekm_access_denied":                        "ask the workspace's administrators: they suspended posting",
	"messages_tab_disabled":                    "switch on the messages tab under App Home in the app's settings",
	"cannot_dm_bot":                            "nothing to do",
	"user_is_bot":                              "nothing to do",
	"team_access_not_granted":                  "install the app in this workspace",
}

// isRefusedToken reports whether an error of Slack's is about the bot's token, in a
// way that only a human can mend.
func isRefusedToken(err error) bool {
	var refusal slack.SlackErrorResponse
	errors.As(err, &refusal)
	_, refused := token.Remedy(refusal.Err)
	return refused
}

// unsettled are the answers that Slack gives when it does not know itself
// whether it did what it was asked.
var unsettled = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true,
	"team_added_to_org": true, "accesslimited": true,
}

// storeError is an error of the database, not of Slack's.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

// unreadable is a case whose article cannot be decoded.
type unreadable struct{ error }

// cannotLook reports whether Slack refuses to show a thread, for good: then
// nobody can know whether a reply stands there.
func cannotLook(err error) bool {
	var refusal slack.SlackErrorResponse
	return errors.As(err, &refusal) && (refusal.Err == "unknown_method" || refusal.Err == "missing_scope")
}

func verdictOn(err error) verdict {
	var (
		stored  storeError
		broken  unreadable
		limited *slack.RateLimitedError
		refusal slack.SlackErrorResponse
		status  slack.StatusCodeError
		network *net.OpError
	)
	switch {
	case errors.As(err, &stored), errors.Is(err, context.Canceled):
		return verdict{act: retry}
	case errors.As(err, &broken):
		return verdict{act: giveUp, advice: "please report this: a stored article cannot be read"}
	case errors.As(err, &limited):
		return verdict{act: retry, wait: max(limited.RetryAfter, time.Second)}
	case errors.As(err, &refusal):
		// Some codes are about the channel here, though about the token elsewhere.
		if advice, refused := refusals[refusal.Err]; refused {
			return verdict{act: giveUp, advice: advice}
		}
		switch {
		case isRefusedToken(err):
			return verdict{act: stopBot}
		case unsettled[refusal.Err]:
			return verdict{act: ambiguous}
		case refusal.Err == "ratelimited" || refusal.Err == "rate_limited":
			return verdict{act: retry}
		}
		return verdict{act: park}
	case errors.As(err, &status):
		if status.Code >= 500 {
			return verdict{act: ambiguous}
		}
		return verdict{act: park}
	case errors.As(err, &network) && network.Op == "dial":
		return verdict{act: retry}
	default: // a timeout, a connection that was cut, an answer that is not JSON
		return verdict{act: ambiguous}
	}
}

// KindOf names an error of a call to Slack for the logs, without repeating
// anything that was sent or received.
func KindOf(err error) string { return kindOf(err) }

// kindOf names an error without repeating what it is about: an error of the
// HTTP client holds the address, and one of the JSON decoder a piece of what it
// read.
func kindOf(err error) string {
	var (
		stored  storeError
		broken  unreadable
		limited *slack.RateLimitedError
		refusal slack.SlackErrorResponse
		status  slack.StatusCodeError
		network net.Error
		syntax  *json.SyntaxError
		typed   *json.UnmarshalTypeError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &stored):
		return stored.Error()
	case errors.As(err, &broken):
		return "unreadable_article"
	case errors.As(err, &limited):
		return "ratelimited"
	case errors.As(err, &refusal):
		return refusal.Err
	case errors.As(err, &status):
		return status.Status
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.As(err, &network):
		return "connection failed"
	case errors.As(err, &syntax), errors.As(err, &typed):
		return "not the JSON that was expected"
	default:
		return "unexpected"
	}
}
