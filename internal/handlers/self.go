package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/slack-go/slack"
)

// Self is who the bot is in Slack, as auth.test tells.
type Self struct {
	UserID, BotID        string
	TeamID, EnterpriseID string
	Name                 string
}

// WhoAmI asks Slack who the bot is. Slack may be out of reach for as long as it
// likes: it goes on asking, first after the time given, until ctx ends. An error
// is ctx's, or an answer of Slack's that waiting does not mend: a token that is
// refused, or an address that is not Slack's.
func WhoAmI(ctx context.Context, api *slack.Client, first time.Duration, log *slog.Logger) (Self, error) {
	backoff := backoff{next: first}
	for {
		who, err := api.AuthTestContext(ctx)
		switch {
		case err == nil:
			return Self{
				UserID: who.UserID, BotID: who.BotID,
				TeamID: who.TeamID, EnterpriseID: who.EnterpriseID, Name: who.User,
			}, nil
		case ctx.Err() != nil:
			return Self{}, ctx.Err()
		case isRefusedToken(err), IsNoWebAPI(err):
			return Self{}, err
		}
		wait := backoff.after(verdictOn(err))
		log.Warn("Slack does not answer: will try again", "error", kindOf(err), "in", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// IsNoWebAPI reports whether whoever answered is not Slack, nor speaks like it.
func IsNoWebAPI(err error) bool {
	var status slack.StatusCodeError
	return errors.As(err, &status) && status.Code == http.StatusNotFound
}
