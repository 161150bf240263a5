// Package triage decides what to do about one message: which articles it is
// about, whether to ask, or whether to stay silent. It joins what package detect
// reads in the message with what package kb knows, and is pure like both.
//
// The way of a message:
//
//  1. A cheap look (detect.Worth) ends it for most of what people write.
//  2. The text is cleaned and read: detect gives signals, each an error with its
//     status, what may be its code, a body's words, and the kind of evidence.
//     What came with the message (forwarded messages, files) is read in the same
//     way, each by itself.
//  3. Each signal is looked up (finding.go): its codes first, then the words of
//     its body, then its status. The result is a finding: the articles that still
//     fit, and how strong the evidence is.
//  4. Findings are joined (join.go): two that speak of the same error narrow each
//     other down; several errors stay several items.
//  5. The outcome follows from the items: one article each is an answer, several
//     are a choice. Nothing is silence in a channel; somebody who asked gets what
//     comes nearest, or a miss.
//
// What the bot shows of a message is bounded here: Why and Understood hold names
// from the knowledge base and statuses, and for somebody who asked also a code of
// letters and underscores, unless package guard takes it for a part of a secret;
// Details hold the few values that help with the error (details.go). Nothing else
// of a text leaves this package, but for the code of a Gap, which is not for
// showing.
package triage

import (
	"slices"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/kb"
)

// Mode says whether somebody asked the bot.
type Mode string

const (
	Auto  Mode = "auto"  // a message in a channel: speak only with good evidence
	Query Mode = "query" // a slash command, a mention or a direct message: always an answer
)

// Outcome is what the bot does about a message.
type Outcome string

const (
	OutcomeArticle Outcome = "article" // every item has exactly one article
	OutcomeChoice  Outcome = "choice"  // several articles fit an item equally: ask
	OutcomeNearest Outcome = "nearest" // nothing fits; these come nearest
	OutcomeMiss    Outcome = "miss"    // asked, and nothing comes near
	OutcomeSilent  Outcome = "silent"  // not asked, and no good evidence
)

// Input is one message as Slack delivers it.
type Input struct {
	Text   string // mrkdwn: &amp; &lt; &gt; escaped, links as <https://x|label>
	Blocks string // the event's "blocks", JSON, or ""; rich_text in them is preferred to Text

	// More is what came with the message and is read like one: messages that it
	// forwards, and the text of its files. Their own More is not looked at.
	More []Input
}

// worth says whether something in a message is worth cleaning and reading.
func (in Input) worth(base *kb.Base) bool {
	if detect.Worth(base, in.Text) || len(in.Blocks) > 0 && detect.WorthBlocks(base, in.Blocks) {
		return true
	}
	return slices.ContainsFunc(in.More, func(more Input) bool { return more.worth(base) })
}

// Item is one error that the reply speaks about.
type Item struct {
	// Options are the articles that fit. One is the answer, several are a
	// choice. For OutcomeNearest they are at most three, nearest first.
	Options []*kb.Article

	// Why says in one line of plain text what the item rests on. It holds
	// nothing of the message but statuses and names of the knowledge base.
	Why string

	// Details are values of the message that help with this error, each of a
	// strict form: see Lines and IDs for what they say.
	Details []Detail
}

// Decision is what to do about one message, and why.
type Decision struct {
	Outcome Outcome

	// Items are the errors that were found, the surest first. OutcomeArticle has
	// one article in each, OutcomeChoice has several in at least one,
	// OutcomeNearest has one item; the others have none.
	Items []Item

	// Understood says, for OutcomeNearest and OutcomeMiss, what was understood,
	// so that it can be shown: "status 418", "the code FOO_BAR", "status 418 and
	// the code FOO_BAR". Empty if nothing was, or nothing that may be shown.
	Understood string

	// Gap is the error that no article is about, if the message shows one. It may
	// come with every outcome: also beside errors that have articles, and where the
	// bot stays silent.
	Gap Gap

	// Reason is for logs: a short fixed phrase, never the message's text.
	Reason string
}

