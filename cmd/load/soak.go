package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

type soakCommand struct {
	Messages int     `default:"1000000" help:"How many messages."`
	Chat     float64 `default:"0.9" help:"Share of ordinary chat."`
	Rows     int     `default:"10" help:"How often to look."`
	JSON     bool    `help:"Print each row as a JSON object, one a line."`
}

func (*soakCommand) Help() string {
	return `Examples:
  go run ./cmd/load soak                                  a million messages, ten rows
  go run ./cmd/load soak --messages 20000 --rows 4        a quick look`
}

// Validate refuses what makes no sense.
func (cmd *soakCommand) Validate() error {
	if min(cmd.Messages, cmd.Rows) < 1 {
		return errors.New("--messages and --rows must be at least 1")
	}
	return nil
}

// soakRow is what the bot used and did since the row before.
type soakRow struct {
	Messages   int     `json:"messages"` // since the start
	Replies    int     `json:"replies"`
	PerSecond  float64 `json:"per_s"`
	AckP99     float64 `json:"ack_p99_ms"`
	AnswerP99  float64 `json:"answer_p99_ms"`
	Memory     float64 `json:"memory_mb"`
	Goroutines int     `json:"goroutines"`
	Files      int     `json:"files"`
	Database   float64 `json:"database_mb"`
	NotAcked   int     `json:"not_acked"`
}

// Run sends very many messages and prints what the bot uses, every now and then: nothing of it should grow but the
// database, which is bounded by what is kept.
func (cmd *soakCommand) Run(ctx context.Context, lab *lab) error {
	probe, err := freeAddress()
	if err != nil {
		return err
	}
	l := defaults()
	l.Chat = cmd.Chat
	return lab.withRig(ctx, l, []string{"HTTP_ADDR=" + probe}, func(ctx context.Context, r *rig) error {
		send, err := r.sender(ctx)
		if err != nil {
			return err
		}
		cmd.printHead()
		for sent := 0; sent < cmd.Messages; {
			n := min((cmd.Messages+cmd.Rows-1)/cmd.Rows, cmd.Messages-sent)
			sent += n
			row, err := r.soak(ctx, send, n, probe)
			if err != nil {
				return err
			}
			row.Messages = sent
			if err := cmd.print(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// soak sends n messages and looks at what that left.
func (r *rig) soak(ctx context.Context, send func(context.Context, *limit) error, n int, probe string) (row soakRow, err error) {
	r.forgetFigures()
	before, err := r.look()
	if err != nil {
		return row, err
	}
	if err := errors.Join(send(ctx, counting(n)), r.strays()); err != nil {
		return row, err
	}
	after, err := r.look()
	if err != nil {
		return row, err
	}
	res := r.figures()
	row = soakRow{
		Replies: res.Replies, PerSecond: float64(n) / after.at.Sub(before.at).Seconds(), AckP99: res.Ack.P99, AnswerP99: res.Answer.P99,
		Memory: after.bots.resident, Files: after.bots.files, NotAcked: after.notAcked - before.notAcked,
	}
	if row.Goroutines, err = goroutines(ctx, probe); err != nil {
		return row, err
	}
	row.Database, err = databaseSize(r.Database)
	return row, err
}

// The rows come minutes apart, so their columns are as wide as their heads.
func (cmd *soakCommand) printHead() {
	if !cmd.JSON {
		fmt.Println(machine())
		fmt.Println("  messages  replies  msg/s  ack p99 ms  answer p99 ms  memory MB  goroutines  files  database MB  not acked")
	}
}

func (cmd *soakCommand) print(r soakRow) error {
	if cmd.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	_, err := fmt.Printf("%10d %8d %6.0f %11.1f %14.1f %10.1f %11d %6d %12.1f %10d\n",
		r.Messages, r.Replies, r.PerSecond, r.AckP99, r.AnswerP99, r.Memory, r.Goroutines, r.Files, r.Database, r.NotAcked)
	return err
}

// databaseSize returns how large an SQLite database is, in MB, with its log.
func databaseSize(url string) (float64, error) {
	var sum int64
	path := strings.TrimPrefix(url, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) && file != path {
			continue // there is none just now
		}
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return float64(sum) / (1 << 20), nil
}
