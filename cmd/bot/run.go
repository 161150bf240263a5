package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/kb"
	"apierrorbot/internal/socket"
	"apierrorbot/internal/store"
	"apierrorbot/internal/token"
)

// defaultDatabaseURL is a file in the working directory.
const defaultDatabaseURL = "sqlite:apierror-bot.db"

type runCommand struct {
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Where cases are kept: sqlite:PATH or postgres://… Default: sqlite:apierror-bot.db"`
	Channels    string `env:"CHANNELS" placeholder:"C1,C2" help:"Ids of the only channels to listen in. Default: wherever the bot is a member."`
	CatchUp     string `env:"CATCH_UP" default:"15m" placeholder:"TIME" help:"Errors that were written while the bot was away are answered when they are younger; 0 leaves them. Default: ${default}"`
	HTTPAddr    string `name:"http-addr" env:"HTTP_ADDR" placeholder:"HOST:PORT" help:"Serve /metrics, /healthz and /readyz there, such as 127.0.0.1:9090. Default: off."`
	APIURL      string `name:"slack-api-url" env:"SLACK_API_URL" placeholder:"URL" help:"Web API to use instead of Slack's."`
	keepSettings
}

func (cmd *runCommand) Help() string {
	return `Needs two tokens in the environment or in a file .env:
  SLACK_APP_TOKEN  xapp-…, an app-level token with the scope connections:write
  SLACK_BOT_TOKEN  xoxb-…, the bot user's token

Examples:
  bot                          run with the settings of .env
  bot --log-level=debug        also say why the bot was silent`
}

// Run runs the bot until ctx ends.
func (cmd *runCommand) Run(ctx context.Context, cl *commandLine, c console) error {
	log, err := cl.newLog(c.err)
	if err != nil {
		return err
	}
	config, err := readSlackConfig(cmd.APIURL)
	if err != nil {
		return err
	}
	channels, err := readChannels(cmd.Channels)
	if err != nil {
		return err
	}
	catchUp, err := readCatchUp(cmd.CatchUp)
	if err != nil {
		return err
	}
	keep, err := cmd.read()
	if err != nil {
		return err
	}
	httpAddr, err := readHTTPAddr(cmd.HTTPAddr)
	if err != nil {
		return err
	}
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	return serve(ctx, service{
		slack:       config,
		databaseURL: cmp.Or(cmd.DatabaseURL, defaultDatabaseURL),
		channels:    channels,
		catchUp:     catchUp,
		keep:        keep,
		base:        base,
		httpAddr:    httpAddr,
		timing:      handlers.DefaultTiming,
		log:         log,
	})
}

// readChannels reads a list of channel ids.
func readChannels(list string) ([]string, error) {
	channels := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	for _, id := range channels {
		if !strings.HasPrefix(id, "C") && !strings.HasPrefix(id, "G") && !strings.HasPrefix(id, "D") {
			return nil, fmt.Errorf("CHANNELS: %q is not a channel's id: copy it from the channel's details in Slack, it begins with C", id)
		}
	}
	return channels, nil
}

// readCatchUp reads how old an error may be that is answered late.
func readCatchUp(age string) (time.Duration, error) {
	d, err := time.ParseDuration(age)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("CATCH_UP: %q is no length of time: write it like 15m, 1h or 90s, or 0 to switch it off", age)
	}
	return d, nil
}

// service is everything that a running bot needs to know.
type service struct {
	slack       slackConfig
	databaseURL string
	channels    []string
	catchUp     time.Duration // see handlers.Config
	keep        store.Keep
	base        *kb.Base
	httpAddr    string // to serve metrics and probes at; "": nowhere
	timing      handlers.Timing
	sockets     socket.Timings // but Drain, which is drainWait
	log         *slog.Logger
	onReady     func()              // called when the bot is connected to Slack (again); may be nil
	onBot       func(*handlers.Bot) // called before the bot resumes its work; may be nil
}

// How long a stopping bot waits: for the acks of what it has recorded, and then
// for the calls under way. With a second each for the socket's goodbye, for a locked
// database and for giving leases back that is 9 s; container platforms kill a process
// after 10.
const (
	drainWait = 2 * time.Second
	closeWait = 4 * time.Second
)

