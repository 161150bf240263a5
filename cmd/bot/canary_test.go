package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// The tests here plant canaries: secrets of every kind, each in every form in
// which it can reach the bot, nearly always beside an error that is answered.
// Then they look for a piece of any of them in everything that the bot wrote.

// canary is one planted secret.
type canary struct {
	name    string // kind and form
	text    string // the secret as people paste it, with what announces it
	secret  string
	further []string // other ways to write the secret
}

// pieceLen is how much of a secret must be found to call it leaked: a part of a
// token gives it away too. An NHS number is ten digits.
const pieceLen = 10

// secretKind makes secrets of a kind.
type secretKind struct {
	name string
	make func() canary
}

// secretKinds lists every kind of secret that package guard knows. The generator
// always gives the same secrets: a leak can be looked for again.
func secretKinds() []secretKind {
	random := rand.New(rand.NewPCG(1, 2))
	from := func(alphabet string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	const (
		lower = "abcdefghijklmnopqrstuvwxyz"
		upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		digit = "0123456789"
		all   = lower + upper + digit
	)
	announced := func(format, alphabet string, n int) func() canary {
		return func() canary {
			secret := from(alphabet, n)
			return canary{text: fmt.Sprintf(format, secret), secret: secret}
		}
	}
	jwt := func(format string) func() canary {
		return func() canary {
			secret := from(all, 60)
			return canary{text: fmt.Sprintf(format, "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiIx"+secret+"."+from(all, 40)), secret: secret}
		}
	}
	return []secretKind{
		{"JWT", jwt("Authorization: Bearer %s")},
		{"client assertion", jwt("client_assertion=%s")},
		{"opaque token", announced("Authorization: Bearer %s", all, 28)},
		{"refresh token", announced("refresh_token=%s", all, 40)},
		{"API key", announced("apikey: %s", all, 32)},
		{"AWS key", announced("AKI"+"A%s", upper+digit, 16)},
		{"GitHub token", announced("gh"+"p_%s", all, 36)},
		{"Slack token", announced("xox"+"b-123456789012-1234567890123-%s", all, 24)},
		{"client secret", announced("client_secret=%s", all, 32)},
		{"password", announced("password=%s_9", all, 14)},
		{"password in words", announced("password: %s_horse", lower, 12)},
		{"password in an address", announced("https://user:%s@api.example.org/v1", all, 16)},
		{"private key", announced("-----BEGIN PRIVATE KEY-----\nMIIE%s\n-----END PRIVATE KEY-----", all, 60)},
		{"session cookie", announced("Cookie: JSESSIONID=%s", upper+digit, 32)},
		{"webhook", announced("https://hooks.slack.com/services/T00000000/B00000000/%s", all, 24)},
		{"signed link", announced("https://a.s3.amazonaws.com/b?X-Amz-Signature=%s", digit+"abcdef", 64)},
		{"NHS number", func() canary { return nhsNumber("NHS number %s", random) }},
		{"NHS number in an address", func() canary { return nhsNumber("https://api.example.org/Patient/%s", random) }},
	}
}

// nhsNumber makes a valid number of the range that is kept for tests
// (https://digital.nhs.uk/services/nhs-number).
func nhsNumber(format string, random *rand.Rand) canary {
	for {
		digits := fmt.Sprintf("999%06d", random.IntN(1_000_000))
		sum := 0
		for i, d := range digits {
			sum += (10 - i) * int(d-'0')
		}
		check := 11 - sum%11
		if check == 10 {
			continue
		}
		n := fmt.Sprintf("%s%d", digits, check%11)
		spaced := n[:3] + " " + n[3:6] + " " + n[6:]
		return canary{text: fmt.Sprintf(format, n), secret: n, further: []string{spaced, strings.ReplaceAll(spaced, " ", "-")}}
	}
}

// planting is a way in which a secret reaches the bot. plant returns the message
// to be answered, or "" if the answer is private or there is none.
type planting struct {
	form  string
	plant func(b *testBot, c canary) (ts string)
}

// said plants a secret in a message that says what format says.
func said(form, format string, encode func(string) string) planting {
	return planting{form, func(b *testBot, c canary) string {
		return b.say("asha", channel, fmt.Sprintf(format, encode(c.text)), "")
	}}
}

// bare plants a secret without what announces it where the bot takes something
// out of messages: it must tell by its form that this is no name and no id. Nobody
// could tell of a password in words.
func bare(form, format string) planting {
	return planting{form, func(b *testBot, c canary) string {
		alone := c.secret
		if !strings.ContainsAny(c.text, " =\n") { // it begins with letters of its own
			alone = c.text
		}
		if !strings.ContainsAny(alone, "0123456789") {
			return ""
		}
		return b.say("asha", channel, fmt.Sprintf(format, alone), "")
	}}
}

func inJSON(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw[1 : len(raw)-1])
}

