package guard

import "bytes"

// issuer is a form that whoever issues a secret gave it, so that it can be found.
type issuer struct {
	prefix string
	least  int // length of what follows the prefix, at least
	set    set
	kind   Kind
}

// issued are the forms by their first byte. Lengths leave room for tokens that
// were cut off.
var issued = func() (t [256][]issuer) {
	for _, f := range [...]issuer{
		{"xoxb-", 10, urlSafe, AccessToken}, // Slack, https://docs.slack.dev/authentication/tokens
		{"xoxp-", 10, urlSafe, AccessToken},
		{"xoxa-", 10, urlSafe, AccessToken},
		{"xoxc-", 10, urlSafe, AccessToken},
		{"xoxd-", 10, anyToken, AccessToken},
		{"xoxe-", 10, urlSafe, RefreshToken},
		{"xoxe.", 10, dotted, AccessToken},
		{"xoxo-", 10, urlSafe, AccessToken},
		{"xoxr-", 10, urlSafe, RefreshToken},
		{"xoxs-", 10, urlSafe, AccessToken},
		{"xapp-", 10, urlSafe, AccessToken},
		{"AKIA", 16, plainSet, APIKey}, // AWS, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
		{"ASIA", 16, plainSet, APIKey},
		{"AIza", 20, urlSafe, APIKey}, // Google
		{"ya29.", 10, dotted, AccessToken},
		{"GOCSPX-", 10, urlSafe, ClientSecret},
		{"ghp_", 16, plainSet, AccessToken}, // GitHub
		{"gho_", 16, plainSet, AccessToken},
		{"ghu_", 16, plainSet, AccessToken},
		{"ghs_", 16, plainSet, AccessToken},
		{"ghr_", 16, plainSet, RefreshToken},
		{"github_pat_", 16, urlSafe, AccessToken},
		{"glpat-", 16, urlSafe, AccessToken}, // GitLab
		{"sk_live_", 10, plainSet, APIKey},   // Stripe
		{"sk_test_", 10, plainSet, APIKey},
		{"rk_live_", 10, plainSet, APIKey},
		{"rk_test_", 10, plainSet, APIKey},
		{"whsec_", 16, anyToken, APIKey},
		{"sk-", 32, urlSafe, APIKey}, // OpenAI, Anthropic
		{"SG.", 32, dotted, APIKey},  // SendGrid
		{"npm_", 30, plainSet, AccessToken},
		{"pypi-", 32, urlSafe, AccessToken},
		{"hf_", 30, plainSet, AccessToken},
		{"dckr_pat_", 16, urlSafe, AccessToken},
		{"PMAK-", 24, urlSafe, APIKey},         // Postman
		{"ATATT3", 32, anyToken, AccessToken},  // Atlassian
		{"hvs.", 20, urlSafe, AccessToken},     // Vault
		{"glsa_", 20, urlSafe, AccessToken},    // Grafana
		{"dapi", 32, plainSet, AccessToken},    // Databricks
		{"AQIC", 30, ticket, Session},          // single sign-on tickets of smartcards (ForgeRock's form)
		{"sntrys_", 20, anyToken, AccessToken}, // Sentry
	} {
		c := f.prefix[0]
		t[c] = append(t[c], f)
	}
	return t
}()

// issuedToken finds a secret that tells by its prefix whose it is.
func (s *scan) issuedToken(i int) {
	for _, f := range issued[s.b[i]] {
		if !s.has(i, f.prefix) {
			continue
		}
		start := i + len(f.prefix)
		end := s.run(start, f.set)
		if end-start < f.least || !mixed(s.b[start:end]) {
			continue
		}
		s.add(f.kind, i, s.unwrap(i, end, 0), true)
		if f.prefix == "AKIA" || f.prefix == "ASIA" {
			s.secretOfKey(end)
		}
		return
	}
}

// secretOfKey finds the secret that AWS shows beside a key id: 40 characters of
// base64, with next to nothing in between.
func (s *scan) secretOfKey(i int) {
	const reach, size = 24, 40
	start := i
	for start < len(s.b) && start-i < reach && class[s.b[start]]&(alnum|padding) == 0 {
		start++
	}
	end := s.run(start, anyToken)
	if end-start == size && mixed(s.b[start:end]) {
		s.add(APIKey, start, end, true)
	}
}

// jwt finds a JSON web token, whole or cut off: eyJ is {" in base64
// (https://www.rfc-editor.org/rfc/rfc7519). With a second part it is surely one.
func (s *scan) jwt(i int) {
	const least, secondPart, look = 12, 8, 4096
	if !s.has(i, "eyJ") {
		return
	}
	end := s.run(i, anyToken)
	token := bytes.TrimRight(s.b[i:min(end, i+look)], ".")
	if len(token) < least || masked(token[3:]) {
		return
	}
	cut := bytes.IndexByte(token, '.')
	sure := cut > 0 && len(token)-cut > secondPart
	s.add(AccessToken, i, s.unwrap(i, s.trim(i, end), 0), sure)
}

