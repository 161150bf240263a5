// Command load measures the bot under load: it starts a local Slack in its own process, a built bot in
// another one, sends messages as a workspace would, and says what they cost the bot.
//
// One run is a workspace (workspace.go: the local Slack, people, channels), one or more bots (bot.go: processes
// whose processor time and memory are read from /proc), and a load (load.go): either closed, where a number of
// messages is in flight and each that is done is followed by the next, or open, where so many come in a second
// whatever becomes of them. An error is done when its reply stands in its thread; chat is done when it is acked.
//
// The sub-commands are one run with every setting (run), the table of docs/performance.md (table), its curves, each
// of which changes one thing and keeps the rest (curves), and a long run that looks for growth (soak).
//
// It is a program of its own, so that nothing of it is in the bot. It needs Linux, for /proc.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"
)

type commandLine struct {
	Bot string `placeholder:"PATH" help:"A built bot to measure. Default: ./cmd/bot is built."`

	Run    runCommand    `cmd:"" help:"One load with every setting."`
	Table  tableCommand  `cmd:"" help:"The table of docs/performance.md."`
	Curves curvesCommand `cmd:"" help:"How the cost grows with articles, cases, channels and so on."`
	Soak   soakCommand   `cmd:"" help:"A long run: what grows?"`
}

// Help shows what people do first.
func (*commandLine) Help() string {
	return `Run it where the bot's source is. Examples:
  go run ./cmd/load table                                 the standard loads, three times each
  go run ./cmd/load run --chat 0.9 --rate 1000            a thousand messages a second, 90 % of them chat
  go run ./cmd/load run --latency 50ms --json             errors only, each call to Slack takes 50 ms
  go run ./cmd/load curves articles                       9 to 10,000 articles
  go run ./cmd/load soak --messages 1000000`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cl commandLine
	parsed := kong.Parse(&cl,
		kong.Name("load"),
		kong.Description("Measures the bot under load."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)))
	scratch, err := os.MkdirTemp("", "apierror-load")
	if err == nil {
		defer os.RemoveAll(scratch)
		err = cl.build(ctx, scratch)
	}
	if err == nil {
		err = parsed.Run(&lab{bot: cl.Bot, scratch: scratch})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.RemoveAll(scratch)
		os.Exit(1)
	}
}

// build builds the bot, unless one was given.
func (cl *commandLine) build(ctx context.Context, dir string) error {
	if cl.Bot != "" {
		return nil
	}
	cl.Bot = filepath.Join(dir, "bot")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", cl.Bot, "./cmd/bot").CombinedOutput(); err != nil {
		return fmt.Errorf("building ./cmd/bot: run this where the source is, or name a bot with --bot: %w\n%s", err, out)
	}
	return nil
}

// lab is what all runs share.
type lab struct {
	bot     string // path of the binary
	scratch string // folder for databases
	runs    int    // so far
}
