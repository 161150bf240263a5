package token

import "testing"

func TestRemedy(t *testing.T) {
	for _, code := range []string{"invalid_auth", "token_revoked", "missing_scope", "team_access_not_granted"} {
		if remedy, refused := Remedy(code); !refused || remedy == "" {
			t.Errorf("Remedy(%s) = %q, %v; want what to do", code, remedy, refused)
		}
	}
	// These pass by themselves, or are about the call.
	for _, code := range []string{"", "internal_error", "ratelimited", "accesslimited", "service_unavailable", "channel_not_found"} {
		if remedy, refused := Remedy(code); refused {
			t.Errorf("Remedy(%q) = %q: a bot would end for it", code, remedy)
		}
	}
}
