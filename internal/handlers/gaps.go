package handlers

import (
	"time"

	"apierrorbot/internal/guard"
	"apierrorbot/internal/triage"
)

// gapLane is the lane of all gaps. It is not the message's own: what people wait
// for goes first, and a message in which only a gap was found is acked at once.
const gapLane = "gaps"

// rememberGap has an error counted that no article is about, for whoever writes
// articles: its status, and its code unless it could be a secret. message names
// the message it was in, or is "". It does not wait; a gap that cannot be stored
// is only missing in a count.
func (b *Bot) rememberGap(g triage.Gap, message string) {
	if g == (triage.Gap{}) {
		return
	}
	b.counts.gaps.Inc()
	remember := func() {
		defer survive(b.log, "a gap", func() {})
		if !guard.Safe(g.Code) {
			g.Code = ""
		}
		if g == (triage.Gap{}) {
			return
		}
		if err := b.store.RememberGap(b.ctx, g.Status, g.Code, message, time.Now()); err != nil {
			b.log.Warn("cannot count an error without an article", "status", g.Status, "error", err)
		}
	}
	if !b.lanes.do(gapLane, remember) {
		b.log.Debug("too much is waiting to count an error without an article")
	}
}