func asIs(s string) string { return s }

const transcript = "> GET /Patient HTTP/1.1\n> %s\n< HTTP/1.1 429 Too Many Requests\n< retry-after: 20"

var plantings = []planting{
	said("prose", "getting a 403 FORBIDDEN from PDS when I send %s", asIs),
	said("diagnostics", `{"issue":[{"severity":"error","code":"value","details":{"coding":[{"code":"INVALID_VALUE"}]},"diagnostics":"Invalid value - '%s' in field 'name'"}]}`, inJSON),
	said("field", `{"issue":[{"severity":"error","code":"value","details":{"coding":[{"code":"INVALID_VALUE"}]},"diagnostics":"Invalid value in field '%s'"}]}`, inJSON),
	said("expression", `{"issue":[{"severity":"error","code":"required","details":{"coding":[{"code":"MISSING_VALUE"}]},"expression":["%s"]}]}`, inJSON),
	said("JSON", `{"status":429,"error":"Too Many Requests","message":"API rate limit exceeded","headers":"%s"}`, inJSON),
	said("JSON in JSON", `{"status":429,"error":"Too Many Requests","body":"{\"a\":\"%s\"}"}`, func(s string) string { return inJSON(inJSON(s)) }),
	said("request id", "HTTP/1.1 403 Forbidden\nX-Request-Id: 60e0b220-8136-4ca5-ae46-1d97ef59d068\nX-Correlation-Id: %s", asIs),
	said("headers", transcript, asIs),
	said("fence", "```\n"+transcript+"\n```", asIs),
	said("URL-encoded", "POST /token?x=%s\nHTTP/1.1 401 Unauthorized\n\n{\"error\":\"invalid_client\"}", url.QueryEscape),
	said("HTML", "<html><head><title>403 Forbidden</title></head><body><pre>%s</pre></body></html>", html.EscapeString),
	said("stack trace", "org.springframework.web.client.HttpClientErrorException$Forbidden: 403 Forbidden: [%s]\n\tat org.example.Client.call(Client.java:42)", asIs),
	bare("as a field", `{"issue":[{"severity":"error","code":"value","details":{"coding":[{"code":"INVALID_VALUE"}]},"diagnostics":"Invalid value in field '%s'"}]}`),
	bare("as a header", `{"issue":[{"severity":"error","code":"required","details":{"coding":[{"code":"MISSING_VALUE"}]},"diagnostics":"Missing value - 'header %s'"}]}`),
	bare("as a request id", "HTTP/1.1 403 Forbidden\nX-Correlation-Id: %s"),
	bare("as a code", `@apierror {"issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"code":"%s"}]}}],"status":403}`),
	said("mention", "@apierror what does 403 LEVEL_OF_PROOF mean? %s", asIs),
	said("mention alone", "@apierror %s", asIs),
	{"chat", func(b *testBot, c canary) string {
		b.say("asha", channel, c.text, "")
		return ""
	}},
	{"thread", func(b *testBot, c canary) string {
		root := b.say("ben", channel, "anybody here?", "")
		b.say("asha", channel, "403 FORBIDDEN from PDS with "+c.text, root)
		return root
	}},
	{"direct message", func(b *testBot, c canary) string {
		b.say("asha", b.sim.DM("asha"), "429 "+c.text, "")
		return ""
	}},
	{"command", func(b *testBot, c canary) string {
		b.must(b.sim.Slash("asha", channel, "/apierror", "403 FORBIDDEN "+c.text))
		return ""
	}},
	{"command alone", func(b *testBot, c canary) string {
		b.must(b.sim.Slash("asha", channel, "/apierror", c.text))
		return ""
	}},
	{"snippet", func(b *testBot, c canary) string {
		return b.share("Untitled.txt", "", fmt.Sprintf(transcript, c.text))
	}},
	{"beside a file", func(b *testBot, c canary) string {
		return b.share("Untitled.txt", "429 with "+c.text, "429 TOO_MANY_REQUESTS from PDS")
	}},
	{"file name", func(b *testBot, c canary) string {
		return b.share(c.secret+".txt", "", "429 TOO_MANY_REQUESTS from PDS")
	}},
	{"forwarded", func(b *testBot, c canary) string {
		from := b.say("asha", "release-team", "403 FORBIDDEN from PDS with "+c.text, "")
		ts, err := b.sim.Forward("asha", "release-team", from, channel, "who can help?")
		b.must(err)
		return ts
	}},
	{"edit", func(b *testBot, c canary) string {
		ts := b.say("asha", channel, "403 FORBIDDEN from PDS", "")
		b.must(b.sim.Edit("asha", channel, ts, "403 FORBIDDEN and 429 TOO_MANY_REQUESTS from PDS with "+c.text))
		return ts
	}},
	{"channel's name", func(b *testBot, c canary) string {
		state, err := b.sim.State("asha")
		b.must(err)
		id := fmt.Sprintf("C0CANARY%d", len(state.Channels))
		b.must(b.sim.AddChannel(slacksim.Channel{ID: id, Name: c.secret, Members: []string{"asha"}}))
		b.must(b.sim.Slash("asha", id, "/apierror", "429"))
		b.say("asha", id, "429 TOO_MANY_REQUESTS from PDS", "")
		return ""
	}},
	{"user's name", func(b *testBot, c canary) string {
		state, err := b.sim.State("asha")
		b.must(err)
		id := fmt.Sprintf("U0CANARY%d", len(state.Users))
		b.must(b.sim.AddUser(slacksim.User{ID: id, Name: c.secret, RealName: c.secret}))
		b.must(b.sim.SetMember(channel, id, true))
		ts := b.say(id, channel, "429 TOO_MANY_REQUESTS from PDS", "")
		reply := b.reply(channel, ts, 1)
		b.must(b.sim.Click(id, channel, reply.TS, stepButton(b.t, reply, "Mark done", 0)))
		return ts
	}},
	{"broken event", func(b *testBot, c canary) string {
		event, err := json.Marshal(map[string]any{
			"channel": "C0SUPPORT", "user": "U0ASHA001", "text": "403 FORBIDDEN from PDS with " + c.text,
			"blocks": c.text, "files": c.text, "attachments": []any{map[string]any{"is_share": c.text, "text": c.text}},
		})
		b.must(err)
		ts, err := b.sim.SayRaw(event)
		b.must(err)
		return ts
	}},
	{"unknown envelope", func(b *testBot, c canary) string {
		payload, err := json.Marshal(map[string]any{"text": c.text, "type": c.text})
		b.must(err)
		b.must(b.sim.SendEnvelope("news", payload))
		b.must(b.sim.SendEnvelope("interactive", payload))
		return ""
	}},
	{"broken frame", func(b *testBot, c canary) string {
		b.must(b.sim.SendFrame(`{"type":` + c.text))
		b.must(b.sim.SendFrame(`{"type":"` + inJSON(c.text) + `","envelope_id":7}`))
		return ""
	}},
}

