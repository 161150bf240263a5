// Package kb is the knowledge base: the articles that the bot answers with, and
// the search that finds them by the names people use.
//
// An [Article] says what one API error means: the HTTP status, the API's own
// error code, the cause, the steps to check, and the fix. Each one is a YAML file
// that is written by people who never open this code. [Load] therefore reads
// strictly and explains itself: it collects every mistake in every file before it
// gives up, and each [Problem] names the file, the line, what is wrong and what
// to do. The limits of check.go make sure that an article which loads also fits
// into a Slack message. An article also carries examples of messages that must
// lead to it, and of some that must not; whoever reads messages runs them.
//
// Loaded articles form a [Base], which never changes. Its vocabulary holds every
// code, every alias and the standard phrase of every status, folded so that
// TOO_MANY_REQUESTS, "too many requests" and tooManyRequests are one name
// (name.go). [Base.Match] looks a question up in that vocabulary: the code itself,
// then an alias, then whatever is spelt alike, and weighs it against the status
// that came with it (match.go holds the scoring and why it is as it is).
// [Base.Known] is the cheap half of it, for scanning text word by word.
//
// The package is pure: it knows no network, no clock and no Slack beyond the
// numbers in its limits. Everything in it may be used from several goroutines.
package kb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Article is one entry of the knowledge base: what an API error means and how
// to get rid of it. Cause, Steps[].Text and Fix are Markdown (paragraphs,
// lists, `code`, **bold**, *italics* and links). An Article is never changed
// after it was loaded, so it may be shared between goroutines.
type Article struct {
	Status  int      `json:"status"`            // HTTP status code, 100 to 599
	Code    string   `json:"code"`              // the API's own error code, such as TOO_MANY_REQUESTS
	Title   string   `json:"title"`             // one line of plain text
	Aliases []string `json:"aliases,omitempty"` // other codes and phrases that mean this error
	Cause   string   `json:"cause"`
	Steps   []Step   `json:"steps"`
	Fix     string   `json:"fix"`
	Links   []Link   `json:"links,omitempty"`

	// What authors say the bot should make of messages, for checking only: a
	// message of Examples leads to this article, one of CounterExamples does
	// not. They are no part of what readers see, nor of the Revision.
	Examples        []Example `json:"-"`
	CounterExamples []Example `json:"-"`
}

// Example is a message as somebody would post it in a channel, and where it
// stands, so that a Problem can name the place.
type Example struct {
	Text string
	File string // with the folder, as the author knows it
	Line int    // from 1
}

// Step is one thing to check. Its id is written in the YAML, so that steps can
// be reordered and reworded without touching the ticks that refer to them.
type Step struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Link is a source or further reading.
type Link struct {
	Title  string `json:"title"`
	URL    string `json:"url"`              // http or https
	Edited string `json:"edited,omitempty"` // when the page was last edited, YYYY-MM-DD
}

// LastEdited says when the page was last edited, as it stands behind its title:
// " (last edited 16 January 2025)". It is empty where that is not known.
func (l Link) LastEdited() string {
	edited, err := time.Parse(time.DateOnly, l.Edited)
	if err != nil {
		return ""
	}
	return edited.Format(" (last edited 2 January 2006)")
}

// ID names the article: status and code, because a code alone is not unique
// (NHS APIs answer ACCESS_DENIED with 401 and with 403).
func (a *Article) ID() string { return fmt.Sprintf("%d/%s", a.Status, a.Code) }

// Heading is the article's name as people read it: "429 · TOO_MANY_REQUESTS".
func (a *Article) Heading() string { return fmt.Sprintf("%d · %s", a.Status, a.Code) }

// Revision names the article's content: equal content, equal revision, on
// every machine. Cases keep the revision they were opened with.
func (a *Article) Revision() string {
	body, err := json.Marshal(a)
	if err != nil { // an Article holds strings and ints only
		panic(err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}
