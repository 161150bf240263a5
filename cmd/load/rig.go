package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"apierrorbot/internal/slacksim"
)

// lab is what all runs share.
type lab struct {
	bot     string // path of the binary
	scratch string // folder for the runs' folders
	runs    int    // so far
}

// rig is a load that is set up: a workspace, and the bots in it.
type rig struct {
	load
	*workspace
	bots []*bot
}

// withRig sets a load up, has it worked on and tears it down. The context of work ends when a bot does. A run's folder
// is removed when all went well; otherwise it stays if there is anything in it, such as the bots' logs, and the error
// names it.
func (lab *lab) withRig(ctx context.Context, l load, env []string, work func(context.Context, *rig) error) error {
	if err := l.Validate(); err != nil {
		return err
	}
	lab.runs++
	dir := filepath.Join(lab.scratch, fmt.Sprint("run", lab.runs))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	working, died := context.WithCancelCause(ctx)
	defer died(nil)
	r, err := lab.setUp(ctx, l, dir, env, died)
	if err == nil {
		err = work(working, r)
		stopped := r.tearDown()
		if cause := context.Cause(working); cause != nil {
			err = cause // whatever work made of it
		}
		err = errors.Join(err, stopped)
	}
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	if os.Remove(dir) == nil { // it was empty
		return err
	}
	return fmt.Errorf("%w\nThe logs of this run are kept in %s: read them, then remove the folder", err, dir)
}

// setUp starts the local Slack and the bots. died hears why a bot ended that was not told to.
func (lab *lab) setUp(ctx context.Context, l load, dir string, env []string, died func(error)) (*rig, error) {
	if l.Database == "" {
		l.Database = "sqlite:" + filepath.Join(dir, "bot.db")
	}
	if l.Cases > 0 {
		if err := fillCases(ctx, l.Database, l.Cases, l.Days, l.Channels); err != nil {
			return nil, err
		}
	}
	if l.Articles > 0 {
		kb := filepath.Join(dir, "kb")
		if err := writeArticles(kb, l.Articles); err != nil {
			return nil, err
		}
		env = append(env, "KB_DIR="+kb)
	}
	w, err := newWorkspace(l.People, l.Channels)
	if err != nil {
		return nil, err
	}
	r := &rig{load: l, workspace: w}
	env = append(env, "SLACK_API_URL="+w.URL()+"/api/", "SLACK_APP_TOKEN="+w.AppToken(), "SLACK_BOT_TOKEN="+w.BotToken(),
		"DATABASE_URL="+l.Database)
	for range l.Replicas {
		b, err := startBot(ctx, lab.bot, dir, env, died)
		if err != nil {
			return nil, errors.Join(err, r.tearDown())
		}
		r.bots = append(r.bots, b)
	}
	return r, nil
}

// tearDown stops everything. Only then is it certain that the bot has said nothing that it should not have.
func (r *rig) tearDown() error {
	var errs []error
	for _, b := range r.bots {
		errs = append(errs, b.stop())
	}
	return errors.Join(append(errs, r.strays(), r.Close())...)
}

// usage adds up what all bots have used.
func (r *rig) usage() (sum usage, err error) {
	for _, b := range r.bots {
		u, err := readUsage(b.cmd.Process.Pid)
		if err != nil {
			return sum, err
		}
		sum.cpu += u.cpu
		sum.resident += u.resident
		sum.peak += u.peak
		sum.files += u.files
	}
	return sum, nil
}

// moment is how far things have come.
type moment struct {
	at       time.Time
	bots     usage
	own      usage // of this process
	done     tally
	notAcked int
}

func (r *rig) look() (m moment, err error) {
	m.at, m.done, m.notAcked = time.Now(), r.done(), r.Acks().Failed
	if m.bots, err = r.usage(); err != nil {
		return m, err
	}
	m.own, err = readUsage(os.Getpid())
	return m, err
}

// measure runs a load once. When anything is wrong about the run there are no figures.
func (lab *lab) measure(ctx context.Context, l load) (res result, err error) {
	err = lab.withRig(ctx, l, nil, func(ctx context.Context, r *rig) error {
		res, err = r.run(ctx)
		return err
	})
	if err != nil {
		return result{}, err
	}
	return res, nil
}

// run sends the load: for the warm-up, and then for as long as is measured.
func (r *rig) run(ctx context.Context) (res result, err error) {
	idle, err := r.usage()
	if err != nil {
		return res, err
	}
	send, err := r.sender(ctx)
	if err != nil {
		return res, err
	}
	if r.Latency > 0 { // from now on: what was set up should not take long
		slow := slacksim.Fault{On: "*", Effect: slacksim.EffectDelay, Delay: r.Latency, Every: r.Every}
		if _, err := r.AddFault(slow); err != nil {
			return res, err
		}
	}
	if err := send(ctx, lasting(r.Warmup)); err != nil {
		return res, err
	}
	r.forgetFigures()
	first, err := r.look()
	if err != nil {
		return res, err
	}
	measured := lasting(r.Duration)
	if r.Messages > 0 {
		measured = counting(r.Messages)
	}
	if err := send(ctx, measured); err != nil {
		return res, err
	}
	last, err := r.look()
	if err != nil {
		return res, err
	}
	if err := r.settle(ctx); err != nil {
		return res, err
	}
	res = r.figures()
	res.MemoryIdle, res.MemoryPeak, res.Ready = idle.resident, last.bots.peak, milliseconds(r.bots[0].ready)
	res.NotAcked = r.Acks().Failed - first.notAcked
	return res, res.between(first, last)
}

// between works out what was done in a second, and what it cost.
func (res *result) between(first, last moment) error {
	res.Seconds = last.at.Sub(first.at).Seconds()
	done := float64(last.done.messages + last.done.clicks - first.done.messages - first.done.clicks)
	if done == 0 {
		return errors.New("nothing got done while it was measured: measure for longer, with --duration")
	}
	res.PerSecond = done / res.Seconds
	res.RepliesPerSecond = float64(last.done.replies-first.done.replies) / res.Seconds
	res.BotCPU = 1000 * (last.bots.cpu - first.bots.cpu).Seconds() / done
	res.LoadCPU = 1000 * (last.own.cpu - first.own.cpu).Seconds() / done
	return nil
}
