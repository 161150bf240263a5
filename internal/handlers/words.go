package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"apierrorbot/internal/guard"
	"apierrorbot/internal/kb"
	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/triage"
)

// What the bot says. None of it repeats what people wrote: known names, numbers
// and ids only.

const (
	markTodo     = "⬜"
	markDone     = "✅"
	markResolved = "🎉"
	markReopened = "🔁"
	markClosed   = "🗑️"
)

// Private answers to people who clicked.
const (
	wordsGone       = "This checklist is no longer kept, so its buttons do nothing any more. Post the error again and I will open a new one."
	wordsVanished   = "That article is no longer in the knowledge base. Try `/apierror list` to see what there is."
	wordsNoScope    = "I cannot tell members from guests: my app lacks a permission (`users:read`), so nothing was changed. Please tell whoever runs me."
	wordsNotShown   = "Your click is saved, but Slack does not let me change this message now, so you do not see it here."
	wordsUnchecked  = "I could not check your account with Slack just now, so nothing was changed. Please click again in a moment."
	wordsNotStored  = "I could not save that just now, so nothing was changed. Please click again in a moment."
	wordsPosted     = "✅ Posted to this channel as a checklist."
	wordsNotPosted  = "Slack is slow to take it: I will keep trying to post to this channel, so there is no need to click again."
	wordsInvite     = "I am not a member of this conversation yet. Type `/invite @%s` here, then click *Post to channel* again."
	wordsCannotPost = "Slack does not let me post here (`%s`). Try it in another channel."
)

// wordsMembers tells guests, and people from elsewhere, that a button is not for them.
func wordsMembers(action string) string {
	can, instead := "mark steps", "Ask a member to mark the step for you."
	switch action {
	case actionChoose:
		can, instead = "say for everybody which error it is", "Ask a member to choose for you."
	case actionState:
		can, instead = "resolve and reopen checklists", "Ask a member to do it for you."
	case actionPost:
		can, instead = "have checklists posted", "Write the error into the channel yourself, and I answer in its thread."
	}
	return "Only full members of this workspace can " + can + ": guests and people from other organisations can read along. " + instead
}

// What the bot says in a thread that has the answer already.
const (
	wordsHasChecklist = "This thread has a checklist for *%s* already, from %s (%d of %d done): please go on there."
	wordsHasQuestion  = "I asked here which error it is, at %s: please choose there."
)

// wordsWithdrawn says why a reply has no buttons any more.
const wordsWithdrawn = "the message that this was about was deleted."

const wordsWelcome = "You're welcome. When the next error comes, paste it here or mention me."

// What is said where a file could not be read and the rest is no error.
const (
	wordsUnread  = "I could not read the file, and what you wrote alone tells me of no error that I know. Paste the error's status and code, or its body, as text."
	wordsNoFiles = "I cannot read files here: my app lacks a permission (`files:read`). Please tell whoever runs me, and paste the error as text meanwhile."
)

func wordsForUnread(err error) string {
	if errors.Is(err, errSignIn) {
		return wordsNoFiles
	}
	return wordsUnread
}

// What people are told, alone, when what they wrote holds secrets: %s are the
// kinds, never the secrets.
const (
	wordsMessageHolds = "🔒 Only you can see this: your message seems to hold %s. Please delete it or edit it out, in the message and wherever you copied it from (a file, a forwarded message). "
	wordsCommandHolds = "🔒 Your command seems to hold %s. Nobody here saw it, but it has been sent to Slack and to me. "

	wordsRevoke   = "Count it as known to others: revoke tokens, replace keys, change passwords. "
	wordsIncident = "For the NHS number, follow your organisation's rules for information incidents. "
	wordsNotKept  = "I have neither kept nor repeated it."
)

// warningOf says what kinds of secrets were found and what to do now; nothing,
// where none were. holds is one of the two texts that name them.
func warningOf(holds string, found []guard.Kind) string {
	if len(found) == 0 {
		return ""
	}
	var names []string
	for _, kind := range found {
		names = append(names, withArticle(string(kind)))
	}
	text := fmt.Sprintf(holds, inWords(names))
	if slices.ContainsFunc(found, func(k guard.Kind) bool { return k != guard.NHSNumber }) {
		text += wordsRevoke
	}
	if slices.Contains(found, guard.NHSNumber) {
		text += wordsIncident
	}
	return text + wordsNotKept
}

func withArticle(noun string) string {
	if strings.ContainsRune("aAeiouN", rune(noun[0])) { // an NHS number
		return "an " + noun
	}
	return "a " + noun
}

// inWords joins nouns as people do: one, two and three.
func inWords(nouns []string) string {
	last := len(nouns) - 1
	if last == 0 {
		return nouns[0]
	}
	return strings.Join(nouns[:last], ", ") + " and " + nouns[last]
}

