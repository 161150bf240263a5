package detect

import (
	"fmt"
	"strings"
	"testing"
)

// summary writes signals in short: "body 403 [ACCESS_DENIED]; status 429 []".
func summary(signals []Signal) string {
	var parts []string
	for _, s := range signals {
		part := fmt.Sprintf("%s %d %s", s.Kind, s.Status, s.Codes)
		if s.Unsure {
			part += " unsure"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// TestFormats reads one body of each form.
func TestFormats(t *testing.T) {
	tests := []struct{ name, in, want, message, reader string }{
		{"FHIR", `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"code":"A_B"},{"code":"C"}],"text":"no"},"diagnostics":"d"}]}`,
			"body 0 [A_B C]", "no", "FHIR OperationOutcome"},
		{"FHIR's types are no codes", `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","diagnostics":"d"}]}`,
			"body 0 []", "d", "FHIR OperationOutcome"},
		{"FHIR's telling types", `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"throttled"}]}`,
			"body 429 []", "", "FHIR OperationOutcome"},
		{"FHIR information", `{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"x","details":{"coding":[{"code":"A"}]}}]}`,
			"body 0 [A] unsure", "", "FHIR OperationOutcome"},
		{"FHIR in XML", `<OperationOutcome><issue><severity value="error"/><details><coding><code value="A_B"/></coding></details></issue></OperationOutcome>`,
			"body 0 [A_B]", "", "FHIR OperationOutcome"},
		{"FHIR in a batch", `{"entry":[{"response":{"status":"404 Not Found","outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"error","details":{"coding":[{"code":"A_B"}]}}]}}}]}`,
			"body 404 [A_B]", "", "FHIR OperationOutcome"},
		{"SOAP 1.1", `<s:Envelope><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>no: HTTP 403</faultstring></s:Fault></s:Body></s:Envelope>`,
			"body 403 [s:Client Client]", "no: HTTP 403", "SOAP fault"},
		{"SOAP 1.2", `<Fault><Code><Value>env:Sender</Value></Code><Reason><Text>bad</Text></Reason></Fault>`,
			"body 0 [env:Sender Sender]", "bad", "SOAP fault"},
		{"Apigee", `{"fault":{"faultstring":"Quota","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}`,
			"body 0 [policies.ratelimit.QuotaViolation QuotaViolation]", "Quota", "gateway fault"},
		{"OAuth", `{"error":"invalid_token","error_description":"old"}`, "body 0 [invalid_token]", "old", "OAuth error"},
		{"JSON:API", `{"errors":[{"code":"CM_QUOTA","status":"429","detail":"d"}]}`, "body 429 [CM_QUOTA]", "d", "error body"},
		{"GraphQL", `{"errors":[{"message":"m","extensions":{"code":"FORBIDDEN"}}],"data":null}`, "body 0 [FORBIDDEN]", "m", "error body"},
		{"problem details", `{"type":"about:blank","title":"Too Many Requests","status":429}`, "body 429 [Too Many Requests]", "Too Many Requests", "problem details"},
		{"AWS", `{"__type":"com.amazon#ThrottlingException","message":"Rate exceeded"}`,
			"body 0 [com.amazon#ThrottlingException ThrottlingException Throttling]", "Rate exceeded", "error body"},
		{"Google", `{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}`, "body 403 [PERMISSION_DENIED]", "m", "error body"},
		{"Spring", `{"timestamp":"t","status":404,"error":"Not Found","path":"/x"}`, "body 404 [Not Found]", "Not Found", "error body"},
		{"client library", `{"name":"AxiosError","message":"Request failed with status code 403","code":"ERR_BAD_REQUEST","config":{"url":"u"},"response":{"status":403,"data":{"code":"A_B","message":"m"}}}`,
			"body 403 [A_B]", "m", "error body"},
		{"body in a string", `{"statusCode":401,"body":"{\"error\":\"invalid_client\",\"error_description\":\"d\"}"}`,
			"body 401 [invalid_client]", "d", "OAuth error"},
		{"message alone", `{"message":"Too many requests"}`, "body 0 [] unsure", "Too many requests", "error body"},
		{"without its beginning", "\"severity\": \"error\",\n\"code\": \"value\",\n\"details\": {\"coding\": [{\"code\": \"A_B\"}]}",
			"body 0 [A_B]", "", "FHIR OperationOutcome"},
		{"success", `{"status":200,"message":"OK"}`, "", "", ""},
		{"no errors", `{"errors":[],"data":{"id":404}}`, "", "", ""},
		{"number as code", `{"code":"403","name":"x","type":"ward"}`, "", "", ""},
		{"specification", `{"openapi":"3.0.0","x":{"error":"a","message":"b","status":404}}`, "", "", ""},
		{"example", `{"example":{"error":"a","message":"b","status":404}}`, "", "", ""},
		{"source", `res.status(404).json({ error: "x", status: 404 })`, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			signals, _ := bodies(test.in)
			if got := summary(signals); got != test.want {
				t.Fatalf("%s\n got %s\nwant %s", test.in, got, test.want)
			}
			if len(signals) > 0 && (signals[0].Message != test.message || signals[0].Reader != test.reader) {
				t.Errorf("message %q by %q, want %q by %q", signals[0].Message, signals[0].Reader, test.message, test.reader)
			}
		})
	}
}

// TestRead reads what people say around errors.
func TestRead(t *testing.T) {
	base := loadBase(t)
	tests := []struct{ in, want string }{
		{"getting a 403 from PDS", "status 403 []"},
		{"429s all morning", "status 429 []"},
		{"404 Not Found", "reason phrase 404 [Not Found]"},
		{"ACCESS_DENIED (401)", "code 401 [ACCESS_DENIED]"},
		{"PDS says access denied", "words 0 [access denied]"},
		{"we are rate limited by the gateway", "words 0 [rate limited]"},
		{"HTTP/1.1 429 Too Many Requests", "reason phrase 429 [Too Many Requests]"},
		{`"GET /Patient HTTP/1.1" 404 12`, "status 404 []"},
		{"StatusCode: Forbidden", "reason phrase 403 [Forbidden]"},
		{"got 403 FORBIDEN from PDS", "status 403 [FORBIDEN]"},
		{"4O3 FORBIDDEN", "code 403 [FORBIDDEN]"},
		{"getting 401 and 403 from PDS", "status 401 []; status 403 []"},
		{`getting 403 from PDS: {"code":"ACCESS_DENIED","message":"m"}`, "body 403 [ACCESS_DENIED]"},
		{"HTTP/1.1 401 Unauthorized\nx: y\n\n{\"error\":\"invalid_token\",\"error_description\":\"d\"}", "body 401 [invalid_token]"},
		{"status was 403\n```{\"issue\":[{\"severity\":\"error\",\"details\":{\"coding\":[{\"code\":\"ACCESS_DENIED\"}]}}]}```", "body 403 [ACCESS_DENIED]"},
		{"room 403", ""},
		{"403", ""},
		{"we should return 403 from the API", ""},
		{"that 403 from PDS is fixed now", ""},
	}
	for _, test := range tests {
		text := Clean(test.in)
		if got := summary(Read(base, &text, false)); got != test.want {
			t.Errorf("%q\n got %s\nwant %s", test.in, got, test.want)
		}
	}
}

// TestNumbers tells statuses from other numbers by what touches them.
func TestNumbers(t *testing.T) {
	tests := []struct {
		in   string
		want int
	}{
		{"403", 403}, {"(403)", 403}, {"403.", 403}, {"403,", 403}, {"*403*", 403}, {"403s", 403}, {"403'd", 403}, {"4o3", 403},
		{"status=403", 403}, {"error:403", 403}, {"401/403", 401}, {"HTTP/403", 403}, {"-> 403", 403},
		{"#403", 0}, {"$403", 0}, {"£403", 0}, {"403%", 0}, {"403ms", 0}, {"403px", 0}, {"v403", 0}, {"4030", 0}, {"1403", 0},
		{"40.3", 0}, {"4.0.3", 0}, {"1,403", 0}, {"403,000", 0}, {"12:403", 0}, {"main.go:403", 0}, {"403-555", 0}, {"2025-403-1", 0},
		{"x=403", 0}, {"offset=403", 0}, {"~403", 0}, {"403+", 0}, {"200", 0}, {"599", 0}, {"4xx", 0},
	}
	for _, test := range tests {
		got := 0
		for _, tok := range tokenize(test.in, nil) {
			if tok.status != 0 && got == 0 {
				got = tok.status
			}
		}
		if got != test.want {
			t.Errorf("%q is status %d, want %d", test.in, got, test.want)
		}
	}
}

// TestCues checks the arithmetic that Believed rests on.
func TestCues(t *testing.T) {
	if len(cues) != 64-countFree() {
		t.Fatalf("%d cues have a weight, %d are named", len(cues), 64-countFree())
	}
	for bit, row := range cueTable {
		if row.cue != 1<<bit {
			t.Errorf("row %d of the table, %q, stands for cue %b", bit, row.says, row.cue)
		}
		if got, want := row.cue&against != 0, row.weight < 0; got != want {
			t.Errorf("%q weighs %d: is it against a mention? got %v", row.says, row.weight, got)
		}
	}
	if w := (cueNamed | cueAlone).Weight(); w != 5 {
		t.Errorf("a status alone beside its name weighs %d, want 5", w)
	}
	if (cueNamed | cueAPI | cueSolved).Enough() {
		t.Error("a solved problem counts")
	}
	if got, want := (cueNamed | cueSolved).String(), "+3 stands beside its name, -8 says that it is solved"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// countFree counts the bits above the last cue.
func countFree() int {
	n := 0
	for c := uint64(1) << 63; c != uint64(cueQuote); c >>= 1 {
		n++
	}
	return n
}

func TestQuestion(t *testing.T) {
	tests := []struct {
		in     string
		status int
		words  string
	}{
		{"429", 429, ""},
		{"403 forbidden", 403, "forbidden"},
		{"@U024BE7LH too many request", 0, "too many request"},
		{"status 418", 418, "status"},
		{"200 ok", 200, "ok"},
		{"see https://x.test/403 please", 0, "see please"},
	}
	for _, test := range tests {
		status, words := Question(test.in)
		if status != test.status || words != test.words {
			t.Errorf("%q is %d %q, want %d %q", test.in, status, words, test.status, test.words)
		}
	}
}

func TestWorth(t *testing.T) {
	base := loadBase(t)
	for _, s := range []string{"good morning", "see you at 12:30 in room 12", "has anyone a charger?", "The new API catalogue looks nice", ""} {
		if Worth(base, s) {
			t.Errorf("%q is worth a look", s)
		}
	}
	if n := testing.AllocsPerRun(10, func() { Worth(base, "we moved the token refresh into its own module, TODO: docs") }); n != 0 {
		t.Errorf("the cheap look allocates %v times", n)
	}
	blocks := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a \"hi\""},{"type":"text","text":"403"}]}]}]`
	if !WorthBlocks(base, blocks) || WorthBlocks(base, strings.Replace(blocks, "403", "12", 1)) {
		t.Error("WorthBlocks does not see the status in the blocks, or sees one that is not there")
	}
}
