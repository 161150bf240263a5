package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
)

// freeAddress returns an address that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// newWatchedBot starts a bot that serves metrics and probes.
func newWatchedBot(t *testing.T, config slacksim.Config) *testBot {
	t.Helper()
	b := newTestBot(t, config)
	b.must(b.stop())
	b.httpAddr = freeAddress(t)
	b.start()
	return b
}

// get asks the bot's own HTTP server.
func (b *testBot) get(path string) (code int, header http.Header, body string) {
	b.t.Helper()
	resp, err := http.Get("http://" + b.httpAddr + path)
	b.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	b.must(err)
	return resp.StatusCode, resp.Header, string(raw)
}

func (b *testBot) metricsPage() string {
	b.t.Helper()
	code, header, body := b.get("/metrics")
	if got, want := header.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8"; code != http.StatusOK || got != want {
		b.t.Fatalf("/metrics: %d, %s; want 200, %s", code, got, want)
	}
	return body
}

// metric returns the value of a series, or "" where there is none.
func (b *testBot) metric(series string) string {
	b.t.Helper()
	for line := range strings.Lines(b.metricsPage()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (b *testBot) metricBecomes(series, want string) {
	b.t.Helper()
	b.await(series+" to be "+want, func() bool { return b.metric(series) == want })
}

func (b *testBot) probeBecomes(path string, want int) {
	b.t.Helper()
	b.await(path+" to answer "+strconv.Itoa(want), func() bool {
		code, _, _ := b.get(path)
		return code == want
	})
}

func TestMetrics(t *testing.T) {
	b := newWatchedBot(t, slacksim.Config{})
	b.say("asha", channel, "lunch?", "")
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS from PDS with password=Zk3vQp9sLmX2wRtY", "")
	reply := b.reply(channel, ts, 1)
	b.must(b.sim.Click("ben", channel, reply.TS, stepButton(t, reply, "Mark done", 0)))
	b.must(b.sim.Slash("asha", channel, "/apierror", "418"))
	for series, want := range map[string]string{
		`apierrorbot_events_total{kind="message"}`:                                  "3", // the reply is one, too
		`apierrorbot_events_total{kind="click"}`:                                    "1",
		`apierrorbot_events_total{kind="command"}`:                                  "1",
		`apierrorbot_decisions_total{outcome="article"}`:                            "1",
		`apierrorbot_decisions_total{outcome="silent"}`:                             "1",
		`apierrorbot_gaps_total`:                                                    "1",
		`apierrorbot_secrets_total{kind="password"}`:                                "1",
		`apierrorbot_clicks_total{action="step",result="done"}`:                     "1",
		`apierrorbot_replies_total{end="posted"}`:                                   "1",
		`apierrorbot_slack_calls_total{method="chat.postMessage",result="ok"}`:      "1",
		`apierrorbot_slack_calls_total{method="chat.update",result="ok"}`:           "1",
		`apierrorbot_slack_calls_total{method="chat.postEphemeral",result="ok"}`:    "1",
		`apierrorbot_slack_calls_total{method="users.info",result="ok"}`:            "1",
		`apierrorbot_slack_calls_total{method="response_url",result="ok"}`:          "1",
		`apierrorbot_slack_call_duration_seconds_count{method="chat.update"}`:       "1",
		`apierrorbot_ack_delay_seconds_count{kind="message"}`:                       "1",
		`apierrorbot_ack_delay_seconds_count{kind="click"}`:                         "1",
		`apierrorbot_reply_delay_seconds_count`:                                     "1",
		`apierrorbot_unfinished_replies`:                                            "0",
		`apierrorbot_lanes_waiting`:                                                 "0",
		`apierrorbot_sockets_live`:                                                  "2",
		`apierrorbot_sockets_opened_total`:                                          "2",
		`apierrorbot_slack_calls_total{method="chat.postMessage",result="limited"}`: "0",
		`apierrorbot_slack_calls_total{method="chat.postMessage",result="refused"}`: "0",
		`apierrorbot_ack_delay_seconds_bucket{kind="message",le="+Inf"}`:            "1",
		`apierrorbot_clicks_total{action="step",result="forbidden"}`:                "0",
		`apierrorbot_purged_total{what="cases"}`:                                    "0",
		`apierrorbot_missed_answered_total`:                                         "0",
	} {
		b.metricBecomes(series, want)
	}

	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, Times: 1})
	b.reply(channel, b.say("asha", channel, "403 FORBIDDEN from PDS", ""), 1)
	b.metricBecomes(`apierrorbot_slack_calls_total{method="chat.postMessage",result="limited"}`, "1")
	b.metricBecomes(`apierrorbot_replies_total{end="posted"}`, "2")

	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectCut, Times: 1})
	b.reply(channel, b.say("asha", channel, "404 RESOURCE_NOT_FOUND from PDS", ""), 1)
	b.metricBecomes(`apierrorbot_slack_calls_total{method="chat.postMessage",result="unclear"}`, "1")
	b.metricBecomes(`apierrorbot_replies_total{end="adopted"}`, "1")

	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectError, Error: "is_archived", Times: 1})
	b.say("asha", channel, "429 TOO_MANY_REQUESTS again", "")
	b.metricBecomes(`apierrorbot_slack_calls_total{method="chat.postMessage",result="refused"}`, "1")
	b.metricBecomes(`apierrorbot_replies_total{end="given_up"}`, "1")

	for _, secret := range []string{"Zk3vQp9sLmX2wRtY", "PDS", "lunch", "U0ASHA001", "C0SUPPORT", b.sim.BotToken(), b.sim.AppToken(), ts, reply.TS} {
		if strings.Contains(b.metricsPage(), secret) {
			t.Errorf("the metrics hold %q", secret)
		}
	}
}

