package guard

import "bytes"

// trust says what a value must look like to be believed, by how it is announced.
// The vaguer the announcement, the more the value must look like a secret.
type trust struct {
	quoted look // name: "value", name="value"
	tight  look // name=value, <name>value</name>, --name value
	loose  look // name: value
	spoken look // the name is value, name value
}

var (
	fully     = trust{anything, anything, lastWord, fairly}
	mostly    = trust{anything, anything, unplain, lengthy}
	somewhat  = trust{fairly, unplain, fairly, randomly}
	hardly    = trust{fairly, fairly, randomly, randomly}
	barely    = trust{randomly, randomly, randomly, randomly}
	inAddress = trust{never, randomly, never, never}
)

// announcer is a kind of secret with the names that announce it.
type announcer struct {
	kind  Kind
	trust *trust
	sure  bool // a value that looks fairly like a secret is enough to be certain
	whole bool // the last word must be exactly the name: "bypass" is no pass
	// How names end, without _ - . and spaces, in lower case: MY_CLIENT_SECRET
	// and "client secret" both end in clientsecret.
	names []string
}

// announcers are tried in this order: of two names that end alike the longer one
// comes first.
var announcers = [...]announcer{
	{kind: Assertion, trust: &mostly, sure: true, names: []string{"clientassertion"}},
	{kind: ClientSecret, trust: &fully, sure: true, names: []string{
		"clientsecret", "appsecret", "consumersecret", "apisecret", "sharedsecret"}},
	{kind: Password, trust: &fully, sure: true, names: []string{"password", "passwd", "passphrase", "passcode", "pwd"}},
	{kind: RefreshToken, trust: &mostly, sure: true, names: []string{"refreshtoken"}},
	{kind: Session, trust: &mostly, sure: true, names: []string{"sessiontoken"}},
	{kind: AccessToken, trust: &mostly, sure: true, names: []string{
		"accesstoken", "idtoken", "authtoken", "bearertoken", "apitoken", "securitytoken", "subjecttoken"}},
	{kind: APIKey, trust: &mostly, sure: true, names: []string{"apikey", "subscriptionkey", "secretaccesskey"}},
	{kind: PrivateKey, trust: &somewhat, sure: true, names: []string{"privatekey"}},
	{kind: APIKey, trust: &somewhat, sure: true, names: []string{
		"accesskey", "secretkey", "accountkey", "consumerkey", "applicationkey", "appkey", "functionskey", "signingkey",
		"encryptionkey", "masterkey", "sharedkey"}},
	{kind: Session, trust: &somewhat, sure: true, names: []string{"sessionid", "sessid", "connectsid"}}, // JSESSIONID, PHPSESSID …
	{kind: Password, trust: &somewhat, whole: true, names: []string{"pass", "creds", "credentials"}},
	{kind: ClientSecret, trust: &somewhat, names: []string{"secret"}},
	{kind: AccessToken, trust: &hardly, names: []string{"token"}},
	{kind: APIKey, trust: &barely, names: []string{"primarykey", "secondarykey"}},
	// Parameters of addresses: ?key= (Google), &code= (OAuth), &sig= (Azure), -Signature= (AWS).
	{kind: APIKey, trust: &inAddress, whole: true, names: []string{"key"}},
	{kind: AccessToken, trust: &inAddress, whole: true, names: []string{"code"}},
	{kind: Signature, trust: &inAddress, whole: true, names: []string{"sig", "signature"}},
}

// announces reports whether a word may be the last one of a name that announces
// a secret. It is asked about every word, so it looks at the last byte first.
func announces(w []byte) bool {
	switch w[len(w)-1] | 0x20 {
	case 'd':
		return endsFold(w, "word") || endsFold(w, "pwd") || endsFold(w, "passwd") || endsFold(w, "id") || isKeyNumber(w)
	case 'e':
		return endsFold(w, "passphrase") || endsFold(w, "code") || endsFold(w, "cookie") || endsFold(w, "signature")
	case 'g':
		return equalFold(w, "sig")
	case 'i', 'p', 'q':
		return isKeyNumber(w)
	case 'n':
		return endsFold(w, "token") || endsFold(w, "assertion") || endsFold(w, "authorization") || endsFold(w, "authorisation")
	case 's':
		return equalFold(w, "pass") || endsFold(w, "creds") || endsFold(w, "credentials")
	case 't':
		return endsFold(w, "secret")
	case 'y':
		return endsFold(w, "key")
	}
	return false
}

// named finds a value after a name whose last word stands from i to j.
func (s *scan) named(i, j int) {
	var room [nameLength]byte
	name := s.nameBefore(j, &room)
	switch {
	case endsFold(name, "authorization"), endsFold(name, "authorisation"):
		s.header(i, j)
		return
	case endsFold(name, "cookie"):
		s.cookie(i, j)
		return
	case isKeyNumber(s.b[i:j]):
		s.keyNumber(i, j)
		return
	}
	for n := range announcers {
		a := &announcers[n]
		for _, suffix := range a.names {
			if endsFold(name, suffix) && (!a.whole || j-i == len(suffix)) {
				s.field(a, i, j)
				return
			}
		}
	}
}

// nameLength bounds what of a name is looked at.
const nameLength = 24

// nameBefore returns the letters and digits of the name that ends at j, without
// what joins its words: client_secret, client-secret, client.secret and "client
// secret" are all clientsecret.
func (s *scan) nameBefore(j int, room *[nameLength]byte) []byte {
	n := nameLength
	for i := j - 1; i >= 0 && n > 0; i-- {
		if c := s.b[i]; class[c]&alnum != 0 {
			n--
			room[n] = c
		} else if class[c]&(joint|dot|blank) == 0 || !s.is(i-1, alnum) {
			break
		}
	}
	return room[n:]
}