// help says what the bot can do. name is the bot's own, for mentions.
func help(name string) string {
	return fmt.Sprintf(`I look up API errors.

• *Paste an error* in a channel that I am in, and I answer in its thread with the cause, the steps as a checklist and the fix.
• `+"`/apierror 429`, `/apierror TOO_MANY_REQUESTS` or `/apierror too many requests`"+` looks an error up, for you alone.
• `+"`/apierror list`"+` shows everything I know.
• In a thread, mention me: `+"`@%s 429`"+`. In a direct message, just write it.`, mrkdwn.Escape(name))
}

// maxListed is how many articles a list names: a line each, in one section.
const maxListed = 25

// maxList is how long a list may get: it has to fit into one section.
const maxList = 2500

// list names what the knowledge base holds, as far as it fits.
func list(articles []*kb.Article) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s in the knowledge base*", count(len(articles), "article"))
	for i, a := range articles {
		line := "\n• *" + mrkdwn.Escape(a.Heading()) + "* " + mrkdwn.Escape(a.Title)
		if i == maxListed || utf8.RuneCountInString(b.String()+line) > maxList {
			fmt.Fprintf(&b, "\n…and %d more.", len(articles)-i)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// What to try instead. Slash commands do not work in threads.
const (
	tryCommand  = "Try the error's status and code as the API sent them, such as `/apierror 403 FORBIDDEN`, or paste the whole error body. `/apierror list` shows what there is."
	tryInThread = "Mention me with the error's status and code as the API sent them, such as `403 FORBIDDEN`, or paste the whole error body. Mention me with `list` to see what there is."
)

// wordsSeveral explains a private question about many errors at once.
const wordsSeveral = "These have what you asked for."

const wordsMissing = "If an article is missing, ask your support team to add one to the knowledge base."

// miss says that nothing was found, and what to try.
func miss(understood, try string) string {
	return mrkdwn.Escape(notFound(understood)) + "\n" + try + " " + wordsMissing
}

// nearest says in plain text that nothing was found, but something comes near.
func nearest(understood, why string) string {
	return notFound(understood) + " " + why + " " + wordsMissing
}

func notFound(understood string) string {
	if understood == "" {
		return "I found no article for that."
	}
	return "I found no article for " + understood + "."
}

// questionFor is the heading of a question.
func questionFor(e entry) string {
	switch {
	case e.Kind != kindNearest:
		return "Which one is it?"
	case len(e.options) == 1:
		return "Did you mean this one?"
	default:
		return "Did you mean one of these?"
	}
}

// The texts of replies: what screen readers read and notifications show.

func articleText(p *page, details []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%sCause: %s\nSteps:", p.Heading(), p.Title, withNewlines(details), p.plainCause)
	for i, step := range p.plainSteps {
		fmt.Fprintf(&b, "\n%d. %s", i+1, step)
	}
	fmt.Fprintf(&b, "\nFix: %s", p.plainFix)
	return mrkdwn.Escape(b.String())
}

func checklistText(v view, e entry) string {
	p := e.chosen
	done, all := v.entryProgress(e)
	var b strings.Builder
	details := triage.Lines(e.details(), v.written(), p.Status)
	fmt.Fprintf(&b, "%s: %s (%d of %d done)\n%sCause: %s\nSteps:", p.Heading(), p.Title, done, all, withNewlines(details), p.plainCause)
	for i, step := range p.plainSteps {
		mark := ""
		if _, ok := v.Tick(e.Chosen, p.Steps[i].ID); ok {
			mark = " (done)"
		}
		fmt.Fprintf(&b, "\n%d. %s%s", i+1, step, mark)
	}
	fmt.Fprintf(&b, "\nFix: %s", p.plainFix)
	return mrkdwn.Escape(b.String())
}

// withNewlines ends each line.
func withNewlines(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return b.String()
}

func questionText(e entry, at time.Time) string {
	lines := append([]string{questionFor(e) + " " + e.Why}, questionLines(e, at)...)
	offered, _ := e.offered()
	for _, p := range offered {
		lines = append(lines, p.Heading()+": "+p.Title)
	}
	return mrkdwn.Escape(strings.Join(lines, "\n"))
}

// furtherLine names the errors that are not shown in full.
func furtherLine(v view) string {
	var lines []string
	for _, e := range v.further() {
		for _, p := range e.options[:min(len(e.options), 2)] {
			lines = append(lines, fmt.Sprintf("Also found: *%s* %s — mention me with `%d %s` for its checklist",
				mrkdwn.Escape(p.Heading()), mrkdwn.Escape(p.Title), p.Status, p.Code))
		}
	}
	const most = 5
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("…and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\n")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// duration says how long something took, as people would.
func duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 24*time.Hour:
		text := count(int(d/time.Hour), "hour")
		if m := int(d % time.Hour / time.Minute); m > 0 {
			text += " " + count(m, "minute")
		}
		return text
	default:
		text := count(int(d/(24*time.Hour)), "day")
		if h := int(d % (24 * time.Hour) / time.Hour); h > 0 {
			text += " " + count(h, "hour")
		}
		return text
	}
}

// shorten cuts text to at most limit characters, not within an escape such as
// &amp;, and marks the cut.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit-1])
	if i := strings.LastIndexByte(cut, '&'); i >= 0 && !strings.Contains(cut[i:], ";") {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \n") + "…"
}
