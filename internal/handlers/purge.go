package handlers

import (
	"context"
	"log/slog"
	"time"

	"apierrorbot/internal/store"
)

// How often old things are removed: daily, and an hour after that failed.
const (
	purgeEvery = 24 * time.Hour
	purgeAgain = time.Hour
)

// PurgeDaily removes what was kept for long enough, for the first time after first,
// until ctx ends. Several processes on one database may all do it.
func PurgeDaily(ctx context.Context, db *store.Store, keep store.Keep, first time.Duration, log *slog.Logger) {
	for wait := first; ; {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		began := time.Now()
		removed, err := db.Purge(ctx, keep, began)
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
