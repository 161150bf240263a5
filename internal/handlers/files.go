package handlers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// FileAccess says how files are downloaded.
type FileAccess struct {
	Token  string // the bot's token
	APIURL string // the Web API's address: besides Slack's own hosts, files may lie on that very one
}

const (
	maxFileSize = 256 << 10 // bytes

	// fileWait is how long a message waits for all its files, from its arrival
	// on. Slack waits three seconds for the ack.
	fileWait = 2 * time.Second

	// maxDownloads is how many messages are having files downloaded at a time;
	// the others wait, as long as fileWait lets them.
	maxDownloads = 8
)

// Why a file was not read, in words for the log: the address of a file is not
// among them, because it holds its name.
var (
	errForeignFile = errors.New("not on one of Slack's hosts")
	errSignIn      = errors.New("the sign-in page came instead")
	errFileRefused = errors.New("refused by Slack")
	errNoText      = errors.New("too large, or no text")
	errFileBusy    = errors.New("no answer from Slack's file server")
)

// files downloads what comes with messages.
type files struct {
	client  *http.Client
	access  FileAccess
	api     *url.URL
	counts  *counts
	log     *slog.Logger
	slots   chan struct{}
	noScope sync.Once
}

func newFiles(access FileAccess, counts *counts, log *slog.Logger) *files {
	api, err := url.Parse(access.APIURL)
	if err != nil {
		api = &url.URL{}
	}
	// A redirection leads to the sign-in page, and is not followed: the token
	// goes nowhere but where trusts lets it.
	client := &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &files{client: client, access: access, api: api, counts: counts, log: log, slots: make(chan struct{}, maxDownloads)}
}

// read returns the texts of files, as far as they could be read before ctx ends,
// and why one could not, or nil.
func (fs *files) read(ctx context.Context, list []file) (texts []string, failed error) {
	select {
	case fs.slots <- struct{}{}:
		defer func() { <-fs.slots }()
	case <-ctx.Done():
		return nil, errFileBusy
	}
	for _, f := range list {
		var text string
		err := fs.counts.call(callFile, func() (err error) {
			text, err = fs.fetch(ctx, f)
			return err
		})
		if err != nil {
			fs.report(f, err)
			failed = err
			continue
		}
		texts = append(texts, text)
	}
	return texts, failed
}

// fetch downloads one file
// (https://docs.slack.dev/messaging/working-with-files#retrieving).
func (fs *files) fetch(ctx context.Context, f file) (string, error) {
	u, err := url.Parse(f.URL)
	if err != nil || !fs.trusts(u) {
		return "", errForeignFile
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", errForeignFile
	}
	req.Header.Set("Authorization", "Bearer "+fs.access.Token)
	resp, err := fs.client.Do(req)
	if err != nil {
		return "", errFileBusy
	}
	defer resp.Body.Close()
	if err := judge(resp, f); err != nil {
		return "", err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFileSize+1))
	switch {
	case err != nil:
		return "", errFileBusy
	case len(body) > maxFileSize:
		return "", errNoText
	}
	return decodeText(body)
}

// decodeText reads a file as UTF-8, or as UTF-16 if its byte order mark says so
// (https://www.unicode.org/faq/utf_bom.html#bom1), as what PowerShell's > writes.
// The mark is no part of the text. What is not valid becomes U+FFFD; errNoText if
// there is a NUL, which no text has. The text is at most three times as long.
func decodeText(body []byte) (string, error) {
	var text string
	switch {
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		text = decodeUTF16(body[2:], binary.LittleEndian)
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		text = decodeUTF16(body[2:], binary.BigEndian)
	default:
		text = strings.ToValidUTF8(string(bytes.TrimPrefix(body, []byte("\uFEFF"))), "\uFFFD")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", errNoText
	}
	return text, nil
}

func decodeUTF16(body []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(body)/2+1)
	for ; len(body) >= 2; body = body[2:] {
		units = append(units, order.Uint16(body))
	}
	if len(body) > 0 { // half a unit
		units = append(units, utf8.RuneError)
	}
	return string(utf16.Decode(units))
}

// trusts reports whether the token may go to an address: to Slack's own hosts,
// and to the server that has the Web API, since a local Slack has the files too.
func (fs *files) trusts(u *url.URL) bool {
	slacks := u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(u.Hostname(), ".slack.com")
	ours := u.Scheme == fs.api.Scheme && u.Host == fs.api.Host && u.Host != ""
	return u.User == nil && (slacks || ours)
}

// judge reads the head of an answer. Who may not have a file is sent to the
// sign-in page, or gets that page right away; the address for downloads leads
// nowhere else.
func judge(resp *http.Response, f file) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	page := kind == "text/html" && f.Mimetype != kind
	switch code := resp.StatusCode; {
	case code >= 300 && code < 400, code == http.StatusOK && page:
		return errSignIn
	case code >= 500 || code == http.StatusTooManyRequests:
		return errFileBusy
	case code != http.StatusOK:
		return errFileRefused
	}
	return nil
}

// report logs that a file was not read. That the app may read none is said once.
func (fs *files) report(f file, err error) {
	if errors.Is(err, errSignIn) {
		fs.noScope.Do(func() {
			fs.log.Error("Slack does not let the bot read files: add the bot scope files:read, as in deploy/slack-app-manifest.yaml, and install the app again")
		})
	}
	fs.log.Warn("a file was not read", "file", f.ID, "reason", err.Error())
}
