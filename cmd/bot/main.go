// Command bot answers API errors in Slack. Without a sub-command it runs against
// Slack (or against whatever SLACK_API_URL names) until it gets SIGTERM or an
// interrupt. The other sub-commands try it out locally (demo), ask the knowledge
// base from a terminal (explain, replay), check what authors wrote (kb) and what
// operators configured (doctor).
//
// This package is the wiring: configuration, sub-commands, signals and exit
// codes. What the bot does stands in internal/handlers.
//
// Settings come from flags, from environment variables and from a file .env in
// the working directory, in this order of precedence. Tokens come from the
// environment only: flags can be seen by everybody on the machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/joho/godotenv"
)

// Exit codes. Scripts may rely on them.
const (
	exitOK       = 0
	exitFailed   = 1 // something is wrong: one line on standard error says what, and what to do
	exitUsage    = 2 // the command line makes no sense
	exitNegative = 3 // explain found no article, or a line of a report failed
)

// envFile may hold settings, tokens among them.
const envFile = ".env"

// errNegative makes a command end with exitNegative; it has printed why.
var errNegative = errors.New("the answer is no")

// errReported makes a command end with exitFailed; it has printed why.
var errReported = errors.New("problems were reported")

type commandLine struct {
	KBDir     string `name:"kb-dir" env:"KB_DIR" placeholder:"DIR" help:"Folder of articles. Default: the articles in the binary."`
	LogLevel  string `env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string `env:"LOG_FORMAT" default:"text" help:"text or json."`

	Run     runCommand     `cmd:"" default:"1" help:"Answer API errors in Slack (this is what happens without a command)."`
	Demo    demoCommand    `cmd:"" help:"Try the bot in a local Slack: a page in your browser, no account needed."`
	Explain explainCommand `cmd:"" help:"Explain an API error in the terminal."`
	Replay  replayCommand  `cmd:"" help:"Run an archive of messages against the articles."`
	KB      kbCommand      `cmd:"" name:"kb" help:"Check or list the knowledge base."`
	Gaps    gapsCommand    `cmd:"" help:"List the errors that no article is about."`
	Audit   auditCommand   `cmd:"" help:"List who did what."`
	Forget  forgetCommand  `cmd:"" help:"Forget a user, a channel or a message."`
	Backup  backupCommand  `cmd:"" help:"Write a copy of the database, while the bot runs."`
	Doctor  doctorCommand  `cmd:"" help:"Check tokens, scopes and the database, and say what to fix."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// Help shows what people do first.
func (*commandLine) Help() string {
	return `Examples:
  bot demo --open                         try it in a local Slack, without an account
  bot explain '403 FORBIDDEN'             look an error up in the terminal
  bot doctor                              check the settings before the first run
  bot                                     run it against Slack, with the settings of .env
  bot kb check kb                         check the articles that you are writing`
}

// console is where a command reads from and writes to.
type console struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr}))
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, c console) int {
	if err := godotenv.Load(envFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		// The error of a parser repeats what it could not read, and that is a
		// file of secrets.
		fmt.Fprintln(c.err, "bot: .env: cannot be read: write one NAME=value a line, as in .env.example")
		return exitFailed
	}
	var cl commandLine
	exit := -1
	parser, err := kong.New(&cl,
		kong.Name("bot"),
		kong.Description("A Slack bot that answers API errors with their cause, a checklist and the fix."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		panic(err) // the tags above are wrong
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help was given and is done
		return exit
	}
	if err != nil {
		fmt.Fprintf(c.err, "bot: %v: see bot --help\n", err)
		return exitUsage
	}
	switch err := parsed.Run(&cl); {
	case err == nil:
		return exitOK
	case errors.Is(err, errNegative):
		return exitNegative
	case errors.Is(err, errReported):
		return exitFailed
	default:
		fmt.Fprintf(c.err, "bot: %v\n", err)
		return exitFailed
	}
}