func (b *testBot) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// share shares a snippet in the channel.
func (b *testBot) share(name, comment, content string) (ts string) {
	b.t.Helper()
	ts, err := b.sim.Upload("asha", channel, slacksim.Upload{Name: name, Comment: comment, Content: content})
	b.must(err)
	return ts
}

// process is the bot as people run it: a process of its own, with everything
// that it prints.
type process struct {
	*exec.Cmd
	out   syncBuffer
	ended chan error
}

// process starts the bot at the level debug, and waits until it is connected.
func (b *testBot) process() *process {
	b.t.Helper()
	p := &process{Cmd: exec.Command("bot"), ended: make(chan error, 1)} // main of this package: see TestMain
	p.Dir, p.Stdout, p.Stderr = b.t.TempDir(), &p.out, &p.out
	p.Env = append(os.Environ(), "SLACK_API_URL="+b.sim.URL()+"/api/", "SLACK_BOT_TOKEN="+b.sim.BotToken(),
		"SLACK_APP_TOKEN="+b.sim.AppToken(), "DATABASE_URL="+b.url, "LOG_LEVEL=debug", "HTTP_ADDR="+b.httpAddr)
	b.must(p.Start())
	go func() { p.ended <- p.Wait() }()
	b.t.Cleanup(func() { p.Process.Kill() })
	b.await("the process to connect", func() bool { return b.sim.Sockets() > 0 })
	return p
}

