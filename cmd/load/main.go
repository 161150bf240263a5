// Command load measures what a load costs the bot: it starts a local Slack in its own process and a built bot in another
// one, has people write and click as a workspace would, and prints how much was done in a second, for how much
// processor time and memory, and how long people waited.
//
// One run (rig.go) is a workspace (workspace.go: the local Slack, people, channels), one or more bots (bot.go), and
// what is sent (load.go has the settings, send.go sends, messages.go and chat.go hold what is written). The load is one
// of three:
//
//   - closed: a number of messages is in flight, and each that is done is followed by the next. How many get done in a
//     second is the bot's throughput.
//   - open (--rate): so many come in a second, whatever becomes of them, as people do. Latencies count from the moment
//     at which a message was due, so that what waits behind a slow one counts as slow too.
//   - clicks (--clickers): everybody sets a step of a checklist, waits until the message shows it, takes it back.
//
// An error is done when it is acked and its reply stands in its thread, chat when it is acked. Processor time and memory
// are the kernel's figures for the bot's process (/proc). What the load and the local Slack use themselves stands
// beside: it has to stay below the bot's, or both wait for the same cores and the load measures itself.
// A run whose bot answers chat, or replies twice, fails: its figures would be of other work.
//
// The sub-commands are one run with every setting (run), the table of docs/performance.md (table), its curves, each
// of which changes one thing and keeps the rest (curves), and a long run that looks for growth (soak).
//
// It is a program of its own, so that nothing of it is in the bot. It needs Linux, for /proc.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
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
  go run ./cmd/load curves articles                       9 to 10,000 articles
  go run ./cmd/load soak                                  a million messages
  go run ./cmd/load --bot=/tmp/bot table                  a bot that was built before`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	debug.SetGCPercent(200) // memory is cheap here, and processor time is what the bot must have
	var cl commandLine
	parsed := kong.Parse(&cl,
		kong.Name("load"),
		kong.Description("Measures the bot under load."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)))
	err := cl.inScratch(func(scratch string) error {
		if err := cl.build(ctx, scratch); err != nil {
			return err
		}
		return parsed.Run(&lab{bot: cl.Bot, scratch: scratch})
	})
	if ctx.Err() != nil {
		err = errors.Join(err, errors.New("interrupted: what it had started is stopped"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// inScratch hands work a folder and removes it afterwards, with all but what failed runs left in theirs.
func (cl *commandLine) inScratch(work func(scratch string) error) error {
	scratch, err := os.MkdirTemp("", "apierrorbot-load-")
	if err != nil {
		return err
	}
	err = work(scratch)
	os.Remove(filepath.Join(scratch, builtBot))
	os.Remove(scratch) // fails when there is something left in it, which an error has named
	return err
}

// builtBot is the file in the scratch folder that the bot is built into.
const builtBot = "bot"

// build builds the bot, unless one was given.
func (cl *commandLine) build(ctx context.Context, scratch string) error {
	if cl.Bot != "" {
		path, err := filepath.Abs(cl.Bot) // each bot runs in a folder of its own
		cl.Bot = path
		return err
	}
	cl.Bot = filepath.Join(scratch, builtBot)
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", cl.Bot, "./cmd/bot").CombinedOutput(); err != nil {
		return fmt.Errorf("building ./cmd/bot: run this where the source is, or name a bot with --bot: %w\n%s", err, out)
	}
	return nil
}
