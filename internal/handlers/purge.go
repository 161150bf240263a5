package handlers

import (
	"context"
	"log/slog"
	"time"

	"apierrorbot/internal/metrics"
	"apierrorbot/internal/store"
)

// How often old things are removed: daily, and an hour after that failed.
const (
	purgeEvery = 24 * time.Hour
	purgeAgain = time.Hour
)

// PurgeDaily removes what was kept for long enough, for the first time after first,
// until ctx ends. Several processes on one database may all do it.
func PurgeDaily(ctx context.Context, db *store.Store, keep store.Keep, first time.Duration, set *metrics.Set, log *slog.Logger) {
	gone := set.Counter("apierrorbot_purged_total", "What was removed because of its age.",
		metrics.Label{Name: "what", Values: []string{"cases", "audit", "articles"}})
	for wait := first; ; {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		began := time.Now()
		removed, err := db.Purge(ctx, keep, began)
		gone.Add(removed.Cases, "cases")
		gone.Add(removed.Audit, "audit")
		gone.Add(removed.Revisions, "articles")
		wait = purgeEvery
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait = purgeAgain
			log.Warn("cannot remove what is old: will try again", "error", err, "in", wait, "cases", removed.Cases, "audit", removed.Audit)
		default:
			log.Info("removed what is old", "cases", removed.Cases, "audit", removed.Audit, "articles", removed.Revisions,
				"took", time.Since(began).Round(time.Millisecond))
		}
	}
}