// end sends a signal and waits until the process is gone.
func (p *process) end(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(patience):
		t.Fatal("the process does not end")
	}
}

func TestNoSecretLeaves(t *testing.T) {
	b := newTestBot(t, slacksim.Config{TrafficSize: 100_000})
	b.must(b.stop())
	b.httpAddr = freeAddress(t)
	bot := b.process()

	var planted []canary
	answered := make(map[string]string) // by ts: what should have an answer
	for _, kind := range secretKinds() {
		for _, p := range plantings {
			c := kind.make()
			c.name = kind.name + ", " + p.form
			planted = append(planted, c)
			if ts := p.plant(b, c); ts != "" {
				answered[ts] = c.name
			}
		}
		b.settle()
	}
	planted = append(planted, b.plantInErrors()...)
	for ts, name := range answered {
		if len(botMessages(b.sim.Thread(channel, ts))) == 0 {
			t.Errorf("%s: not answered, so it shows nothing", name)
		}
	}
	database, watched := b.databaseBytes(), b.metricsPage()
	bot.end(t, syscall.SIGTERM) // when it ends, private answers are out too

	// Killed in the middle of its work, a Go program prints what every goroutine
	// was doing.
	crashing := b.process()
	b.fault(slacksim.Fault{On: slacksim.OnFiles, Effect: slacksim.EffectLose})
	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectLose})
	for _, kind := range secretKinds() {
		c := kind.make()
		c.name = kind.name + ", crash"
		planted = append(planted, c)
		b.share("Untitled.txt", "429 TOO_MANY_REQUESTS from PDS with "+c.text, fmt.Sprintf(transcript, c.text))
	}
	b.awaitHit(slacksim.OnFiles)
	crashing.end(t, syscall.SIGQUIT)

	written := map[string]string{
		"the database":               database + b.databaseBytes(),
		"what the bot printed":       bot.out.String(),
		"what it printed at its end": crashing.out.String(),
		"its calls to Slack":         b.botTraffic(),
		"its messages":               b.botWords(),
		"its metrics":                watched,
	}
	for where, known := range map[string]string{
		"the database":               "TOO_MANY_REQUESTS",
		"what the bot printed":       "level=DEBUG",
		"what it printed at its end": "goroutine ",
		"its calls to Slack":         "chat.postEphemeral",
		"its messages":               "🔒",
		"its metrics":                "apierrorbot_secrets_total",
	} {
		if !strings.Contains(written[where], known) {
			t.Errorf("%s (%d bytes) has no %q: the test looks at the wrong place", where, len(written[where]), known)
		}
	}
	pieces := newPieces(planted)
	for where, text := range written {
		for _, name := range pieces.in(text) {
			t.Errorf("%s holds a secret: %s", where, name)
		}
	}
	t.Logf("%d canaries, %d of them beside an error that was answered, %d warnings",
		len(planted), len(answered), strings.Count(written["its messages"], "🔒"))
}

// plantInErrors makes calls of the bot fail whose errors name an address: that of
// an answer to a command is as good as a password, and that of a file has its
// name. The bot's own tokens are nobody's business either.
func (b *testBot) plantInErrors() []canary {
	b.t.Helper()
	const secret = "Hq7Zk3vQp9sLmX2wRtY"
	for _, on := range []string{slacksim.OnResponseURLs, slacksim.OnFiles, "chat.postEphemeral"} {
		defer b.fault(slacksim.Fault{On: on, Effect: slacksim.EffectDrop})()
	}
	b.must(b.sim.Slash("asha", channel, "/apierror", "429"))
	ts := b.share(secret+".txt", "429 TOO_MANY_REQUESTS from PDS with password="+secret, "403 FORBIDDEN")
	b.reply(channel, ts, 1)
	for _, on := range []string{slacksim.OnResponseURLs, slacksim.OnFiles, "chat.postEphemeral"} {
		b.awaitHit(on)
	}
	return []canary{
		{name: "in errors", secret: secret},
		{name: "a response address", secret: "/response/"},
		{name: "a file's address", secret: "/files-pri/"},
		{name: "the bot's token", secret: b.sim.BotToken()},
		{name: "the app's token", secret: b.sim.AppToken()},
	}
}

