package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// BenchmarkReply measures one message, from the moment the local Slack has it to
// the moment the reply stands in its thread: the bot's own time and the local
// Slack's together, with everything stored durably.
func BenchmarkReply(b *testing.B) {
	bot := newTestBot(b, slacksim.Config{TrafficSize: -1})
	text := outcomeBody("TOO_MANY_REQUESTS")
	b.ReportAllocs()
	for b.Loop() {
		ts := bot.say("asha", channel, text, "")
		bot.reply(channel, ts, 1)
	}
}

// BenchmarkClick measures one click, until the message shows it.
func BenchmarkClick(b *testing.B) {
	bot := newTestBot(b, slacksim.Config{TrafficSize: -1})
	ts := bot.say("asha", channel, outcomeBody("TOO_MANY_REQUESTS"), "")
	reply := bot.reply(channel, ts, 1)
	label, sign := "Mark done", "1 of 2 done"
	b.ReportAllocs()
	for b.Loop() {
		if err := bot.sim.Click("asha", channel, reply.TS, stepButton(b, reply, label, 0)); err != nil {
			b.Fatal(err)
		}
		bot.await("the click", func() bool {
			reply, _ = bot.sim.Message(channel, reply.TS)
			return strings.Contains(string(reply.Blocks), sign)
		})
		if label, sign = "Undo", "0 of 2 done"; strings.Contains(string(reply.Blocks), "0 of 2 done") {
			label, sign = "Mark done", "1 of 2 done"
		}
	}
}

// BenchmarkStart measures a built binary: how long from its start until it is
// connected, and how much memory it has then (resident, in MB).
func BenchmarkStart(b *testing.B) {
	sim, err := slacksim.New(slacksim.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	dir := b.TempDir()
	binary := filepath.Join(dir, "bot")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var memory float64
	n := 0
	for b.Loop() {
		n++
		cmd := exec.Command(binary)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SLACK_API_URL="+sim.URL()+"/api/", "SLACK_APP_TOKEN="+sim.AppToken(),
			"SLACK_BOT_TOKEN="+sim.BotToken(), fmt.Sprintf("DATABASE_URL=sqlite:%s/%d.db", dir, n))
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if err := sim.Await(b.Context(), func() bool { return sim.Sockets() == 1 }); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		memory += residentMB(b, cmd.Process.Pid)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			b.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
		if err := sim.Await(b.Context(), func() bool { return sim.Sockets() == 0 }); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(n), "ms-until-ready")
	b.ReportMetric(memory/float64(n), "MB-resident")
}

// residentMB reads a process's resident memory from /proc; where there is none,
// it is 0.
func residentMB(b *testing.B, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kB) / 1024
		}
	}
	return 0
}