// The page is as Prometheus reads it
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
func TestMetricsFormat(t *testing.T) {
	b := newWatchedBot(t, slacksim.Config{})
	b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS from PDS", ""), 1)
	sample := regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? ([0-9.e+-]+|\+Inf)$`)
	seen := make(map[string]bool)
	family := ""
	for lines := bufio.NewScanner(strings.NewReader(b.metricsPage())); lines.Scan(); {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			family, _, _ = strings.Cut(name, " ")
			if kind := strings.Fields(name)[1]; kind == "counter" && !strings.HasSuffix(family, "_total") {
				t.Errorf("the counter %s does not end in _total", family)
			}
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil || !strings.HasPrefix(m[1], family) {
			t.Errorf("no sample of %s: %q", family, line)
			continue
		}
		if seen[m[1]+m[2]] {
			t.Errorf("%s is there twice", m[1]+m[2])
		}
		seen[m[1]+m[2]] = true
	}
	if len(seen) > 300 {
		t.Errorf("%d series: too many for a bot of this size", len(seen))
	}
}

func TestReady(t *testing.T) {
	b := newWatchedBot(t, slacksim.Config{})
	b.probeBecomes("/readyz", http.StatusOK)
	b.probeBecomes("/healthz", http.StatusOK)

	b.twoSockets() // one that is being opened would come up behind the cut
	end := b.fault(slacksim.Fault{On: slacksim.OnSockets, Effect: slacksim.EffectRefuse})
	b.sim.CutSockets()
	b.probeBecomes("/readyz", http.StatusServiceUnavailable)
	b.probeBecomes("/healthz", http.StatusOK) // nothing is gained by a restart
	end()
	b.probeBecomes("/readyz", http.StatusOK)
	if b.metric("apierrorbot_sockets_lost_total") == "0" {
		t.Error("no connection counts as lost")
	}
}

// A process that lives on a database that does not answer is not healthy.
func TestHealthNeedsTheDatabase(t *testing.T) {
	db, err := store.OpenDatabase(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w := newWatch(db)
	for _, want := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		if answer.Code != want {
			t.Errorf("/healthz: got %d, want %d", answer.Code, want)
		}
		page := httptest.NewRecorder()
		w.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if got := strings.Contains(page.Body.String(), "\napierrorbot_unfinished_replies 0"); got != (want == http.StatusOK) {
			t.Errorf("unfinished replies are told: %v, while /healthz answers %d", got, want)
		}
		db.Close()
	}
}

// What is not there is said so, and nothing but reading is possible.
func TestWatchRefuses(t *testing.T) {
	b := newWatchedBot(t, slacksim.Config{})
	if code, _, _ := b.get("/debug/pprof/"); code != http.StatusNotFound {
		t.Errorf("GET /debug/pprof/: got %d, want 404", code)
	}
	resp, err := http.Post("http://"+b.httpAddr+"/metrics", "text/plain", strings.NewReader("x"))
	b.must(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST /metrics: got %d, want 405", resp.StatusCode)
	}
}

// docs/operating.md explains each metric, and no other.
func TestMetricsAreExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Metrics\n")
	section, _, _ = strings.Cut(section, "\n## ")
	explained := make(map[string]bool)
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| `") {
			column, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
			for _, m := range regexp.MustCompile("`([a-z_]+)[^`]*`").FindAllStringSubmatch(column, -1) {
				explained[m[1]] = true
			}
		}
	}
	b := newWatchedBot(t, slacksim.Config{})
	b.await("the page to be complete", func() bool { return b.metric("apierrorbot_sockets_live") != "" })
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(b.metricsPage(), -1) {
		if !explained[m[1]] {
			t.Errorf("docs/operating.md does not explain %s", m[1])
		}
		delete(explained, m[1])
	}
	for name := range explained {
		t.Errorf("docs/operating.md explains %s, which does not exist", name)
	}
	// The alerts name series that exist.
	for _, m := range regexp.MustCompile(`(?:apierrorbot|process)_[a-z_]+`).FindAllString(section, -1) {
		name := m
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		if !strings.Contains(b.metricsPage(), "# TYPE "+name+" ") {
			t.Errorf("docs/operating.md names %s, which does not exist", m)
		}
	}
}