// ArticleIDs returns the ids of all articles that a decision offers, in the order
// in which a reply shows them; nil if there are none.
func (d *Decision) ArticleIDs() []string {
	var ids []string
	for _, item := range d.Items {
		for _, a := range item.Options {
			ids = append(ids, a.ID())
		}
	}
	return ids
}

// Decide reads a message and decides. It is pure, never fails and never panics.
// An ordinary chat message takes about a microsecond; the time grows linearly
// with the text.
//
// In Query mode an empty text, "help" and "list" are questions like any other:
// the caller answers these before.
func Decide(base *kb.Base, in Input, mode Mode) Decision {
	return decide(base, in, mode, nil)
}

// maxNearest is how many articles are offered where nothing fits.
const maxNearest = 3

// decide is Decide; it writes what it sees on the way into tr, unless that is nil.
func decide(base *kb.Base, in Input, mode Mode, tr *Trace) Decision {
	asked := mode == Query
	if !asked && !in.worth(base) {
		tr.passedOver(in.Text)
		return silent("nothing that could be an error")
	}
	var (
		texts    []*detect.Text
		findings []finding
	)
	for _, part := range append([]Input{in}, in.More...) {
		text := detect.CleanMessage(part.Text, []byte(part.Blocks))
		texts = append(texts, &text)
		findings = append(findings, read(base, part, &text, asked, tr)...)
	}
	d := conclude(base, texts, findings, asked, tr)
	if d.Gap == (Gap{}) {
		d.Gap = bodyGap(base, findings)
	}
	d.addDetails(texts, findings)
	return d
}

// read finds the errors in one text, cleaned of what is in, and the articles that
// fit them.
func read(base *kb.Base, in Input, text *detect.Text, asked bool, tr *Trace) []finding {
	tr.text(in, text)
	signals := detect.Read(base, text, asked)
	findings := make([]finding, 0, len(signals))
	for i, s := range signals {
		tr.found(text, i, s)
		var f finding
		if n := len(findings); n > 0 && tr == nil && sameError(findings[n-1].signal, s) { // lists repeat theirs
			f = findings[n-1]
			f.signal.Span = s.Span
		} else {
			f = look(base, s, asked, tr)
		}
		f.text = text
		f.worded(text.Clean, s, asked)
		tr.leads(&f)
		findings = append(findings, f)
	}
	tr.doubted(base, text, asked)
	return findings
}

// sameError says whether two signals say the same, in different places.
func sameError(a, b detect.Signal) bool {
	return a.Kind == b.Kind && a.Status == b.Status && a.Message == b.Message && a.Unsure == b.Unsure && slices.Equal(a.Codes, b.Codes)
}

// conclude decides by what was found.
func conclude(base *kb.Base, texts []*detect.Text, findings []finding, asked bool, tr *Trace) Decision {
	items, unknown := join(findings)
	tr.joined(items)
	switch {
	case len(items) > 0:
		return answer(items)
	case asked:
		return ask(base, texts, unknown, tr)
	case unknown != nil:
		return nearStatus(base, *unknown)
	case len(findings) > 0:
		return silent("nothing that an article is about")
	}
	return silent("no good evidence of an error")
}

func silent(reason string) Decision { return Decision{Outcome: OutcomeSilent, Reason: reason} }

// answer makes the decision for errors that articles fit.
func answer(found []finding) Decision {
	d := Decision{Outcome: OutcomeArticle, Reason: "found"}
	for _, f := range found {
		if len(f.options) > 1 {
			d.Outcome = OutcomeChoice
		}
		d.Items = append(d.Items, Item{Options: f.options, Why: f.why()})
	}
	return d
}

// nearStatus decides about an error body in a channel with a code that no article
// is about: the articles of its status come nearest, if there are any.
func nearStatus(base *kb.Base, f finding) Decision {
	near := base.ByStatus(f.signal.Status)
	if f.signal.Status == 0 || len(near) == 0 {
		return silent("an error that no article is about")
	}
	f.options = near[:min(len(near), maxNearest)]
	return Decision{
		Outcome:    OutcomeNearest,
		Items:      []Item{{Options: f.options, Why: "The error's code has no article yet. " + sameStatus(f.signal.Status)}},
		Understood: understood(f.signal.Status, ""),
		Reason:     "an error of a known status whose code no article is about",
	}
}