// databaseBytes is everything that the database's files hold.
func (b *testBot) databaseBytes() string {
	b.t.Helper()
	path := strings.TrimPrefix(b.url, "sqlite:")
	var all strings.Builder
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		raw, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			b.t.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}

// botTraffic is what the bot sent to Slack: the arguments of its calls, its
// answers to response addresses, its acks. A file's address is Slack's own.
func (b *testBot) botTraffic() string {
	b.t.Helper()
	var all strings.Builder
	for _, e := range b.sim.Traffic(0) {
		if e.Dir != "in" || e.Kind == "file" {
			continue
		}
		var call struct{ Request, Response json.RawMessage }
		sent := e.Body
		if json.Unmarshal([]byte(e.Body), &call) == nil && len(call.Response) > 0 {
			sent = string(call.Request)
		}
		if strings.Contains(sent, "***") {
			b.t.Errorf("%s %s sends something that looks like a token of Slack's", e.Kind, e.Name)
		}
		fmt.Fprintln(&all, e.Name, sent)
	}
	return all.String()
}

// botWords is everything that the bot said to anybody. Unlike traffic it is kept
// as it came, with Slack's tokens if there were any.
func (b *testBot) botWords() string {
	b.t.Helper()
	var all strings.Builder
	state, err := b.sim.State("asha")
	b.must(err)
	for _, c := range state.Channels {
		for _, m := range append(botMessages(b.sim.Messages(c.ID)), botMessages(b.sim.Ephemerals("asha", c.ID))...) {
			fmt.Fprintf(&all, "%s\n%s\n%s\n%s\n", m.Text, m.Blocks, m.Metadata, m.Attachments)
		}
	}
	return all.String()
}

// pieces finds pieces of secrets.
type pieces map[string]string // piece: the canary's name

func newPieces(canaries []canary) pieces {
	all := make(pieces)
	for _, c := range canaries {
		for _, secret := range append(c.further, c.secret) {
			for i := 0; i+pieceLen <= len(secret); i++ {
				all[secret[i:i+pieceLen]] = c.name
			}
		}
	}
	return all
}

// in names the canaries that a text holds a piece of, each once.
func (ps pieces) in(text string) []string {
	var names []string
	seen := make(map[string]bool)
	for i := 0; i+pieceLen <= len(text); i++ {
		if name, ok := ps[text[i:i+pieceLen]]; ok && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// Every canary would be found, in any of the ways in which it could be written.
func TestCanariesAreFound(t *testing.T) {
	for _, kind := range secretKinds() {
		c := kind.make()
		ps := newPieces([]canary{{name: kind.name, secret: c.secret, further: c.further}})
		for _, leak := range append(c.further, c.text, inJSON(c.text), url.QueryEscape(c.text), html.EscapeString(c.text), c.secret[:pieceLen]) {
			if len(ps.in("before "+leak+" after")) != 1 {
				t.Errorf("%s: %q would not be found", kind.name, leak)
			}
		}
		if found := ps.in("before and after"); len(found) > 0 {
			t.Errorf("found in nothing: %v", found)
		}
	}
}

// panicking is a log that panics at a line, with a secret as people wrote it.
type panicking struct {
	slog.Handler
	at, secret string
}

func (p panicking) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == p.at {
		panic(fmt.Errorf("cannot log %q", p.secret))
	}
	return p.Handler.Handle(ctx, r)
}

func (p panicking) WithAttrs(attrs []slog.Attr) slog.Handler {
	return panicking{p.Handler.WithAttrs(attrs), p.at, p.secret}
}

// What the bot stumbles over it does not print, and it goes on.
func TestPanicHidesItsValue(t *testing.T) {
	const secret = "Zk3vQp9sLmX2wRtY"
	for _, at := range []string{"silent", "answering", "posted"} {
		t.Run(at, func(t *testing.T) {
			b := newTestBot(t, slacksim.Config{})
			b.must(b.stop())
			b.wrapLog = func(h slog.Handler) slog.Handler { return panicking{h, at, secret} }
			b.start()
			b.say("asha", channel, "we meet in room 403 with password="+secret, "")
			b.say("asha", channel, "429 TOO_MANY_REQUESTS from PDS with password="+secret, "")
			b.await("the bot to stumble", func() bool { return strings.Contains(b.log.String(), "the bot stumbled") })
			if !strings.Contains(b.log.String(), "handlers.") {
				t.Error("the log does not say where")
			}
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the log holds the secret:\n%s", b.log.String())
			}
		})
	}
}
