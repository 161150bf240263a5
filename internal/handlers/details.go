package handlers

import (
	"strconv"
	"time"

	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
	"apierrorbot/internal/triage"
)

// storedDetails is how a case keeps the details of an item.
func storedDetails(details []triage.Detail) []store.Detail {
	var stored []store.Detail
	for _, d := range details {
		stored = append(stored, store.Detail{Kind: string(d.Kind), Name: d.Name, Value: d.Value})
	}
	return stored
}

// details is the inverse of storedDetails.
func (e entry) details() []triage.Detail {
	var details []triage.Detail
	for _, d := range e.Details {
		details = append(details, triage.Detail{Kind: triage.DetailKind(d.Kind), Name: d.Name, Value: d.Value})
	}
	return details
}

// written is when the message of a case was written: its ts
// (https://docs.slack.dev/messaging/retrieving-messages) is that time in seconds.
func (v view) written() time.Time {
	seconds, err := strconv.ParseFloat(v.Key.TS, 64)
	if err != nil { // a checklist that answers no message
		return v.OpenedAt
	}
	return time.UnixMilli(int64(seconds * 1000))
}

// markDetail stands before what a reply took from the message.
const markDetail = "👉 "

// marked writes lines about details as mrkdwn. What people wrote stands between
// backticks in them, and is of a form that holds none: it can neither format nor
// ping.
func marked(lines []string) []string {
	var out []string
	for _, line := range lines {
		out = append(out, markDetail+mrkdwn.Escape(line))
	}
	return out
}

// idLines names the ids among details, as mrkdwn: one line, or none.
func idLines(details []triage.Detail) []string {
	if ids := triage.IDs(details); ids != "" {
		return []string{mrkdwn.Escape(ids)}
	}
	return nil
}

// questionLines says what helps with any of a question's options, ids included.
func questionLines(e entry, at time.Time) []string {
	var statuses []int
	for _, p := range e.options {
		statuses = append(statuses, p.Status)
	}
	lines := triage.Lines(e.details(), at, statuses...)
	if ids := triage.IDs(e.details()); ids != "" {
		lines = append(lines, ids)
	}
	return lines
}
