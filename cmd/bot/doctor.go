package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/kb"
	"apierrorbot/internal/store"
)

type doctorCommand struct {
	Channels    string `env:"CHANNELS" placeholder:"C1,C2" help:"Ids of the only channels to listen in. Default: wherever the bot is a member."`
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Where cases are kept: sqlite:PATH or postgres://… Default: sqlite:apierror-bot.db"`
	CatchUp     string `env:"CATCH_UP" default:"15m" placeholder:"TIME" help:"Errors that were written while the bot was away are answered when they are younger; 0 leaves them. Default: ${default}"`
	HTTPAddr    string `name:"http-addr" env:"HTTP_ADDR" placeholder:"HOST:PORT" help:"Serve /metrics, /healthz and /readyz there, such as 127.0.0.1:9090. Default: off."`
	APIURL      string `name:"slack-api-url" env:"SLACK_API_URL" placeholder:"URL" help:"Web API to use instead of Slack's."`
	keepSettings
}

func (cmd *doctorCommand) Help() string {
	return `Checks everything that can be checked from outside and names what cannot. It changes
nothing. Exit code 1 when something needs mending, or Slack could not be asked.

Example:
  bot doctor`
}

// scopes are the bot scopes that deploy/slack-app-manifest.yaml asks for, and
// what each is for.
var scopes = []struct{ name, use string }{
	{"app_mentions:read", "to be mentioned"},
	{"channels:history", "to read public channels"},
	{"groups:history", "to read private channels"},
	{"im:history", "to read direct messages"},
	{"chat:write", "to answer"},
	{"commands", "for /apierror"},
	{"files:read", "to read errors that were pasted as a file"},
	{"users:read", "to tell members from guests"},
}

// scopeNames are the scopes by name alone. The local Slack grants these and no
// others, so that whatever lacks one fails there too.
func scopeNames() []string {
	var names []string
	for _, s := range scopes {
		names = append(names, s.name)
	}
	return names
}

// events are the bot events that deploy/slack-app-manifest.yaml subscribes to.
var events = []string{"app_mention", "message.channels", "message.groups", "message.im"}

// diagnosis collects what doctor finds.
type diagnosis struct {
	table *tabwriter.Writer
	sick  bool
}

func (d *diagnosis) well(what, how string) { fmt.Fprintf(d.table, "ok\t%s\t%s\n", what, how) }

func (d *diagnosis) ill(what, remedy string) {
	d.sick = true
	fmt.Fprintf(d.table, "MEND\t%s\t%s\n", what, remedy)
}

func (d *diagnosis) look(what, where string) { fmt.Fprintf(d.table, "look\t%s\t%s\n", what, where) }

// setting reports wrong settings: an error with a line for each, which begins with
// the variable's name.
func (d *diagnosis) setting(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, remedy, _ := strings.Cut(line, " ")
		d.ill(strings.TrimSuffix(name, ":"), remedy)
	}
}

// Run makes every check, whatever became of the one before.
func (cmd *doctorCommand) Run(ctx context.Context, cl *commandLine, c console) error {
	d := &diagnosis{table: tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)}
	cmd.checkSettings(d, cl)
	checkArticles(d, cl)
	cmd.checkStore(ctx, d)
	cmd.checkSlack(ctx, d)
	d.look("event subscriptions", "app settings > Event Subscriptions > Subscribe to bot events: "+strings.Join(events, ", "))
	d.look("slash command", "app settings > Slash Commands: /apierror, with \"Escape channels, users, and links\" switched on")
	d.look("buttons", "app settings > Interactivity & Shortcuts: switched on")
	d.look("direct messages", "app settings > App Home > Messages Tab: switched on, not read-only")
	d.look("channels", "invite the bot to each channel that it should read")
	if err := d.table.Flush(); err != nil {
		return err
	}
	if d.sick {
		return errReported
	}
	return nil
}

func (cmd *doctorCommand) checkSettings(d *diagnosis, cl *commandLine) {
	if _, err := cl.newLog(io.Discard); err != nil {
		d.setting(err)
	}
	channels, err := readChannels(cmd.Channels)
	switch {
	case err != nil:
		d.setting(err)
	case len(channels) == 0:
		d.well("CHANNELS", "not set: listens wherever it is a member")
	default:
		d.well("CHANNELS", "listens in "+strings.Join(channels, ", ")+" only")
	}
	switch age, err := readCatchUp(cmd.CatchUp); {
	case err != nil:
		d.setting(err)
	case age == 0:
		d.well("CATCH_UP", "switched off: errors that were missed are not answered")
	default:
		d.well("CATCH_UP", fmt.Sprintf("errors that were missed are answered for %s", cmd.CatchUp))
	}
	if keep, err := cmd.read(); err != nil {
		d.setting(err)
	} else {
		d.well("KEEP_CASES", "keeps a case "+inDays(keep.Cases)+" after its last change")
		d.well("KEEP_AUDIT", "keeps who did what "+inDays(keep.Audit))
	}
	switch address, err := readHTTPAddr(cmd.HTTPAddr); {
	case err != nil:
		d.setting(err)
	case address == "":
		d.well("HTTP_ADDR", "not set: no metrics, no probes")
	default:
		d.well("HTTP_ADDR", "metrics and probes at "+address)
	}
	// Windows keeps permissions elsewhere.
	if info, err := os.Stat(envFile); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		d.ill(envFile, fmt.Sprintf("others on this machine can get at the tokens in it (mode %04o): chmod 600 %s", info.Mode().Perm(), envFile))
	}
}

