package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

func TestCutField(t *testing.T) {
	for from, want := range map[string]string{
		`{"ok":true,"ts":"1.0","message":{"text":"x","blocks":[{}]},"channel":"C1"}`: `{"ok":true,"ts":"1.0","message":null,"channel":"C1"}`,
		`{"message" : {"text": "}"}}`:               `{"message" : null}`,
		`{"ok":false,"error":"x"}`:                  `{"ok":false,"error":"x"}`,
		`{"message":"text"}`:                        `{"message":"text"}`,
		`{"response_metadata":{"message":{"a":1}}}`: `{"response_metadata":{"message":{"a":1}}}`,
		`{"ok":true,"message":{"text":`:             `{"ok":true,"message":{"text":`,
		`<html>`:                                    `<html>`,
		``:                                          ``,
	} {
		if got := string(cutField([]byte(from), "message")); got != want {
			t.Errorf("%s became %s, want %s", from, got, want)
		}
	}
}

// What a client gets is a whole answer, whose length is what it says, however it was sent; calls whose answers are
// needed get them as they are.
func TestWithoutEcho(t *testing.T) {
	const answer, cut = `{"ok":true,"ts":"1.0","message":{"text":"x","blocks":[{}]}}`, `{"ok":true,"ts":"1.0","message":null}`
	for name, tt := range map[string]struct {
		path   string
		status int
		send   func(w http.ResponseWriter, status int)
		want   string
		length int64
	}{
		"a post":             {"/api/chat.postMessage", 200, whole(answer), cut, int64(len(cut))},
		"an update":          {"/api/chat.update", 200, whole(answer), cut, int64(len(cut))},
		"in chunks":          {"/api/chat.update", 200, inChunks(answer), cut, int64(len(cut))},
		"compressed":         {"/api/chat.update", 200, compressed(answer), cut, int64(len(cut))},
		"nothing":            {"/api/chat.update", 200, whole(""), "", 0},
		"another method":     {"/api/conversations.replies", 200, whole(answer), answer, int64(len(answer))},
		"an error of HTTP's": {"/api/chat.update", 500, whole(answer), answer, int64(len(answer))},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != tt.path {
					t.Errorf("asked for %s", r.URL.Path)
				}
				tt.send(w, tt.status)
			}))
			defer server.Close()
			client := httpClient(time.Minute)
			defer client.CloseIdleConnections()
			resp, err := client.Post(server.URL+tt.path, "text/plain", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			said, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64)
			if string(got) != tt.want || resp.ContentLength != tt.length || said != tt.length || err != nil {
				t.Errorf("got %s (%d bytes, as the header has it %d, %v), want %s (%d)", got, resp.ContentLength, said, err, tt.want, tt.length)
			}
		})
	}
}

func whole(answer string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, status int) {
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}
}

func inChunks(answer string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, status int) {
		w.WriteHeader(status)
		io.WriteString(w, answer[:9])
		w.(http.Flusher).Flush()
		io.WriteString(w, answer[9:])
	}
}

func compressed(answer string) func(http.ResponseWriter, int) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, answer)
	z.Close()
	return func(w http.ResponseWriter, status int) {
		w.Header().Set("Content-Encoding", "gzip")
		whole(b.String())(w, status)
	}
}

// An answer stays what it is: JSON, or none, so that a broken one is still found out.
func FuzzCutField(f *testing.F) {
	f.Add(`{"ok":true,"message":{"text":"x"},"ts":"1.0"}`)
	f.Add(`{"message":{"message":{}},"message":{}}`)
	f.Fuzz(func(t *testing.T, answer string) {
		if was, is := json.Valid([]byte(answer)), json.Valid(cutField([]byte(answer), "message")); was != is {
			t.Errorf("%q: JSON before is %v, and after %v", answer, was, is)
		}
	})
}
