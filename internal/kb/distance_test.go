package kb

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"same", "same", 0},
		{"", "abc", 3},
		{"forbidden", "forbiden", 1},
		{"forbidden", "forrbidden", 1},
		{"forbidden", "forbidten", 1},
		{"forbidden", "fobridden", 1},
		{"resourcenotfound", "resoucenotfuond", 2},
		{"fix", "fixes", 2},
		{"ca", "abc", 3}, // 2 if a swapped pair might be edited again
		{"abcdef", "fedcba", 5},
		{strings.Repeat("a", maxKey), strings.Repeat("b", maxKey), maxKey},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := distance(pair[0], pair[1], maxKey); got != test.want {
				t.Errorf("distance(%q, %q) = %d, want %d", pair[0], pair[1], got, test.want)
			}
		}
	}
}

// FuzzDistance compares distance, with its shortcuts, with the plain recurrence.
func FuzzDistance(f *testing.F) {
	f.Add("forbidden", "fobriden", 3)
	f.Add("", "ab", 1)
	f.Add("aab", "aba", 0)
	f.Add("abab", "baba", 2)
	f.Add("client", "patient", 2)
	f.Fuzz(func(t *testing.T, a, b string, limit int) {
		if len(a) > 40 || len(b) > 40 || limit < 0 || limit > 50 {
			return
		}
		want := min(plainDistance(a, b), limit+1)
		if got := distance(a, b, limit); got != want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
	})
}

func plainDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
