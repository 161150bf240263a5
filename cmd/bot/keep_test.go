package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
)

// Whatever becomes of the calls, the reply to a deleted message is taken back.
func TestTakenBack(t *testing.T) {
	const post, remove = "chat.postMessage", "chat.delete"
	for name, tt := range map[string]struct {
		fault  slacksim.Fault
		stays  bool   // the reply, as it is
		logged string // in the end
	}{
		"while the post waits":               {fault: slacksim.Fault{On: post, Effect: slacksim.EffectRateLimit, RetryAfter: 1}},
		"while the post's answer is lost":    {fault: slacksim.Fault{On: post, Effect: slacksim.EffectLose, Times: 1}},
		"while the post fails":               {fault: slacksim.Fault{On: post, Effect: slacksim.EffectHTTP, Status: 503, Times: 1}},
		"while the post is refused":          {fault: slacksim.Fault{On: post, Effect: slacksim.EffectError, Error: "restricted_action", Times: 1}},
		"the deletion is limited":            {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectRateLimit, RetryAfter: 1, Times: 1}},
		"the deletion's answer is lost":      {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectLose, Times: 1}},
		"the deletion fails":                 {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectHTTP, Status: 503, Times: 2}},
		"the reply is gone already":          {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectCut, Times: 1}},
		"the reply may not be deleted":       {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectError, Error: "cant_delete_message"}, stays: true, logged: "cant_delete_message"},
		"the workspace keeps everything":     {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectError, Error: "compliance_exports_prevent_deletion"}, stays: true, logged: "compliance_exports_prevent_deletion"},
		"the bot was thrown out meanwhile":   {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectError, Error: "channel_not_found"}, stays: true, logged: "channel_not_found"},
		"the channel was archived meanwhile": {fault: slacksim.Fault{On: remove, Effect: slacksim.EffectError, Error: "is_archived"}, stays: true, logged: "is_archived"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			end := b.fault(tt.fault)
			ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
			if tt.fault.On == post {
				b.awaitHit(post)
			} else {
				b.reply(channel, ts, 1)
				b.settle()
			}
			if err := b.sim.Delete("asha", channel, ts); err != nil {
				t.Fatal(err)
			}
			b.await("the deletion to be recorded", func() bool { return b.sim.Unacked() == 0 })
			if tt.fault.On == remove {
				b.awaitHit(remove)
			}
			if !tt.stays {
				end()
			}
			b.settle()
			b.sim.Redeliver(100)
			b.settle()
			if replies := botMessages(b.sim.Thread(channel, ts)); (len(replies) > 0) != tt.stays {
				t.Errorf("%d replies stand in the thread", len(replies))
			}
			if log := b.log.String(); !strings.Contains(log, tt.logged) {
				t.Errorf("log:\n%s", log)
			}
			c, err := b.db.Find(t.Context(), store.Key{Team: "T0LOCAL01", Channel: "C0SUPPORT", TS: ts})
			if err != nil || c.State != store.Withdrawn || len(c.Items) > 0 {
				t.Errorf("case = %+v, %v; want its key alone", c, err)
			}
		})
	}
}

// A deletion is acked after it is stored, not before.
func TestDeletionAckedAfterCommit(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	b.reply(channel, ts, 1)
	b.settle()
	acked := b.sim.Acks().Acked
	unlock := b.lockDatabase()
	if err := b.sim.Delete("asha", channel, ts); err != nil {
		t.Fatal(err)
	}
	b.logs("cannot store that a message was deleted")
	if got := b.sim.Acks().Acked; got != acked {
		t.Errorf("%d acks although nothing could be stored", got-acked)
	}
	unlock()
	b.await("the reply to go", func() bool { return len(botMessages(b.sim.Thread(channel, ts))) == 0 })
}

