package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/store"
)

type doctorCommand struct {
	DatabaseURL string `env:"DATABASE_URL" placeholder:"sqlite:PATH" help:"Where cases are kept. Default: sqlite:apierror-bot.db"`
	APIURL      string `name:"slack-api-url" env:"SLACK_API_URL" placeholder:"URL" help:"Web API to use instead of Slack's."`
}

func (cmd *doctorCommand) Help() string {
	return `Checks everything that can be checked from outside and names what cannot.
Exit code 1 when something needs mending.

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
	{"users:read", "to tell members from guests"},
}

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

// Run makes every check, whatever became of the one before.
func (cmd *doctorCommand) Run(ctx context.Context, cl *commandLine, c console) error {
	d := &diagnosis{table: tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)}
	if base, err := cl.loadBase(""); err != nil {
		d.ill("knowledge base", "run bot kb check")
	} else {
		d.well("knowledge base", fmt.Sprintf("%d articles", len(base.Articles())))
	}
	cmd.checkStore(ctx, d)
	cmd.checkSlack(ctx, d)
	d.look("event subscriptions", "app settings > Event Subscriptions > Subscribe to bot events: app_mention, message.channels, message.groups, message.im")
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

func (cmd *doctorCommand) checkStore(ctx context.Context, d *diagnosis) {
	db, err := store.OpenDatabase(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL))
	if err != nil {
		d.ill("DATABASE_URL", err.Error())
		return
	}
	defer db.Close()
	unfinished, err := db.Unfinished(ctx)
	if err != nil {
		d.ill("DATABASE_URL", err.Error())
		return
	}
	d.well("DATABASE_URL", fmt.Sprintf("can be written; %d replies not finished", len(unfinished)))
}

func (cmd *doctorCommand) checkSlack(ctx context.Context, d *diagnosis) {
	config, err := readSlackConfig(cmd.APIURL)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			name, remedy, _ := strings.Cut(line, " ")
			d.ill(name, remedy)
		}
		return
	}
	api := slack.New(config.BotToken, slack.OptionAppLevelToken(config.AppToken),
		slack.OptionAPIURL(config.APIURL), slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
	if who, err := api.AuthTestContext(ctx); err != nil {
		d.ill("SLACK_BOT_TOKEN", tokenError("SLACK_BOT_TOKEN", err).Error())
	} else {
		d.well("SLACK_BOT_TOKEN", fmt.Sprintf("%s in %s", who.User, who.Team))
		checkScopes(d, who.Header.Get("X-OAuth-Scopes"))
	}
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		d.ill("SLACK_APP_TOKEN", tokenError("SLACK_APP_TOKEN", err).Error())
	} else {
		d.well("SLACK_APP_TOKEN", "opens a Socket Mode connection")
	}
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
