package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// How long a bot may take: to be connected (the curves' largest databases take a while), and to end (it says 9 s itself).
const (
	startPatience = 5 * time.Minute
	stopPatience  = 15 * time.Second
)

// bot is a running bot process.
type bot struct {
	cmd      *exec.Cmd
	ready    time.Duration // from its start until it was connected
	log      *os.File
	stopping atomic.Bool
	unasked  bool          // it ended before it was told to; to be read when ended is closed
	ended    chan struct{} // closed when the process has ended
}

// startBot starts a bot and waits until it is connected to Slack. Its log goes to a file in dir, where it also runs.
// When it ends without being told to, died hears how.
func startBot(ctx context.Context, binary, dir string, env []string, died func(error)) (*bot, error) {
	log, err := os.CreateTemp(dir, "bot-*.log")
	if err != nil {
		return nil, err
	}
	out, in, err := os.Pipe() // its log passes through here, so that "ready" is seen at once
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	b := &bot{cmd: exec.CommandContext(ctx, binary), log: log, ended: make(chan struct{})}
	b.cmd.Dir = dir
	b.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LOG_LEVEL=info"}, env...)
	b.cmd.Stderr = in
	b.cmd.Cancel = func() error { return b.cmd.Process.Signal(os.Interrupt) }
	b.cmd.WaitDelay = stopPatience
	started := time.Now()
	err = b.cmd.Start()
	in.Close() // the bot alone holds it now: the log ends when the bot does
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the bot: %w: name a built one with --bot", err), out.Close(), log.Close())
	}
	ready := make(chan time.Duration, 1)
	go func() {
		copyLog(out, log, func() { ready <- time.Since(started) })
		b.cmd.Wait() // its ProcessState tells
		log.Close()
		if b.unasked = !b.stopping.Load(); b.unasked {
			died(b.failure("unasked"))
		}
		close(b.ended)
	}()
	select {
	case b.ready = <-ready:
		return b, nil
	case <-b.ended:
		return nil, b.failure("unasked")
	case <-time.After(startPatience):
		return nil, errors.Join(fmt.Errorf("the bot was not connected after %s", startPatience), b.stop())
	case <-ctx.Done():
		b.stop()
		return nil, ctx.Err()
	}
}

// copyLog copies a bot's log into a file until it ends, and calls ready at its first line "ready".
func copyLog(from io.ReadCloser, to io.Writer, ready func()) {
	defer from.Close()
	seen := false
	for lines := bufio.NewReader(from); ; {
		line, err := lines.ReadString('\n')
		if !seen && strings.Contains(line, "msg=ready") {
			seen = true
			ready()
		}
		io.WriteString(to, line)
		if err != nil {
			return
		}
	}
}

// stop ends the bot as an operator does, and fails if it did not end well. Of a bot that ended before, died has heard.
func (b *bot) stop() error {
	b.stopping.Store(true)
	b.cmd.Process.Signal(syscall.SIGTERM) // if it has ended already, ended says so
	select {
	case <-b.ended:
	case <-time.After(stopPatience):
		b.cmd.Process.Kill()
		<-b.ended
	}
	if !b.unasked && !b.cmd.ProcessState.Success() {
		return b.failure("when it was stopped")
	}
	return nil
}

// failure says how the bot ended, and what it said last.
func (b *bot) failure(when string) error {
	return fmt.Errorf("the bot ended %s (%s); the end of its log:\n%s", when, b.cmd.ProcessState, lastLines(b.log.Name(), 5))
}

// lastLines returns the last n lines of a file.
func lastLines(path string, n int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// usage is what a process has used.
type usage struct {
	cpu      time.Duration // user and system
	resident float64       // MB, now
	peak     float64       // MB, the most since its start
	files    int           // open handles
}

// clockTick is the unit of times in /proc/PID/stat: USER_HZ is 100 on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// readUsage reads a process's usage from /proc (proc_pid_stat(5), proc_pid_status(5)).
func readUsage(pid int) (usage, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return usage{}, err
	}
	// The second field is the name in brackets, which may hold spaces. utime and stime are the 14th and 15th.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return usage{}, fmt.Errorf("%s/stat is not as proc_pid_stat(5) says", dir)
	}
	var u usage
	for _, f := range fields[11:13] {
		ticks, err := strconv.Atoi(f)
		if err != nil {
			return usage{}, err
		}
		u.cpu += time.Duration(ticks) * clockTick
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return usage{}, err
	}
	u.resident, u.peak = megabytes(status, "VmRSS:"), megabytes(status, "VmHWM:")
	handles, err := os.ReadDir(filepath.Join(dir, "fd"))
	u.files = len(handles)
	return u, err
}

func megabytes(status []byte, name string) float64 {
	_, rest, _ := strings.Cut(string(status), name)
	kB, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseFloat(kB, 64)
	return n / 1024
}

// goroutines asks a bot's /metrics.
func goroutines(ctx context.Context, addr string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.Atoi(n)
		}
	}
	return 0, errors.New("the bot's /metrics have no go_goroutines: build the bot from the same source as this")
}

// freeAddress returns an address of the loopback interface that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