func checkArticles(d *diagnosis, cl *commandLine) {
	base, err := cl.loadBase("")
	var problems kb.Problems
	switch {
	case err == nil:
		d.well("knowledge base", count(len(base.Articles()), "article"))
	case errors.As(err, &problems):
		d.ill("knowledge base", fmt.Sprintf("%d to mend: run bot kb check", len(problems)))
	default:
		d.setting(err) // of KB_DIR
	}
}

func (cmd *doctorCommand) checkStore(ctx context.Context, d *diagnosis) {
	unfinished, exists, err := store.Inspect(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL))
	switch {
	case err != nil:
		d.ill("DATABASE_URL", err.Error())
	case !exists:
		d.well("DATABASE_URL", "not there yet: the bot makes it when it starts")
	default:
		d.well("DATABASE_URL", fmt.Sprintf("can be written; replies not finished: %d", unfinished))
	}
}

// askSlack bounds each of the two calls, so that doctor ends while its reader is
// still there.
const askSlack = 10 * time.Second

// checkSlack checks each token on its own: a wrong one says nothing about the
// other.
func (cmd *doctorCommand) checkSlack(ctx context.Context, d *diagnosis) {
	address, err := checkAPIURL(cmd.APIURL)
	if err != nil {
		d.setting(err)
		return
	}
	config := slackConfig{AppToken: os.Getenv(appToken.variable), BotToken: os.Getenv(botToken.variable)}
	api := slack.New(config.BotToken, slack.OptionAppLevelToken(config.AppToken),
		slack.OptionAPIURL(address), slack.OptionHTTPClient(&http.Client{Timeout: askSlack}))
	if err := botToken.check(config.BotToken); err != nil {
		d.setting(err)
	} else if who, err := api.AuthTestContext(ctx); err != nil {
		if !d.refused(botToken, err) {
			return
		}
	} else {
		d.well(botToken.variable, fmt.Sprintf("%s in %s", who.User, who.Team))
		checkScopes(d, who.Header.Get("X-OAuth-Scopes"))
	}
	if err := appToken.check(config.AppToken); err != nil {
		d.setting(err)
	} else if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		d.refused(appToken, err)
	} else {
		d.well(appToken.variable, "opens a Socket Mode connection")
	}
}

// refused reports why a call with a token failed. It is false when that says
// nothing about the token, because Slack could not be asked.
func (d *diagnosis) refused(t slackToken, err error) bool {
	var limited *slack.RateLimitedError
	var refusal slack.SlackErrorResponse
	remedy, refused := tokenRemedy(err)
	switch {
	case refused:
		d.ill(t.variable, remedy)
	case handlers.IsNoWebAPI(err):
		d.ill("SLACK_API_URL", noWebAPI)
	case errors.As(err, &limited):
		d.ill("Slack", fmt.Sprintf("limits how often it may be asked, so tokens were not checked: run this again in %s", limited.RetryAfter))
	case errors.As(err, &refusal):
		d.ill("Slack", "answers "+refusal.Err+", so tokens were not checked: run this again in a while")
	default:
		d.ill("Slack", "cannot be reached ("+handlers.KindOf(err)+"), so tokens were not checked: look at the network, at HTTPS_PROXY, and at https://slack-status.com")
	}
	return refused
}

// checkScopes compares the scopes that Slack names in each answer with those
// that the bot uses.
func checkScopes(d *diagnosis, header string) {
	if header == "" {
		d.look("scopes", "Slack did not name them: app settings > OAuth & Permissions > Bot Token Scopes")
		return
	}
	granted := make(map[string]bool)
	for _, s := range strings.Split(header, ",") {
		granted[strings.TrimSpace(s)] = true
	}
	missing := 0
	for _, s := range scopes {
		if !granted[s.name] {
			missing++
			d.ill("scope "+s.name, "needed "+s.use+": add it under OAuth & Permissions and install the app again")
		}
	}
	if missing == 0 {
		d.well("scopes", "all that the bot uses")
	}
}
