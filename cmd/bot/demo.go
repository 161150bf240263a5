package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/slacksim"
)

type demoCommand struct {
	Addr       string `default:"127.0.0.1:0" help:"Address of the page: a loopback address; port 0 takes a free one."`
	Open       bool   `help:"Open the page in your browser."`
	NoExamples bool   `help:"Leave out the ready-made error messages."`
	NoBot      bool   `help:"Leave out the bot, and print the settings for running one of your own against it."`
}

func (cmd *demoCommand) Help() string {
	return `A local Slack with a page, and this bot connected to it over Socket Mode, exactly as
it would connect to Slack. Nothing leaves this machine, and nothing is kept.

Examples:
  bot demo --open
  KB_DIR=./kb bot demo      with the articles that you are writing
  bot demo --no-bot         the local Slack alone: prints how to run a bot against it`
}

// Run serves the local Slack, and the bot in it, until ctx ends.
func (cmd *demoCommand) Run(ctx context.Context, cl *commandLine, c console) error {
	log, err := cl.newLog(c.err)
	if err != nil {
		return err
	}
	config := slacksim.Config{Addr: cmd.Addr, Log: log, Commands: demoCommands, Scopes: scopeNames()}
	if !cmd.NoExamples {
		config.Examples = examples
	}
	sim, err := slacksim.New(config)
	if err != nil {
		return demoError(cmd.Addr, err)
	}
	defer sim.Close()
	if cmd.NoBot {
		cmd.announce(sim.URL(), c, log)
		fmt.Fprintf(c.out, "Run a bot against it:\n  SLACK_API_URL=%s/api/ SLACK_APP_TOKEN=%s SLACK_BOT_TOKEN=%s bot\n",
			sim.URL(), sim.AppToken(), sim.BotToken())
		<-ctx.Done()
		return nil
	}
	return cmd.runBot(ctx, cl, c, sim, log)
}

// runBot runs the bot in the local Slack, with a database that is thrown away.
func (cmd *demoCommand) runBot(ctx context.Context, cl *commandLine, c console, sim *slacksim.Server, log *slog.Logger) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "apierror-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return serve(ctx, service{
		slack:       slackConfig{AppToken: sim.AppToken(), BotToken: sim.BotToken(), APIURL: sim.URL() + "/api/"},
		databaseURL: "sqlite:" + filepath.Join(dir, "demo.db"),
		catchUp:     15 * time.Minute,
		keep:        defaultKeep,
		base:        base,
		timing:      handlers.DefaultTiming,
		log:         log,
		// It connects again whenever the connection is replaced.
		onReady: sync.OnceFunc(func() { go cmd.announce(sim.URL(), c, log) }),
	})
}

// demoCommands are the app's slash commands, as in deploy/slack-app-manifest.yaml.
var demoCommands = []slacksim.Command{{
	Command: "/apierror", Usage: "[status, code or words] · list · help", Description: "Look up an API error", Escape: true,
}}

// announce prints the page's address, and opens it where that is wanted.
func (cmd *demoCommand) announce(url string, c console, log *slog.Logger) {
	fmt.Fprintf(c.out, "The local Slack is at %s (stop it with Ctrl-C)\n", url)
	if !cmd.Open {
		return
	}
	if err := openBrowser(url); err != nil {
		log.Warn("cannot open a browser: open the address by hand", "error", err)
	}
}

// openBrowser opens an address with the command that each system has for it.
func openBrowser(url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", url).Run()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", url).Run()
	default:
		return exec.Command("xdg-open", url).Run()
	}
}

// demoError says what is wrong with the address, the one thing that can be wrong
// with a local Slack.
func demoError(addr string, err error) error {
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("--addr: cannot listen on %s (%w): choose another port, or 127.0.0.1:0 for a free one", addr, network.Err)
	}
	return fmt.Errorf("--addr: %w", err)
}
