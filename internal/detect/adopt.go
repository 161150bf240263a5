package detect

// adoptStatuses gives bodies without a status the one that stands before them:
// that of the status line of the same answer, or of "getting a 403 from PDS:".
// The mention has then said its part and is no signal of its own.
func adoptStatuses(found []Signal) []Signal {
	adopted := make([]bool, len(found))
	for i := range found {
		body := &found[i]
		if body.Kind != KindBody || body.Cues&against != 0 {
			continue
		}
		if body.Status != 0 {
			if m := statusFor(found, i); m >= 0 && m < i && found[m].Status == body.Status && len(body.Codes) > 0 {
				adopted[m] = found[m].Kind <= KindReason // it has said what the body says
			}
			continue
		}
		if m := statusFor(found, i); m >= 0 {
			body.Status = found[m].Status
			if len(body.Codes) == 0 {
				body.Codes = found[m].Codes // the phrase, at least
			}
			body.Unsure = body.Unsure && m < i && !found[m].Cues.Enough()
			adopted[m] = found[m].Kind <= KindReason
		}
	}
	for i := range found {
		if m := statusOfCode(found, i); m >= 0 && !adopted[m] {
			found[i].Status, adopted[m] = found[m].Status, true
		}
	}
	for i := range found {
		if m := statusOfOAuth(found, i); m >= 0 && !adopted[m] {
			found[i].Status, adopted[m] = found[m].Status, true
		}
	}
	left := found[:0]
	for i, s := range found {
		if !adopted[i] {
			left = append(left, s)
		}
	}
	return left
}

// statusFor finds the mention of a status that belongs to the body found[i]: the
// last one before it, but not before another body that has a status; else the
// only one behind it. -1 if there is none.
func statusFor(found []Signal, i int) int {
	// A number that is no evidence by itself must stand this near, in bytes.
	const near, nearBehind = 100, 24
	for j := i - 1; j >= 0; j-- {
		s := &found[j]
		switch {
		case s.Kind == KindBody || s.Status == 0:
		case s.Cues.Enough(), s.Cues&(against&^cueRound) == 0 && found[i].Span.Start-s.Span.End < near:
			return j
		}
	}
	after := -1
	for j := i + 1; j < len(found); j++ {
		s := &found[j]
		switch {
		case s.Kind == KindBody && s.Status == 0:
			return -1
		case s.Kind == KindBody || s.Status == 0 || s.Cues&cueFrom != 0: // with a source of its own it is an error of its own
		case s.Cues.Enough() || s.Cues&cueLabel != 0 || s.Cues&against == 0 && s.Span.Start-found[i].Span.End < nearBehind:
			if after >= 0 {
				return -1
			}
			after = j
		}
	}
	return after
}

// statusOfCode finds the bare status beside a code, both as programs print them:
// "Status Code: 400; Error Code: ThrottlingException". -1 if there is none.
func statusOfCode(found []Signal, i int) int {
	const near = 40 // bytes
	code := &found[i]
	if code.Kind == KindBody || code.Status != 0 || code.Cues&(cueLabel|cueProgram) == 0 || i == 0 {
		return -1
	}
	s := &found[i-1]
	if s.Kind == KindStatus && s.Reader == readerLog && code.Span.Start-s.Span.End < near {
		return i - 1
	}
	return -1
}

// statusOfOAuth finds the status beside a code of OAuth's, whose errors come with 400
// (RFC 6749, section 5.2), as clients print both: "oauth2: cannot fetch token: 400 Bad
// Request" and "invalid_grant" before or behind it. -1 if there is none.
func statusOfOAuth(found []Signal, i int) int {
	const near = 120 // bytes
	code := &found[i]
	if code.Kind == KindBody || code.Status != 0 || len(code.Codes) == 0 || !isOAuthCode(code.Codes[0]) {
		return -1
	}
	for _, m := range [...]int{i - 1, i + 1} {
		if m < 0 || m >= len(found) || found[m].Status != 400 || found[m].Kind != KindStatus && found[m].Kind != KindReason {
			continue
		}
		if max(code.Span.Start, found[m].Span.Start)-min(code.Span.End, found[m].Span.End) < near {
			return m
		}
	}
	return -1
}

// isOAuthCode knows the codes of RFC 6749, section 5.2, that name who or what was refused.
func isOAuthCode(code string) bool {
	switch code {
	case "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "unsupported_grant_type":
		return true
	}
	return false
}
