package triage

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const uuid = "60E0B220-8136-4CA5-AE46-1D97EF59D068"

// detailSeeds hold details of every kind.
var detailSeeds = []string{
	"HTTP/1.1 429 Too Many Requests\nRetry-After: 20\nX-Request-ID: " + uuid,
	"HTTP/1.1 400\n\n" + naming("INVALID_VALUE", "Invalid value - 'x' in field 'gender'") + naming("MISSING_VALUE", "Missing header X-Request-ID"),
	"401 ACCESS_DENIED from PDS with eyJhbGciOiJub25lIn0.eyJleHAiOjE3NzI1MzI5NjB9.",
}

func naming(code, diagnostics string) string {
	return fmt.Sprintf(`{"issue":[{"severity":"error","details":{"coding":[{"code":%q}]},"diagnostics":%q}]}`, code, diagnostics)
}

// TestDetails checks which details go with which item.
func TestDetails(t *testing.T) {
	base := loadBase(t)
	const headers = "Retry-After: 20\nX-Request-ID: " + uuid + "\nAuthorization: Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjE3NzI1MzI5NjB9.\n\n"
	tests := []struct{ name, text, want string }{
		{"a wait goes with 429", "HTTP/1.1 429\n" + headers + naming("TOO_MANY_REQUESTS", "in field 'gender'"), "wait 20, id " + uuid},
		{"an expiry with 401", "HTTP/1.1 401\n" + headers + naming("ACCESS_DENIED", "in field 'gender'"), "expiry 1772532960, id " + uuid},
		{"names with 400", "HTTP/1.1 400\n" + headers + naming("INVALID_VALUE", "in field 'gender'"), "field gender, id " + uuid},
		{"and with a code that is 400's under another status", "HTTP/1.1 422\n" + naming("INVALID_VALUE", "in field 'gender'"), "field gender"},
		{"ids with any", "HTTP/1.1 403\n" + headers + naming("FORBIDDEN", "in field 'gender'"), "id " + uuid},
		{"each item has its own, and ids stand at the first", "X-Request-ID: " + uuid + "\n" + naming("INVALID_VALUE", "in field 'gender'") + naming("MISSING_VALUE", "Missing header X-Request-ID"),
			"field gender, id " + uuid + " | header X-Request-ID"},
		{"the same error twice", naming("INVALID_VALUE", "in field 'gender'") + naming("INVALID_VALUE", "in field 'family'"), "field gender, field family"},
		{"three names at most", naming("INVALID_VALUE", "in field 'aa', in field 'bb'") + naming("INVALID_VALUE", "in field 'cc', in field 'dd'"), "field aa, field bb, field cc"},
		{"a question has those of its options", "X-Request-ID: " + uuid + "\ngetting ACCESS_DENIED from PDS with eyJhbGciOiJub25lIn0.eyJleHAiOjE3NzI1MzI5NjB9.", "expiry 1772532960, id " + uuid},
		{"what comes nearest too", "HTTP/1.1 400\n\n" + naming("SOMETHING_ELSE", "in field 'gender'"), "field gender"},
		{"silence has none", headers, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var items []string
			for _, item := range Decide(base, Input{Text: test.text}, Auto).Items {
				var details []string
				for _, d := range item.Details {
					details = append(details, string(d.Kind)+" "+d.Value)
				}
				items = append(items, strings.Join(details, ", "))
			}
			if got := strings.Join(items, " | "); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
			}
		})
	}
}

// TestLines checks what details say.
func TestLines(t *testing.T) {
	at := time.Date(2026, time.March, 3, 10, 15, 30, 0, time.UTC)
	unix := func(d time.Duration) string { return strconv.FormatInt(at.Add(d).Unix(), 10) }
	tests := []struct {
		name    string
		details []Detail
		status  int
		want    []string
	}{
		{"one name", []Detail{{Kind: DetailField, Value: "gender"}}, 400, []string{"The error names the field `gender`."}},
		{"several names", []Detail{{Kind: DetailField, Value: "a_b"}, {Kind: DetailHeader, Value: "X-Y"}, {Kind: DetailField, Value: "c_d"}}, 400,
			[]string{"The error names the header `X-Y` and the fields `a_b` and `c_d`."}},
		{"names do not help here", []Detail{{Kind: DetailField, Value: "gender"}}, 403, nil},
		{"wait", []Detail{{Kind: DetailWait, Value: "20"}}, 429, []string{"The API asks you to wait 20 seconds before the next request."}},
		{"a long wait", []Detail{{Kind: DetailWait, Value: "7300"}}, 429, []string{"The API asks you to wait 2 hours before the next request."}},
		{"until later", []Detail{{Kind: DetailUntil, Value: unix(45 * time.Second)}}, 429, []string{"The API asks you to wait until 10:16:15 UTC, 45 seconds after the message."}},
		{"until before", []Detail{{Kind: DetailUntil, Value: unix(-5 * time.Minute)}}, 429, []string{"The API asked you to wait until 10:10:30 UTC: that was over 5 minutes before the message."}},
		{"until nonsense", []Detail{{Kind: DetailUntil, Value: unix(-1000 * day)}}, 429, nil},
		{"expired", []Detail{{Kind: DetailExpiry, Value: unix(-12*time.Minute - 40*time.Second)}}, 401, []string{"The pasted token expired 12 minutes before the message."}},
		{"expired just now", []Detail{{Kind: DetailExpiry, Value: unix(-time.Second)}}, 401, []string{"The pasted token expired 1 second before the message."}},
		{"expired long ago", []Detail{{Kind: DetailExpiry, Value: unix(-90 * day)}}, 401, []string{"The pasted token expired 90 days before the message."}},
		{"valid", []Detail{{Kind: DetailExpiry, Value: unix(3 * time.Minute)}}, 401, []string{"The pasted token was still valid for 3 minutes when the message was written."}},
		{"an expiry in no sense", []Detail{{Kind: DetailExpiry, Value: unix(20_000 * day)}}, 401, nil},
		{"a kind of a later version", []Detail{{Kind: "mood", Value: "good"}}, 401, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Lines(test.details, at, test.status)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
