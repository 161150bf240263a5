package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// httpClient keeps enough idle connections for the calls that may be in flight
// at once: the default of two would open a new one for almost every call.
func httpClient(timeout time.Duration) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	return &http.Client{Timeout: timeout, Transport: withoutEcho{transport}}
}

// withoutEcho takes the field "message" out of the answers to chat.postMessage and
// chat.update: the message that was just sent, once more. slack-go would decode each
// block of it, which costs more than anything else that the bot does for a reply, and
// nobody looks at it.
type withoutEcho struct{ http.RoundTripper }

// maxAnswer bounds what is read of such an answer. A message has 16 kB at most.
const maxAnswer = 1 << 20

func (t withoutEcho) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK ||
		!strings.HasSuffix(r.URL.Path, "/chat.postMessage") && !strings.HasSuffix(r.URL.Path, "/chat.update") {
		return resp, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil { // the answer is lost, as it would be if nobody had looked into it
		return nil, err
	}
	answer = cutField(answer, "message")
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(answer)), int64(len(answer))
	resp.Header.Set("Content-Length", strconv.Itoa(len(answer)))
	return resp, nil
}

// cutField takes a field out of a JSON object. What is no JSON stays as it is, for
// whoever reads it to complain about.
func cutField(object []byte, field string) []byte {
	if !json.Valid(object) { // gjson does not look
		return object
	}
	value := gjson.GetBytes(object, field)
	if !value.IsObject() || value.Index == 0 {
		return object
	}
	return append(append(object[:value.Index:value.Index], "null"...), object[value.Index+len(value.Raw):]...)
}
