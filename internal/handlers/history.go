package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"
)

// HistoryAccess says how histories are read.
type HistoryAccess struct {
	Client *http.Client // one that times out
	Token  string       // the bot's token
	APIURL string       // the Web API's address; ends in "/"
}

// histories reads what stands in channels and threads, as Slack wrote it: what
// slack-go makes of a message could not be read by the same eyes as an event, and
// one odd block in it would cost a whole page.
type histories struct{ access HistoryAccess }

// historyPage is a page of a channel or a thread.
type historyPage struct {
	messages []storedMessage
	next     string // the cursor of the next page, or ""
}

// storedMessage is a message as histories have it: without its channel, and with
// what is known of its thread
// (https://docs.slack.dev/reference/methods/conversations.history).
type storedMessage struct {
	message
	ReplyUsers []string // five at most
}

// pageSize is what Slack recommends at most. Apps that it limits more get fewer.
const pageSize = 200

// page reads one page of a channel, or of a thread in it unless that is "": what was
// written after oldest, and not after latest. Its errors are like slack-go's.
func (h *histories) page(ctx context.Context, channel, thread string, oldest, latest int64, cursor string) (historyPage, error) {
	method := "conversations.history"
	form := url.Values{
		"channel": {channel}, "oldest": {formatTS(oldest)}, "latest": {formatTS(latest)}, "inclusive": {"0"},
		"limit": {strconv.Itoa(pageSize)},
	}
	if thread != "" {
		method = "conversations.replies"
		form.Set("ts", thread)
	}
	if cursor != "" {
		form.Set("cursor", cursor)
	}
	var answer struct {
		OK               bool              `json:"ok"`
		Error            string            `json:"error"`
		Messages         []json.RawMessage `json:"messages"`
		HasMore          bool              `json:"has_more"`
		ResponseMetadata struct {
			NextCursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := h.call(ctx, method, form, &answer); err != nil {
		return historyPage{}, err
	}
	if !answer.OK {
		return historyPage{}, slack.SlackErrorResponse{Err: answer.Error}
	}
	page := historyPage{messages: make([]storedMessage, 0, len(answer.Messages))}
	if answer.HasMore {
		page.next = answer.ResponseMetadata.NextCursor
	}
	for _, raw := range answer.Messages {
		m := storedMessage{message: readMessage(gjson.ParseBytes(raw))}
		m.Channel = channel
		for _, user := range gjson.GetBytes(raw, "reply_users").Array() {
			m.ReplyUsers = append(m.ReplyUsers, text(user))
		}
		page.messages = append(page.messages, m)
	}
	return page, nil
}

// call makes one call of a Web API method, and decodes what it answers.
func (h *histories) call(ctx context.Context, method string, form url.Values, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.access.APIURL+method, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+h.access.Token)
	resp, err := h.access.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(resp.Body).Decode(answer)
	case http.StatusTooManyRequests:
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			seconds = 0 // whoever calls waits as long as it thinks right
		}
		return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	}
	return slack.StatusCodeError{Code: resp.StatusCode, Status: fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
}