// Replies that can no longer be changed are normal states with an end: one call, the
// clicker is told, and the bot goes on; where it passes, the next click shows all.
func TestReplyOutOfReach(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  slacksim.Fault // of the update
		act    func(b *testBot, reply slacksim.Message) error
		back   func(b *testBot) error // nil: there is no way
		logged string
	}{
		"the reply was deleted": {
			act: func(b *testBot, reply slacksim.Message) error {
				api := slack.New(b.sim.BotToken(), slack.OptionAPIURL(b.sim.URL()+"/api/"))
				_, _, err := api.DeleteMessageContext(b.t.Context(), reply.Channel, reply.TS)
				return err
			},
			logged: "error=message_not_found",
		},
		"the channel was archived": {
			act:    func(b *testBot, _ slacksim.Message) error { return b.sim.Archive(channel, true) },
			back:   func(b *testBot) error { return b.sim.Archive(channel, false) },
			logged: "error=is_archived",
		},
		"the bot may not edit": {
			fault:  slacksim.Fault{Effect: slacksim.EffectError, Error: "channel_not_found", Times: 1},
			act:    func(*testBot, slacksim.Message) error { return nil },
			back:   func(*testBot) error { return nil },
			logged: "error=channel_not_found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
			b.settle()
			b.press("asha", "Mark done", 0, reply)
			b.shows(reply, "1 of 2 done", true)
			b.settle()
			if tt.fault.Effect == "" { // time to act between the click and the update
				tt.fault = slacksim.Fault{Effect: slacksim.EffectDelay, Delay: 300 * time.Millisecond}
			}
			tt.fault.On = "chat.update"
			end := b.fault(tt.fault)
			b.press("ben", "Undo", 0, reply)
			if err := tt.act(b, reply); err != nil {
				t.Fatal(err)
			}
			b.logs(tt.logged)
			end()
			if got := strings.Count(b.log.String(), tt.logged); got != 1 {
				t.Errorf("%d attempts, want 1:\n%s", got, b.log)
			}
			if tt.back == nil {
				b.settle()
				return
			}
			if err := tt.back(b); err != nil {
				t.Fatal(err)
			}
			b.press("chloe", "Mark done", 0, reply)
			b.shows(reply, "U0CHLOE01", true)
			b.shows(reply, "U0ASHA001", false)
		})
	}
}

// press clicks a button of a reply as it is now.
func (b *testBot) press(user, label string, n int, reply slacksim.Message) {
	b.t.Helper()
	now, _ := b.sim.Message(reply.Channel, reply.TS)
	if err := b.sim.Click(user, reply.Channel, reply.TS, stepButton(b.t, now, label, n)); err != nil {
		b.t.Fatal(err)
	}
}

// shows waits until a reply has these words, or no longer has them.
func (b *testBot) shows(reply slacksim.Message, words string, want bool) {
	b.t.Helper()
	b.await(fmt.Sprintf("the reply to say %q: %v", words, want), func() bool {
		m, _ := b.sim.Message(reply.Channel, reply.TS)
		return strings.Contains(string(m.Blocks), words) == want
	})
}

// query returns the rows of the bot's database that a query with one column finds.
func (b *testBot) query(query string, args ...any) []string {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(b.url, "sqlite:")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(b.t.Context(), query, args...)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			b.t.Fatal(err)
		}
		found = append(found, text)
	}
	return found
}

// command runs a command on the bot's database, beside the bot, and returns what it
// prints.
func (b *testBot) command(args ...string) string {
	b.t.Helper()
	var out, wrong bytes.Buffer
	if code := execute(b.t.Context(), append(args, "--database-url="+b.url), console{strings.NewReader(""), &out, &wrong}); code != exitOK {
		b.t.Fatalf("%q: exit code %d: %s", args, code, wrong.String())
	}
	return out.String()
}

// What is old is removed after the start; its buttons get a kind answer.
func TestOldCasesArePurged(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	reply := b.reply(channel, ts, 1)
	b.press("ben", "Mark done", 0, reply)
	b.shows(reply, "Done by", true)
	b.settle()
	young := b.reply(channel, b.say("asha", channel, "403 FORBIDDEN", ""), 1)
	b.settle()
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-91 * 24 * time.Hour).UnixMilli()
	b.query(`update cases set opened_at = $1, changed_at = $1 where ts = $2`, long, ts)
	b.query(`update audit set at = $1`, time.Now().Add(-366*24*time.Hour).UnixMilli())
	b.start()
	b.logs(`msg="removed what is old" cases=1 audit=1 articles=1`)
	b.press("asha", "Mark done", 0, reply)
	b.isTold("asha", "no longer kept")
	b.press("asha", "Mark done", 0, young)
	b.shows(young, "Done by", true)
}

