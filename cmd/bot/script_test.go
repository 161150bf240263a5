package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"apierrorbot/internal/slacksim"
)

func TestMain(m *testing.M) {
	testscript.Main(withoutLeaks{m}, map[string]func(){"bot": main, "stopping-bot": stoppingBot})
}

// withoutLeaks runs the tests, and fails when goroutines are left over: a bot that
// was stopped leaves nothing behind.
type withoutLeaks struct{ m *testing.M }

func (w withoutLeaks) Run() int {
	code := w.m.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines that are left over:", err)
		return 1
	}
	return 0
}

// TestScripts runs the command lines in testdata/script: what a person types,
// and what the bot prints. A local Slack runs beside each; $SLACK is its
// address.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			sim, err := slacksim.New(slacksim.Config{Scopes: scopeNames()})
			if err != nil {
				return err
			}
			env.Defer(func() { sim.Close() })
			env.Setenv("SLACK", sim.URL()+"/api/")
			env.Setenv("SLACK_ADDR", strings.TrimPrefix(sim.URL(), "http://"))
			env.Setenv("APP_TOKEN", sim.AppToken())
			env.Setenv("BOT_TOKEN", sim.BotToken())
			return nil
		},
	})
}

// A token that Slack refuses later ends the bot with one line that names it.
func TestTokenRevokedWhileRunning(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	if _, err := b.sim.AddFault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectError, Error: "token_revoked"}); err != nil {
		t.Fatal(err)
	}
	b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	select {
	case err := <-b.ended:
		if err == nil || !strings.HasPrefix(err.Error(), "SLACK_BOT_TOKEN: Slack answers token_revoked") {
			t.Errorf("the bot ended with %v", err)
		}
		b.ended <- nil // for the clean-up
	case <-time.After(patience):
		t.Fatal("the bot goes on without a token")
	}
}

// A token that Slack refuses at the start ends the bot with one line that names it,
// and the way out.
func TestTokenRefusedAtStart(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
		"missing_scope", "not_allowed_token_type", "no_permission", "access_denied", "team_access_not_granted",
		"two_factor_setup_required", "enterprise_is_restricted", "org_login_required", "ekm_access_denied"} {
		for variable, method := range map[string]string{"SLACK_BOT_TOKEN": "auth.test", "SLACK_APP_TOKEN": "apps.connections.open"} {
			end := b.fault(slacksim.Fault{On: method, Effect: slacksim.EffectError, Error: code})
			err := serve(t.Context(), b.service())
			end()
			want := variable + ": Slack answers " + code + ": "
			if err == nil || !strings.HasPrefix(err.Error(), want) || strings.HasSuffix(err.Error(), ": ") {
				t.Errorf("%s on %s ends the bot with %v, want %s…", code, method, err, want)
			}
		}
	}
}

// Whatever keeps Slack from answering, the bot waits, starts when it can, and
// stops when it is told to.
func TestSlackOutOfReach(t *testing.T) {
	for name, tt := range map[string]struct {
		fault slacksim.Fault
		want  string // in the log
	}{
		"server errors":  {slacksim.Fault{On: "*", Effect: slacksim.EffectHTTP, Status: 503}, `error="503 Service Unavailable"`},
		"rate limited":   {slacksim.Fault{On: "*", Effect: slacksim.EffectRateLimit, RetryAfter: 1}, "error=ratelimited"},
		"cut":            {slacksim.Fault{On: "*", Effect: slacksim.EffectDrop}, "error="},
		"internal error": {slacksim.Fault{On: "*", Effect: slacksim.EffectError, Error: "internal_error"}, "error=internal_error"},
		"no sockets":     {slacksim.Fault{On: slacksim.OnSockets, Effect: slacksim.EffectRefuse}, "503"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			if err := b.stop(); err != nil {
				t.Fatal(err)
			}
			logged := len(b.log.String())
			end := b.fault(tt.fault)
			ready := b.launch()
			b.await("the bot to try twice", func() bool { return b.sim.Faults()[0].Hits >= 2 })
			if log := b.log.String()[logged:]; !strings.Contains(log, tt.want) {
				t.Errorf("the log says\n%s\nwant %s in it", log, tt.want)
			}
			end()
			b.isReady(ready)
			b.fault(tt.fault)
			if err := b.stop(); err != nil {
				t.Errorf("stopped with %v, want a clean end", err)
			}
		})
	}
}
