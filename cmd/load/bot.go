package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bot is a running bot process.
type bot struct {
	cmd   *exec.Cmd
	ready time.Duration // from its start until it was connected
	log   *os.File
}

// startBot starts a bot and waits until it is connected to Slack.
func startBot(ctx context.Context, binary, dir string, env []string) (*bot, error) {
	log, err := os.CreateTemp(dir, "bot-*.log")
	if err != nil {
		return nil, err
	}
	out, in, err := os.Pipe() // its log passes through here, so that "ready" is seen at once
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LOG_LEVEL=info"}, env...)
	cmd.Stderr = in
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	in.Close()
	b := &bot{cmd: cmd, log: log}
	ready := make(chan time.Duration, 1)
	go copyLog(out, log, func() { ready <- time.Since(started) })
	select {
	case b.ready = <-ready:
		return b, nil
	case <-time.After(5 * time.Minute):
		b.stop()
		return nil, fmt.Errorf("the bot did not get ready: its log is %s", log.Name())
	case <-ctx.Done():
		b.stop()
		return nil, ctx.Err()
	}
}

// copyLog copies a bot's log into a file, and calls ready at its line "ready".
func copyLog(from io.ReadCloser, to io.Writer, ready func()) {
	defer from.Close()
	seen := false
	for lines := bufio.NewScanner(from); lines.Scan(); {
		if !seen && strings.Contains(lines.Text(), "msg=ready") {
			seen = true
			ready()
		}
		fmt.Fprintln(to, lines.Text())
	}
}

// stop ends the bot as an operator does, and fails if it did not end well.
func (b *bot) stop() error {
	defer b.log.Close()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := b.cmd.Wait(); err != nil {
		return fmt.Errorf("the bot ended with %w: its log is %s", err, b.log.Name())
	}
	return nil
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
func goroutines(addr string) (int, error) {
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.Atoi(n)
		}
	}
	return 0, errors.New("the bot's /metrics have no go_goroutines")
}
