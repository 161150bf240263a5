package socket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"apierrorbot/internal/token"
)

// AuthError says that Slack refuses the app-level token, and that waiting will not change it.
type AuthError struct {
	Code string // Slack's error code, such as invalid_auth
	err  error
}

// Error names the call and Slack's code; it holds no token.
func (e *AuthError) Error() string {
	return "apps.connections.open: Slack refuses the app-level token: " + e.Code
}

// Unwrap returns what Config.Open returned. A slack.SlackErrorResponse in it may name the scope that is missing.
func (e *AuthError) Unwrap() error { return e.err }

// Address returns a function for Config.Open that calls apps.connections.open. api needs the app-level token
// (slack.OptionAppLevelToken) and an HTTP client with a timeout: slack-go's own has none.
func Address(api *slack.Client) func(ctx context.Context) (wsURL string, err error) {
	return func(ctx context.Context) (string, error) {
		_, wsURL, err := api.StartSocketModeContext(ctx)
		return wsURL, err
	}
}

// open asks for an address and connects to it.
func (c *Client) open(ctx context.Context) (*conn, error) {
	addr, err := c.cfg.Open(ctx)
	if err != nil {
		code := slackCode(err)
		if _, refused := token.Remedy(code); refused {
			return nil, &AuthError{Code: code, err: err}
		}
		return nil, fmt.Errorf("apps.connections.open: %w", err)
	}
	u, err := url.Parse(addr)
	if err != nil || u.Host == "" {
		// Not the error itself: it repeats the address, and that contains a ticket.
		return nil, errors.New("apps.connections.open gave no usable address")
	}
	ws, err := c.dial(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", u.Host, err)
	}
	c.counts.opened.Add(1)
	return c.start(ws, u.Host), nil
}

func (c *Client) dial(ctx context.Context, u *url.URL) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timings.Dial)
	defer cancel()

	// gorilla's dialer takes the deadline from ctx, but once the TCP connection stands it does not notice that ctx was
	// cancelled. A server that never answers the handshake would hold up a shutdown: so close the connection under it.
	dialer := *c.dialer
	dialTCP := dialer.NetDialContext
	if dialTCP == nil {
		dialTCP = (&net.Dialer{}).DialContext
	}
	keep := func() bool { return true }
	dialer.NetDialContext = func(dialing context.Context, network, addr string) (net.Conn, error) {
		tcp, err := dialTCP(dialing, network, addr)
		if err == nil {
			keep = context.AfterFunc(ctx, func() { tcp.Close() }) // ctx: the dialer ends its own when it is done
		}
		return tcp, err
	}

	ws, resp, err := dialer.DialContext(ctx, u.String(), nil)
	kept := keep()
	switch {
	case errors.Is(err, websocket.ErrBadHandshake):
		return nil, slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	case err != nil:
		return nil, err
	case !kept: // ctx ended at the last moment
		ws.Close()
		return nil, ctx.Err()
	}
	return ws, nil
}

// openFailed reports why there is no connection, and says how long to wait.
func (k *keeper) openFailed(err error) (wait time.Duration) {
	k.counts.openFailures.Add(1)
	wait = k.backoff.next(refused, 0)
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	code := slackCode(err)
	switch {
	case errors.As(err, &limited):
		wait = max(wait, limited.RetryAfter)
		k.pair.report("429", slog.LevelWarn, "Slack limits how often we may connect", "wait", wait)
	case code != "":
		k.pair.report(code, slog.LevelError, "Slack refuses a connection; the bot keeps trying", "error", err, "wait", wait)
	case errors.As(err, &status):
		k.pair.report(status.Status, slog.LevelWarn, "Slack answers with an HTTP error; the bot keeps trying", "error", err, "wait", wait)
	default:
		k.pair.report("unreachable", slog.LevelWarn, "Slack cannot be reached; the bot keeps trying", "error", err, "wait", wait)
	}
	return wait
}

// slackCode returns the error code that Slack answered with, or "" if the error is of another kind.
func slackCode(err error) string {
	var refusal slack.SlackErrorResponse
	errors.As(err, &refusal)
	return refusal.Err
}