// keyBytes finds a private RSA or EC key without its armour. Both begin with an
// ASN.1 sequence and a version number (https://www.rfc-editor.org/rfc/rfc8017,
// https://www.rfc-editor.org/rfc/rfc5958), which certificates do not.
func (s *scan) keyBytes(i int) {
	const least, certain = 40, 200
	if !s.has(i, "MII") || !s.has(i+6, "IBA") {
		return
	}
	if end := s.run(i, anyToken); end-i >= least {
		s.add(PrivateKey, i, s.unwrap(i, end, 0), end-i >= certain)
	}
}

// armour finds a private key in PEM, PGP's or SSH's armour: -----BEGIN … PRIVATE
// KEY-----, and everything up to its end. Without an end it goes on as long as
// lines look like its body.
func (s *scan) armour(i int) {
	const longest = 80
	if s.is(i-1, joint) || !s.has(i, "----") {
		return
	}
	name := i
	for name < len(s.b) && name-i < 8 && (s.b[name] == '-' || s.is(name, blank)) {
		name++
	}
	if !s.has(name, "BEGIN") {
		return
	}
	body := name
	for body-name < longest && (s.is(body, upper|digit|blank)) {
		body++
	}
	if !bytes.Contains(s.b[name:body], []byte("PRIVATE")) || !s.has(body, "----") {
		return
	}
	for s.has(body, "-") {
		body++
	}
	end := s.bodyEnd(body)
	sure := end > body
	if stop := s.armourEnd(body); stop > 0 {
		end = stop
	}
	s.add(PrivateKey, i, end, sure)
}

// armourEnd finds the end of -----END … -----, if that comes before another
// begins; else it returns -1.
func (s *scan) armourEnd(i int) int {
	next := bytes.Index(s.b[i:], []byte("----"))
	if next < 0 {
		return -1
	}
	end := i + next
	for end < len(s.b) && (s.b[end] == '-' || s.is(end, blank)) {
		end++
	}
	if !s.has(end, "END") {
		return -1
	}
	for end < len(s.b) && s.b[end] != '-' && !s.is(end, newline) {
		end++
	}
	for s.is(end, joint) {
		end++
	}
	return end
}

// bodyEnd finds where base64 ends: at the first word that is one.
func (s *scan) bodyEnd(i int) int {
	const least = 16
	end := i
	for {
		start := end
		for start < len(s.b) && class[s.b[start]]&(blank|newline|quote) != 0 || s.has(start, `\`) || s.has(start, ">") {
			start++
		}
		stop := start
		for s.is(stop, alnum|padding) {
			stop++
		}
		if stop == start || stop-start < least && plain(s.b[start:stop]) {
			return end
		}
		end = stop
	}
}

// webhook finds the path of Slack's incoming webhooks and response URLs: whoever
// knows it may post (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
func (s *scan) webhook(i, j int) {
	const host, least = ".slack.com/", 20
	if !s.has(i, "hooks") || !s.has(j, host) {
		return
	}
	start := j + len(host)
	if end := s.trim(start, s.run(start, anyToken)); end-start >= least && mixed(s.b[start:end]) {
		s.add(Webhook, start, end, true)
	}
}

// userinfo finds the password in https://user:password@host
// (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1).
func (s *scan) userinfo(i int) {
	const longest = 512
	if !s.has(i, "://") {
		return
	}
	user := i + len("://")
	host, colon := -1, -1
	for k := user; k < len(s.b) && k-user < longest; k++ {
		switch c := s.b[k]; {
		case c == '@':
			host = k
		case c == ':' && colon < 0 && host < 0:
			colon = k
		}
		if c := s.b[k]; c == '/' || c == '?' || c == '#' || class[c]&(blank|newline|quote) != 0 || c == '<' || c == '>' || c == '|' || c == '\\' {
			break
		}
	}
	start := colon + 1
	if colon < 0 {
		start = user
	}
	if host <= start || colon < 0 && !random(s.b[start:host]) || placeholder(s.b[start:host]) {
		return
	}
	s.add(Password, start, host, !plain(s.b[start:host]))
}

// login finds the password in curl -u user:password.
func (s *scan) login(i, j int) {
	if w := s.b[i:j]; !equalFold(w, "u") && !equalFold(w, "user") || !s.has(i-1, "-") || s.is(i-2, alnum) {
		return
	}
	if !s.is(j, blank) && !s.has(j, "=") {
		return
	}
	v := s.value(j + 1)
	start := v.start
	for s.is(start, alnum|joint|dot|star) || s.has(start, `\`) {
		start++ // the user's name
	}
	if start >= v.end || s.b[start] != ':' {
		return
	}
	start++
	password := s.b[start:v.end]
	if len(password) == 0 || placeholder(password) || plain(password) || measure(password).digits == len(password) {
		return
	}
	v.start = start
	s.addValue(Password, v, true)
}