// Everything that people do leaves a row, and nothing of what they write.
func TestAudit(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	const canary = "canary-in-a-message"
	ts := b.say("asha", channel, canary+" "+outcomeBody("ACCESS_DENIED"), "")
	reply := b.reply(channel, ts, 1)
	act := func(user, label string, n int, then string) {
		t.Helper()
		b.press(user, label, n, reply)
		b.shows(reply, then, true)
		b.settle()
	}
	act("ben", "This one", 0, "Not this one?")
	act("ben", "Not this one?", 0, "Which one is it?")
	act("chloe", "This one", 0, "Not this one?")
	act("chloe", "Mark done", 0, "1 of ")
	act("ben", "Undo", 0, "0 of ")
	m, _ := b.sim.Message(channel, reply.TS)
	steps := strings.Count(string(m.Blocks), `"Mark done"`)
	for n := range steps {
		act("asha", "Mark done", 0, fmt.Sprintf("%d of %d done", n+1, steps))
	}
	act("ben", "Reopen", 0, "Reopened")
	act("ben", "Mark resolved", 0, "Resolved")
	if err := b.sim.Delete("asha", channel, ts); err != nil {
		t.Fatal(err)
	}
	b.shows(reply, "Closed", true)
	if err := b.sim.Slash("ben", channel, "/apierror", "429"); err != nil {
		t.Fatal(err)
	}
	b.await("the private answer", func() bool { return len(botMessages(b.sim.Ephemerals("ben", channel))) == 1 })
	private := b.sim.Ephemerals("ben", channel)[0]
	post := slices.IndexFunc(parseBlocks(t, private), func(found block) bool { return found.Type == "actions" })
	if post < 0 {
		t.Fatalf("no button to post in %q %s", private.Text, private.Blocks)
	}
	found := parseBlocks(t, private)[post]
	control := slacksim.Control{BlockID: found.BlockID, ActionID: found.Elements[0].ActionID, Value: found.Elements[0].Value}
	if err := b.sim.Click("ben", channel, private.TS, control); err != nil {
		t.Fatal(err)
	}
	b.logs("outcome=article articles=429/TOO_MANY_REQUESTS")
	b.settle()
	got := b.query(`select user_id || ' ' || action from audit order by rowid`)
	want := []string{
		"U0BEN0001 choose", "U0BEN0001 choose", "U0CHLOE01 choose", "U0CHLOE01 tick", "U0BEN0001 untick",
	}
	for range steps {
		want = append(want, "U0ASHA001 tick")
	}
	want = append(want, "U0ASHA001 resolve", "U0BEN0001 reopen", "U0BEN0001 resolve", " delete", "U0BEN0001 post")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(strings.TrimPrefix(b.url, "sqlite:"))
	if err != nil || bytes.Contains(file, []byte(canary)) {
		t.Errorf("the message's text is in the database (%v)", err)
	}
}

// A user is forgotten while the bot runs: their name goes from its replies, too.
func TestForgetBesideTheBot(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	reply := b.reply(channel, ts, 1)
	b.press("chloe", "Mark done", 0, reply)
	b.shows(reply, "1 of 2 done", true)
	b.press("ben", "Mark done", 0, reply)
	b.shows(reply, "Resolved", true)
	b.settle()
	if out := b.command("forget", "--user=U0BEN0001", "--dry-run"); !strings.Contains(out, "1 ticks that stay") || !strings.Contains(out, "Nothing was done") {
		t.Errorf("dry run: %s", out)
	}
	b.shows(reply, "U0BEN0001", true)
	out := b.command("forget", "--user=U0BEN0001")
	for _, want := range []string{"1 cases to be shown anew", "1 ticks that stay", "2 rows of the audit that stay"} {
		if !strings.Contains(out, want) {
			t.Errorf("forget prints\n%s\nwant %q in it", out, want)
		}
	}
	b.shows(reply, "U0BEN0001", false)
	b.shows(reply, "2 of 2 done", true)
	b.shows(reply, "U0CHLOE01", true)
	b.command("forget", "--message=C0SUPPORT/"+ts)
	b.press("asha", "Undo", 0, reply)
	b.isTold("asha", "no longer kept")
	other := b.reply(channel, b.say("asha", channel, "403 FORBIDDEN", ""), 1)
	b.command("forget", "--channel=C0SUPPORT")
	b.press("asha", "Mark done", 0, other)
	b.await("the second kind answer", func() bool { return len(b.sim.Ephemerals("asha", channel)) == 2 })
	if left := b.query(`select channel || user_id from audit where action <> 'forget'`); len(left) > 0 {
		t.Errorf("the audit still has %v", left)
	}
}

// The drill of docs/operating.md: a backup is taken while the bot runs, the bot is
// killed and its files are lost, the backup takes their place.
func TestBackupAndRestore(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	kill := b.killable()
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.press("ben", "Mark done", 0, reply)
	b.shows(reply, "1 of 2 done", true)
	b.settle()
	backup := filepath.Join(t.TempDir(), "backup.db")
	b.command("backup", backup)
	late := b.reply(channel, b.say("asha", channel, "403 FORBIDDEN", ""), 1)
	b.settle()
	kill()

	path := strings.TrimPrefix(b.url, "sqlite:")
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, backup, path)
	b.start()
	b.press("asha", "Mark done", 0, reply)
	b.shows(reply, "2 of 2 done", true)
	b.press("asha", "Mark done", 0, late)
	b.isTold("asha", "no longer kept")
	if ts := b.say("chloe", channel, "429 TOO_MANY_REQUESTS", ""); b.reply(channel, ts, 1).TS == "" {
		t.Error("no reply after the restore")
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
