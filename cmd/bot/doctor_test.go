package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"apierrorbot/internal/slacksim"
)

// What doctor expects, what the demo's Slack offers and what the manifest asks
// for are the same.
func TestManifest(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/slack-app-manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Features struct {
			SlashCommands []struct {
				Command, Description string
				UsageHint            string `yaml:"usage_hint"`
				ShouldEscape         bool   `yaml:"should_escape"`
			} `yaml:"slash_commands"`
		}
		OAuthConfig struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			EventSubscriptions struct {
				BotEvents []string `yaml:"bot_events"`
			} `yaml:"event_subscriptions"`
		}
	}
	if err := yaml.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	inOrder := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	if diff := cmp.Diff(inOrder(manifest.OAuthConfig.Scopes.Bot), inOrder(scopeNames())); diff != "" {
		t.Errorf("scopes: manifest (-) and doctor (+):\n%s", diff)
	}
	if diff := cmp.Diff(inOrder(manifest.Settings.EventSubscriptions.BotEvents), inOrder(events)); diff != "" {
		t.Errorf("events: manifest (-) and doctor (+):\n%s", diff)
	}
	var commands []slacksim.Command
	for _, c := range manifest.Features.SlashCommands {
		commands = append(commands, slacksim.Command{
			Command: c.Command, Usage: c.UsageHint, Description: c.Description, Escape: c.ShouldEscape})
	}
	if diff := cmp.Diff(commands, demoCommands); diff != "" {
		t.Errorf("slash commands: manifest (-) and demo (+):\n%s", diff)
	}
}

// Doctor tells a Slack that is out of order from a token that is.
func TestDoctorSlackOutOfOrder(t *testing.T) {
	for name, tt := range map[string]struct {
		fault slacksim.Fault
		want  string
	}{
		"5xx":   {slacksim.Fault{On: "*", Effect: slacksim.EffectHTTP, Status: 503}, "cannot be reached (503 Service Unavailable)"},
		"429":   {slacksim.Fault{On: "*", Effect: slacksim.EffectRateLimit, RetryAfter: 7}, "run this again in 7s"},
		"cut":   {slacksim.Fault{On: "*", Effect: slacksim.EffectDrop}, "cannot be reached"},
		"error": {slacksim.Fault{On: "*", Effect: slacksim.EffectError, Error: "internal_error"}, "answers internal_error"},
	} {
		t.Run(name, func(t *testing.T) {
			sim, err := slacksim.New(slacksim.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer sim.Close()
			if _, err := sim.AddFault(tt.fault); err != nil {
				t.Fatal(err)
			}
			t.Setenv("SLACK_API_URL", sim.URL()+"/api/")
			t.Setenv("SLACK_BOT_TOKEN", sim.BotToken())
			t.Setenv("SLACK_APP_TOKEN", sim.AppToken())
			t.Chdir(t.TempDir())
			var out bytes.Buffer
			if code := execute(t.Context(), []string{"doctor"}, console{out: &out, err: &out}); code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			if !strings.Contains(out.String(), tt.want) || strings.Contains(out.String(), "_TOKEN") {
				t.Errorf("doctor says\n%s\nwant %q in it, and nothing of tokens", out.String(), tt.want)
			}
		})
	}
}
