package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// openPage opens the page of a server in a real browser, without a window.
func openPage(t *testing.T, s *Server) context.Context {
	t.Helper()
	browser := os.Getenv("TEST_BROWSER")
	if browser == "" {
		t.Skip("needs a browser: TEST_BROWSER=/usr/bin/chromium switches it on")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Headless,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL()+"/#C0SUPPORT")); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, `document.querySelector('#channel-name').textContent === '#api-support'`)
	return ctx
}

func until(t *testing.T, page context.Context, expression string) {
	t.Helper()
	_, err := chromedp.Run(page, chromedp.Poll[bool](expression, chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(patience)))
	if err != nil {
		t.Fatalf("waiting for %s: %v", expression, err)
	}
}

// evaluate returns the value of a JavaScript expression, and of its promise.
func evaluate[T any](t *testing.T, page context.Context, expression string) T {
	t.Helper()
	yes := true
	value, err := chromedp.Run(page, chromedp.Evaluate[T](expression, func(p *runtime.EvaluateParams) { p.AwaitPromise = &yes }))
	if err != nil {
		t.Fatalf("evaluating %s: %v", expression, err)
	}
	return value
}

// textFormats are texts as Slack delivers them, and what the page makes of them.
// Links are written without their attributes but href.
var textFormats = []struct{ mrkdwn, want string }{
	// Marks at the edges of words only.
	{"INVALID_VALUE_X and 2*3*4", "INVALID_VALUE_X and 2*3*4"},
	{"_INVALID_VALUE_", "<em>INVALID_VALUE</em>"},
	{"*bold*, (_it_) and ~gone~.", "<strong>bold</strong>, (<em>it</em>) and <s>gone</s>."},
	{"*bold _both_*", "<strong>bold <em>both</em></strong>"},
	{"* not* *not *", "* not* *not *"},
	{"**not**", "**not**"},
	{"*not\nover lines*", "*not\nover lines*"},
	// Code.
	{"`*a* &lt;b&gt;` *b `*` c*", "<code>*a* &lt;b&gt;</code> <strong>b <code>*</code> c</strong>"},
	{"a\n```\n{\"a\":  1}\n*b*\n```\nc", "a<pre>{\"a\":  1}\n*b*</pre>c"},
	{"```not closed", "```not closed"},
	// Escapes, and text that looks like markup.
	{"&amp;lt; &amp; &lt;b&gt;", "&amp;lt; &amp; &lt;b&gt;"},
	{"&lt;img src=x onerror=alert(1)&gt;", "&lt;img src=x onerror=alert(1)&gt;"},
	{"<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"},
	{"1 < 2 and 3 > 2", "1 &lt; 2 and 3 &gt; 2"},
	// Links: safe schemes only.
	{"<https://a.example/c_d_e?x=1&amp;y=2|the *label*>", `<a href="https://a.example/c_d_e?x=1&amp;y=2">the *label*</a>`},
	{"<mailto:a@b.example|a@b.example>", `<a href="mailto:a@b.example">a@b.example</a>`},
	{"see https://a.example/x_y.", `see <a href="https://a.example/x_y">https://a.example/x_y</a>.`},
	{"<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"},
	{"<JavaScript:alert(1)>", "&lt;JavaScript:alert(1)&gt;"},
	{"<data:text/html,x|y>", "&lt;data:text/html,x|y&gt;"},
	// Mentions.
	{"<@U0BEN0001> <@U404|zed>", `<span class="mention" data-user-id="U0BEN0001">@ben</span> <span class="mention" data-user-id="U404">@zed</span>`},
	{"<#C0GENERAL|old>", `<a href="#C0GENERAL">#general</a>`},
	{"<!here> <!subteam^S1|@ops>", `<span class="mention mention-me">@here</span> <span class="mention mention-me">@ops</span>`},
	{"<!date^never^{date}|a &amp; b>", `<time title="a &amp; b">a &amp; b</time>`},
	// Emoji, quotes.
	{":tada: :unknown: 10:42:30", `<span class="emoji" role="img" aria-label="tada" title=":tada:">🎉</span> :unknown: 10:42:30`},
	{"a\n&gt; *b*\n&gt; c\nd", "a<blockquote><strong>b</strong>\nc</blockquote>d"},
	{"&gt;&gt;&gt; a\nb", "<blockquote>a\nb</blockquote>"},
}

func TestPageTextFormats(t *testing.T) {
	page := openPage(t, newServer(t))
	var texts, want []string
	for _, c := range textFormats {
		texts, want = append(texts, c.mrkdwn), append(want, c.want)
	}
	list, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate[[]string](t, page, fmt.Sprintf(`(async () => {
		const { mrkdwn } = await import("/mrkdwn.js");
		const names = { me: "U0ASHA001", user: (id) => ({ U0BEN0001: { name: "ben" } })[id], channel: (id) => ({ C0GENERAL: { name: "general" } })[id] };
		return %s.map((text) => {
			const shown = document.createElement("div");
			shown.append(...mrkdwn(text, names));
			for (const a of shown.querySelectorAll("a")) {
				if (!a.getAttribute("href").startsWith("#") && a.rel !== "noopener noreferrer") a.append("(no rel!)");
				for (const name of a.getAttributeNames()) if (name !== "href") a.removeAttribute(name);
			}
			return shown.innerHTML;
		});
	})()`, list))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mrkdwn (-want +got):\n%s", diff)
	}
}

