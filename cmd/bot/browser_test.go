package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"apierrorbot/internal/slacksim"
)

// TestPageInBrowser does what a newcomer does, in a real browser: paste an error
// body into the page, see the answer in the thread, and tick the steps off as two
// different people, each in a tab of their own. It looks at the page only.
func TestPageInBrowser(t *testing.T) {
	browser := os.Getenv("TEST_BROWSER")
	if browser == "" {
		t.Skip("needs a browser: TEST_BROWSER=/usr/bin/chromium switches it on")
	}
	b := newTestBot(t, slacksim.Config{Examples: examples})
	ctx := newBrowser(t, browser)
	asha := openTab(t, ctx, b.sim.URL()+"/?as=U0ASHA001#C0SUPPORT")
	ben := openTab(t, ctx, b.sim.URL()+"/?as=U0BEN0001#C0SUPPORT")

	asha.paste("#composer", examples[0].Text)
	asha.until(`step buttons in the thread`, stepButtons+`.length === 2`)
	asha.until(`the answer's header`, `document.querySelector('#thread-messages [data-bot]').innerText.includes('429 · TOO_MANY_REQUESTS')`)

	asha.click(`Mark done`, 0)
	ben.run(chromedp.Click(chromedp.CSS(`[data-testid=reply-bar]`)))
	ben.until(`asha's tick`, threadText+`.includes('1 of 2 done')`)
	if path := os.Getenv("SCREENSHOT"); path != "" {
		ben.screenshot(path)
	}
	ben.click(`Mark done`, 0)
	for _, tab := range []*tab{asha, ben} {
		tab.until(`both ticks`, threadText+`.includes('2 of 2 done')`)
		text := tab.text(`#thread-messages [data-bot]`)
		for _, want := range []string{"Done by @asha", "Done by @ben", "Resolved by @ben"} {
			if !strings.Contains(text, want) {
				t.Errorf("the thread says\n%s\nwant %q in it", text, want)
			}
		}
	}

	// Ticks are taken back, by anybody.
	asha.click(`Undo`, 1)
	ben.until(`the tick to be taken back`, threadText+`.includes('1 of 2 done')`)

	// An example, a slash command, and silence.
	ben.run(chromedp.Click(chromedp.CSS(`[data-example-id=slash]`)))
	ben.until(`a private answer`, `[...document.querySelectorAll('#messages [data-ephemeral]')].some(m => m.innerText.includes('Which one is it?'))`)
	asha.until(`nothing of it for asha`, `document.querySelectorAll('#messages [data-ephemeral]').length === 0`)
}

const (
	stepButtons = `document.querySelectorAll('#thread-messages [data-bot] [data-testid=block-button][data-action-id=step]')`
	threadText  = `(document.querySelector('#thread-messages [data-bot]')?.innerText ?? '')`
)

// newBrowser starts a browser without a window and without any wish to phone home.
func newBrowser(t *testing.T, path string) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Headless,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("cannot start %s: %v", path, err)
	}
	return ctx
}

// tab is a person at the page.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T, browser context.Context, url string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	tab := &tab{t, ctx}
	tab.run(chromedp.EmulateViewport(1280, 860))
	tab.run(chromedp.Navigate(url))
	tab.until("the page to be connected", `document.querySelector('[data-testid=connection]')?.dataset.connected === 'true'`)
	return tab
}

func (tab *tab) run(a chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, a); err != nil {
		tab.t.Fatal(err)
	}
}

// until waits until a JavaScript expression is true.
func (tab *tab) until(what, expression string) {
	tab.t.Helper()
	_, err := chromedp.Run(tab.ctx, chromedp.Poll[bool](expression,
		chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(patience)))
	if err != nil {
		tab.t.Fatalf("waiting for %s: %v; the page says:\n%s", what, err, tab.text("body"))
	}
}

func (tab *tab) text(selector string) string {
	tab.t.Helper()
	text, err := chromedp.Run(tab.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		tab.t.Fatal(err)
	}
	return text
}

// paste puts text into a composer as a paste does, line breaks and all, and
// sends it.
func (tab *tab) paste(composer, text string) {
	tab.t.Helper()
	tab.run(chromedp.Focus(chromedp.CSS(composer)))
	if _, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](
		fmt.Sprintf(`document.execCommand('insertText', false, %q)`, text))); err != nil {
		tab.t.Fatal(err)
	}
	tab.run(chromedp.SendKeys(chromedp.CSS(composer), kb.Enter))
}

// click presses the n-th button (from 0) with that label in the thread.
func (tab *tab) click(label string, n int) {
	tab.t.Helper()
	find := fmt.Sprintf(`[...%s].filter(b => b.innerText.trim() === %q)[%d]`, stepButtons, label, n)
	tab.until("a button "+label, "!!"+find)
	if _, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](find+".click(), true")); err != nil {
		tab.t.Fatal(err)
	}
}

func (tab *tab) screenshot(path string) {
	tab.t.Helper()
	png, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}