// serve runs the bot until ctx ends, or until Slack says that a token is no
// good. It is the whole bot: tests run it as it is against a local Slack.
func serve(ctx context.Context, s service) error {
	db, err := store.OpenDatabase(ctx, s.databaseURL, s.timing.Lease)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer db.Close()
	w := newWatch(db)
	unwatch, err := w.listen(s.httpAddr)
	if err != nil {
		return err
	}
	defer unwatch()
	client := httpClient(s.timing.HTTPTimeout)
	api := slack.New(s.slack.BotToken,
		slack.OptionAppLevelToken(s.slack.AppToken),
		slack.OptionAPIURL(s.slack.APIURL),
		slack.OptionHTTPClient(client))
	self, err := handlers.WhoAmI(ctx, api, s.timing.Backoff, s.log)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return startError(err)
	}
	bot := handlers.New(handlers.Config{
		API: api, Self: self, Store: db, Base: s.base, Channels: s.channels, Log: s.log, Timing: s.timing, Metrics: w.set,
		Files:   handlers.FileAccess{Token: s.slack.BotToken, APIURL: s.slack.APIURL},
		History: handlers.HistoryAccess{Client: client, Token: s.slack.BotToken, APIURL: s.slack.APIURL},
		CatchUp: s.catchUp,
	})
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), closeWait)
		defer cancel()
		bot.Close(closing)
	}()
	if s.onBot != nil {
		s.onBot(bot)
	}
	if err := bot.Resume(ctx); err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	purging, stop := context.WithCancel(ctx)
	var purged sync.WaitGroup
	defer purged.Wait()
	defer stop()
	purged.Go(func() { handlers.PurgeDaily(purging, db, s.keep, s.timing.Purge, w.set, s.log) })
	return listen(ctx, bot, api, w, s)
}

// listen takes envelopes from Slack and hands them to the bot, until ctx ends or
// a token turns out to be no good.
func listen(ctx context.Context, bot *handlers.Bot, api *slack.Client, w *watch, s service) error {
	listening, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		select {
		case err := <-bot.Fatal():
			stop(tokenError("SLACK_BOT_TOKEN", err))
		case <-listening.Done():
		}
	}()
	s.sockets.Drain = drainWait
	client := socket.New(socket.Config{
		Open:     socket.Address(api),
		Recorder: recorder{bot},
		Replicas: strings.HasPrefix(s.databaseURL, "postgres"), // what several processes can share
		Timings:  s.sockets,
		Log:      s.log,
		OnUp: func(up bool) {
			w.ready.Store(up)
			bot.Connected(up)
		},
		OnReady: func(int) {
			s.log.Info("ready", "articles", len(s.base.Articles()))
			go debug.FreeOSMemory() // what starting took; an idle bot would keep it for long
			if s.onReady != nil {
				s.onReady()
			}
		},
	})
	w.sockets(client)
	if err := client.Run(listening); err != nil {
		return tokenError("SLACK_APP_TOKEN", err)
	}
	if cause := context.Cause(listening); !errors.Is(cause, context.Canceled) {
		return cause
	}
	s.log.Info("stopped listening")
	return nil
}

// recorder hands what the socket receives to the bot: neither knows the other.
type recorder struct{ bot *handlers.Bot }

func (r recorder) Record(e socket.Envelope, ack func()) { r.bot.Record(e.Type, e.Payload, ack) }

// startError says of the first answer of Slack's which setting it is about.
func startError(err error) error {
	if handlers.IsNoWebAPI(err) {
		return fmt.Errorf("SLACK_API_URL: %s", noWebAPI)
	}
	return tokenError("SLACK_BOT_TOKEN", err)
}

// noWebAPI is what to do when the address answers, but not as Slack does.
const noWebAPI = "there is no Web API at that address (HTTP 404): write http://HOST:PORT/api/, or leave it empty for Slack"

// tokenRemedy reports whether Slack refused a token for good, and says what Slack
// answers and what to do.
func tokenRemedy(err error) (remedy string, refused bool) {
	var refusal slack.SlackErrorResponse
	if !errors.As(err, &refusal) {
		return "", false
	}
	remedy, refused = token.Remedy(refusal.Err)
	return fmt.Sprintf("Slack answers %s: %s", refusal.Err, remedy), refused
}

// tokenError names the variable that holds the token, what Slack said of it, and
// what to do.
func tokenError(variable string, err error) error {
	if remedy, refused := tokenRemedy(err); refused {
		return fmt.Errorf("%s: %s", variable, remedy)
	}
	return err
}