// TestPageKeepsWhatPeopleDo changes the world under somebody who is writing, and
// shows blocks of every kind, unknown and malformed ones among them.
func TestPageKeepsWhatPeopleDo(t *testing.T) {
	s := newServer(t)
	page := openPage(t, s)
	evaluate[bool](t, page, `(document.querySelector('#composer').focus(), document.execCommand('insertText', false, 'half a sen'))`)

	ts, err := s.Say("ben", "api-support", `<img src=x onerror=alert(1)> & <b>`, "")
	if err != nil {
		t.Fatal(err)
	}
	message := fmt.Sprintf(`document.querySelector('#messages [data-ts="%s"]')`, ts)
	until(t, page, "!!"+message)
	if got, want := evaluate[string](t, page, message+`.querySelector('[data-testid=message-body]').textContent`), `<img src=x onerror=alert(1)> & <b>`; got != want {
		t.Errorf("the message shows %q, want %q", got, want)
	}

	_, err = s.SayRaw(json.RawMessage(`{"channel":"C0SUPPORT","user":"U0BEN0001","text":"x","blocks":[
		{"type":"header","text":{"type":"plain_text","text":"A header"}},
		{"type":"hologram"}, {"type":"constructor"}, {"type":"section"}, {"type":"context"}, {"type":"rich_text","elements":[{"type":"rich_text_list"}]},
		{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Press"}},{"type":"datepicker"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	until(t, page, `!!document.querySelector('#messages .block-header')`)
	got := evaluate[string](t, page, `[...document.querySelectorAll('#messages .block-unknown')].map((el) => el.textContent).join(", ")`)
	want := "hologram (not shown here), constructor (not shown here), context (not shown here), rich_text (not shown here), datepicker (not shown here)"
	if got != want {
		t.Errorf("grey boxes: %s\nwant: %s", got, want)
	}

	state := evaluate[string](t, page, `document.activeElement.id + ": " + document.querySelector('#composer').value`)
	if want := "composer: half a sen"; state != want {
		t.Errorf("after the changes the focus and text are %q, want %q", state, want)
	}
	if err := chromedp.Do(page, chromedp.SendKeys(chromedp.CSS("#composer"), "tence\r")); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the message to be said", func() bool {
		list := s.Messages("api-support")
		return strings.HasSuffix(list[len(list)-1].Text, "half a sentence")
	})
}

// TestPageFaults switches faults on and off from the page, shows what others
// switched on, and makes something happen to the sockets.
func TestPageFaults(t *testing.T) {
	s := newServer(t)
	page := openPage(t, s)
	dial(t, s)
	dial(t, s)
	press := func(selector string) {
		t.Helper()
		if err := chromedp.Do(page, chromedp.Click(chromedp.CSS(selector))); err != nil {
			t.Fatal(err)
		}
	}
	press("#faults-toggle")
	for _, name := range []string{"slow", "limited", "errors", "no-answer", "lag", "lost-acks", "twice", "too-many"} {
		press("[data-fault=" + name + "]")
		await(t, s, name+" to be switched on", func() bool { return len(s.Faults()) == 1 })
		until(t, page, `document.querySelector('#faults-toggle .count').textContent === '1'`)
		press("[data-fault=" + name + "]")
		await(t, s, name+" to be switched off", func() bool { return len(s.Faults()) == 0 })
		until(t, page, `document.querySelector('#faults-toggle .count').hidden`)
	}

	s.mustFault(t, Fault{On: OnFiles, Effect: EffectDrop})
	until(t, page, `document.querySelector('[data-testid=fault-other]')?.innerText.startsWith('files: drop')`)
	press("[data-testid=fault-other] button")
	await(t, s, "the other fault to be switched off", func() bool { return len(s.Faults()) == 0 })

	press("[data-act=cut]")
	await(t, s, "one socket to be cut", func() bool { return s.Sockets() == 1 })
	press("[data-act=half-open]")
	until(t, page, `document.querySelector('#faults-said').textContent === 'Half-open one: 1 socket'`)
	press("[data-act=refresh]")
	until(t, page, `document.querySelector('#faults-said').textContent === 'Refresh one: 0 sockets'`)
	history := s.SocketHistory()
	if diff := cmp.Diff([]int{1, 2, 1, 0}, history); diff != "" {
		t.Errorf("healthy sockets (-want +got):\n%s", diff)
	}
}

// TestPageForwards forwards a message with the buttons of the page.
func TestPageForwards(t *testing.T) {
	s := newServer(t)
	ts, err := s.Say("ben", "api-support", "we get *403* FORBIDDEN", "")
	if err != nil {
		t.Fatal(err)
	}
	page := openPage(t, s)
	message := fmt.Sprintf(`document.querySelector('#messages [data-ts="%s"]')`, ts)
	until(t, page, "!!"+message)
	evaluate[bool](t, page, message+`.querySelector('[data-testid=forward]').click() ?? true`)
	evaluate[bool](t, page, message+`.querySelector('[data-testid=forward-to]').value = 'C0SUPPORT', true`)
	evaluate[bool](t, page, message+`.querySelector('[data-testid=forward-comment]').value = 'who knows?', true`)
	evaluate[bool](t, page, message+`.querySelector('[data-testid=confirm-yes]').click() ?? true`)
	until(t, page, `!!document.querySelector('#messages .forwarded')`)

	list := s.Messages("api-support")
	if got, want := list[len(list)-1].Text, "who knows?"; got != want {
		t.Errorf("the comment is %q, want %q", got, want)
	}
	got := evaluate[string](t, page, `document.querySelector('#messages .forwarded').innerText`)
	if want := "ben\nwe get 403 FORBIDDEN\nPosted in #api-support"; got != want {
		t.Errorf("the page shows %q, want %q", got, want)
	}
}
