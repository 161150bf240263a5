package main

import (
	"encoding/json"
	"testing"
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