// field finds the value of a name, if it is believed.
func (s *scan) field(a *announcer, i, j int) {
	p, how := s.announcement(i, j)
	if how == unannounced || a.trust == &inAddress && !s.parameter(i) {
		return
	}
	v := s.value(p)
	if !s.believes(a.trust.in(how, v), v) {
		// "the password for the test environment is …"
		if how != spoken {
			return
		}
		if p = s.saidLater(p); p < 0 {
			return
		}
		if v = s.value(p); !s.believes(a.trust.spoken, v) || uuid(s.examine(v)) {
			return
		}
	}
	text := s.examine(v)
	s.addValue(a.kind, v, random(text) || a.sure && (fair(text) || len(text) >= machineLength && mixed(text)))
}

// parameter reports whether a name stands where parameters of an address do.
func (s *scan) parameter(i int) bool { return s.has(i-1, "&") || s.has(i-1, "?") || s.has(i-1, "-") }

// in says what a value must look like, announced in a certain way.
func (t *trust) in(how manner, v value) look {
	switch {
	case how == spoken && v.newLine:
		return max(lengthy, t.spoken)
	case how == spoken:
		return t.spoken
	case how == paired && !v.quoted:
		return never
	case how == paired, v.newLine && !v.quoted:
		return max(fairly, t.loose)
	case v.quoted:
		return t.quoted
	case how == tight:
		return t.tight
	}
	return t.loose
}

// header finds the credentials of an Authorization header
// (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2).
func (s *scan) header(i, j int) {
	p, how := s.announcement(i, j)
	if how == unannounced {
		return
	}
	v := s.value(p)
	end := v.start
	for s.is(end, alnum|joint) {
		end++
	}
	scheme := s.b[v.start:end]
	switch {
	case oneOf(scheme, "basic"):
		s.credentials(Password, end)
	case oneOf(scheme, "bearer", "token", "apikey", "negotiate", "ntlm"):
		s.credentials(AccessToken, end)
	case oneOf(scheme, "digest", "oauth", "hawk", "mac", "signature", "sharedkey", "aws4-hmac-sha256"):
		// A list of parameters, some of them quoted.
		name := end + 1
		for s.is(name, alnum|joint) {
			name++
		}
		if stop := s.lineEnd(end, 0); s.has(name, "=") && mixed(s.b[end:stop]) {
			s.add(AccessToken, end+1, stop, true)
		}
	case s.believes(somewhat.in(how, v), v): // no scheme, a bare token
		s.addValue(AccessToken, v, true)
	}
}

// credentials finds what follows a scheme in a header: anything but words, as in
// "Authorization: Bearer token", and no string that begins right after the scheme
// ("Bearer " + token). Passwords are in base64.
func (s *scan) credentials(k Kind, p int) {
	v := s.value(p)
	if !v.quoted && s.believes(unplain, v) && (k != Password || s.run(v.start, anyToken) >= v.end) {
		s.addValue(k, v, true)
	}
}

// scheme finds credentials where the name of the header was not pasted, or is
// not next to them: "Bearer …", 'bearer': '…'.
func (s *scan) scheme(i, j int) {
	word := s.b[i:j]
	if !oneOf(word, "bearer", "basic") {
		return
	}
	p, how := s.announcement(i, j)
	if how == unannounced {
		return
	}
	v := s.value(p)
	if how == paired && !v.quoted || !s.believes(fairly, v) {
		return
	}
	if len(word) == len("bearer") {
		s.addValue(AccessToken, v, true)
	} else if userAndPassword(s.b[v.start:v.end]) {
		s.addValue(Password, v, true)
	}
}

// cookie finds what a Cookie or Set-Cookie header holds: every cookie may be the
// one that keeps somebody logged in.
func (s *scan) cookie(i, j int) {
	const least = 8
	p, how := s.announcement(i, j)
	if how != tight && how != loose && how != paired {
		return
	}
	v := s.value(p)
	if !v.quoted {
		v.end = s.lineEnd(v.start, quote)
	}
	name := v.start
	for s.is(name, alnum|joint|dot) {
		name++
	}
	text := s.examine(v)
	if !s.known(v) && len(text) >= least && name > v.start && s.has(name, "=") && !placeholder(text) {
		s.add(Session, v.start, v.end, tellingCookie(text))
	}
}

// tellingCookie reports whether one of some cookies is surely more than a setting.
func tellingCookie(text []byte) bool {
	const least = 8
	for len(text) > 0 {
		var cookie []byte
		cookie, text, _ = bytes.Cut(text, []byte{';'})
		if _, value, _ := bytes.Cut(cookie, []byte{'='}); len(value) >= least && fair(value) {
			return true
		}
	}
	return false
}

// isKeyNumber reports whether a word names one of the numbers that only the
// owner of a JWK knows (https://www.rfc-editor.org/rfc/rfc7518#section-6).
func isKeyNumber(w []byte) bool {
	switch string(w) {
	case "d", "p", "q", "dp", "dq", "qi":
		return true
	}
	return false
}

// keyNumber finds the value of such a number: base64url, and in quotes.
func (s *scan) keyNumber(i, j int) {
	const least = 40
	if p, how := s.announcement(i, j); how == loose || how == tight {
		v := s.value(p)
		if v.quoted && v.end-v.start >= least && s.run(v.start, urlSafe) >= v.end && s.believes(randomly, v) {
			s.addValue(PrivateKey, v, true)
		}
	}
}
