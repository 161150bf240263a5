package detect

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"apierrorbot/internal/guard"
)

// written writes details in short: "header X-Request-ID, field identifier".
func written(details []Detail) string {
	var parts []string
	for _, d := range details {
		part := string(d.Kind) + " " + d.Value
		if d.Name != "" {
			part = d.Name + " " + d.Value
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

const (
	uuid      = "60E0B220-8136-4CA5-AE46-1D97EF59D068"
	otherUUID = "11c46f5f-cdef-4865-94b2-0ee0edcc26da"
)

func TestFindIDs(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"header lines", "HTTP/1.1 403\nX-Request-ID: " + uuid + "\nx-correlation-id: " + otherUUID + "\n", "X-Request-ID " + uuid + ", X-Correlation-ID " + otherUUID},
		{"curl -v", "> X-Request-ID: " + uuid + "\n< X-Request-ID: " + uuid, "X-Request-ID " + uuid},
		{"JSON", `{"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}`, "Trace ID 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"},
		{"JSON in a string", `{\"requestId\":\"` + uuid + `\"}`, "Request ID " + uuid},
		{"Python", `{'NHSD-Request-ID': '` + uuid + `', 'x': 1}`, "NHSD-Request-ID " + uuid},
		{"Python's bytes", `[(b'x-amzn-RequestId', b'` + uuid + `')]`, "x-amzn-RequestId " + uuid},
		{"Java", `{X-Request-ID=[` + uuid + `], [X-Correlation-ID:"` + otherUUID + `"]}`, "X-Request-ID " + uuid + ", X-Correlation-ID " + otherUUID},
		{"Ruby", `{"x-request-id"=>["` + uuid + `"]}`, "X-Request-ID " + uuid},
		{"logs", "level=error request_id=" + uuid + " status=403", "Request ID " + uuid},
		{"XML", "<Error><RequestId>4442587FB7D0A2F9</RequestId></Error>", "Request ID 4442587FB7D0A2F9"},
		{"words", "AADSTS7000215: no. Trace ID: " + uuid + " Correlation ID: " + otherUUID + " Timestamp: 2026-01-01", "Trace ID " + uuid + ", Correlation ID " + otherUUID},
		{"AWS's SDKs", "(Service: X; Status Code: 400; Request ID: " + uuid + "; Proxy: null)", "Request ID " + uuid},
		{"Cloudflare", "cf-ray: 7d3f5c8e9a1b2c3d-LHR", "CF-Ray 7d3f5c8e9a1b2c3d-LHR"},
		{"X-Ray", "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "X-Amzn-Trace-Id 1-5759e988-bd862e3fe1be46a994272793"},
		{"GitHub", "X-GitHub-Request-Id: C3E1:1B2A4:5D6E7F:6789AB:65A1B2C3", "X-GitHub-Request-Id C3E1:1B2A4:5D6E7F:6789AB:65A1B2C3"},
		{"Stripe", `"request_id": "req_8P2YkZ3aB4cD5e"`, "Request ID req_8P2YkZ3aB4cD5e"},
		{"ULID", "x-request-id: 01ARZ3NDEKTSV4RRFFQ69G5FAV", "X-Request-ID 01ARZ3NDEKTSV4RRFFQ69G5FAV"},
		{"three at most", strings.Repeat("X-Request-ID: "+uuid[:35]+"1\nX-Request-ID: "+uuid[:35]+"2\nX-Request-ID: "+uuid[:35]+"3\nX-Request-ID: "+uuid[:35]+"4\n", 2),
			"X-Request-ID " + uuid[:35] + "1, X-Request-ID " + uuid[:35] + "2, X-Request-ID " + uuid[:35] + "3"},
		{"a number", "X-Request-ID: 9434765919", ""},
		{"a number and more", "X-Request-ID: nhs-9434765919", ""},
		{"a patient's number in a UUID", "X-Request-ID: a0e0b220-8136-4ca5-ae46-009434765919", ""},
		{"a patient's number in hexadecimal", "X-Request-ID: abc9434765919def", ""},
		{"a patient's number across groups", "X-Request-ID: a0e0b220-8136-4ca5-ae46-1d943476-5919", ""},
		{"a token", "X-Request-ID: eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln", ""},
		{"a key", "X-Request-ID: AKIAIOSFODNN7EXAMPLE", ""},
		{"words for an id", "X-Request-ID: deadbeef, request id: none, requestId: undefined, trace id: {{$guid}}", ""},
		{"a ping", "X-Request-ID: <!channel>", ""},
		{"cut off", "X-Request-ID: 60E0B220-81", ""},
		{"the beginning of something else", "X-Request-ID: 60E0B2208136AAAA4CA5==", ""},
		{"another name", "X-My-Request-ID: " + uuid, ""},
		{"nothing behind it", "X-Request-ID:", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := Clean(test.in)
			if got := written(FindIDs(&text)); got != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.in, got, test.want)
			}
		})
	}
}

func TestFindWait(t *testing.T) {
	const date = "Date: Tue, 03 Mar 2026 10:15:30 GMT\n"
	tests := []struct{ name, in, want string }{
		{"seconds", "HTTP/1.1 429\nRetry-After: 120\n", "wait 120"},
		{"curl -v", "< retry-after: 7", "wait 7"},
		{"JSON", `{"message":"slow","retry_after": 12.5}`, "wait 13"},
		{"Python", `{'Retry-After': '30'}`, "wait 30"},
		{"Java", `{Retry-After=[30]}`, "wait 30"},
		{"milliseconds", "retry-after-ms: 1500", "wait 2"},
		{"Google's RetryInfo", `{"@type":"x","retryDelay":"36s"}`, "wait 36"},
		{"an HTTP date and the answer's date", date + "Retry-After: Tue, 03 Mar 2026 10:16:00 GMT", "wait 30"},
		{"an HTTP date alone", "Retry-After: Tue, 03 Mar 2026 10:16:00 GMT", "until 1772532960"},
		{"in a dump", `{'date': 'Tue, 03 Mar 2026 10:15:30 GMT', 'retry-after': 'Tue, 03 Mar 2026 10:16:00 GMT'}`, "wait 30"},
		{"the nearest date", date + strings.Repeat("x", 99) + "\nDate: Tue, 03 Mar 2026 10:15:50 GMT\nRetry-After: Tue, 03 Mar 2026 10:16:00 GMT", "wait 10"},
		{"another date", "Retry-After: Tuesday, 03-Mar-26 10:16:00 GMT", "until 1772532960"},
		{"reset in seconds", "RateLimit-Limit: 5\nRateLimit-Reset: 42", "wait 42"},
		{"reset in Unix time", "X-RateLimit-Reset: 1772532960", "until 1772532960"},
		{"reset in milliseconds", "x-ratelimit-reset: 1772532960000", "until 1772532960"},
		{"reset and the answer's date", date + "X-Rate-Limit-Reset: 1772532960", "wait 30"},
		{"reset in ISO 8601", `"x-ratelimit-reset": "2026-03-03T10:16:00Z"`, "until 1772532960"},
		{"reset with units", "x-ratelimit-reset-requests: 1m6s", "wait 66"},
		{"Retry-After comes first", "Retry-After: 5\nX-RateLimit-Reset: 99\nplease try again in 7 seconds", "wait 5"},
		{"the last counts", "Retry-After: 5\nRetry-After: 9", "wait 9"},
		{"nonsense is passed over", "Retry-After: 5\nRetry-After: soon", "wait 5"},
		{"words", `{"error":"slow down, please try again in 20s"}`, "wait 20"},
		{"more words", "Rate limit is exceeded. Try again in 57 seconds.", "wait 57"},
		{"and more", "Request was throttled. Expected available in 2 minutes", "wait 120"},
		{"with a sum", "Please wait 1m30s before retrying", "wait 90"},
		{"a request", "please retry your request after 60 seconds.", "wait 60"},
		{"a client's log", "End processing HTTP request after 88s - 429\nretrying in 2s\nretry attempt 3 after 4s\nretry after 5ms", ""},
		{"a plan", "429 again. I'll try again in 20 minutes", ""},
		{"another duration", "it took 20 seconds, then again 429", ""},
		{"zero", "Retry-After: 0", ""},
		{"negative", "Retry-After: -5", ""},
		{"too long", "Retry-After: 99999999999", ""},
		{"a date in no era", "Retry-After: Tue, 03 Mar 1926 10:16:00 GMT", ""},
		{"a word", "Retry-After: 5x", ""},
		{"nothing", "Retry-After:", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := Clean(test.in)
			var got []Detail
			if d, ok := FindWait(&text); ok {
				got = append(got, d)
			}
			if written(got) != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.in, written(got), test.want)
			}
		})
	}
}

// jwtOf makes a JSON web token with this payload.
func jwtOf(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS512","typ":"JWT"}`)) + "." + encode([]byte(payload)) + "." + encode([]byte("signature that nobody checks"))
}

func TestFindExpiry(t *testing.T) {
	const exp = `{"sub":"someone","exp":1772532960,"iat":1772532000}`
	whole := jwtOf(exp)
	parts := strings.Split(whole, ".")
	tests := []struct{ name, in, want string }{
		{"a header", "Authorization: Bearer " + whole, "expiry 1772532960"},
		{"curl -v", "> authorization: Bearer " + whole + "\n>\n< HTTP/2 401", "expiry 1772532960"},
		{"JSON", `{"access_token":"` + whole + `","expires_in":599}`, "expiry 1772532960"},
		{"a dump", `{'Authorization': 'Bearer ` + whole + `'}`, "expiry 1772532960"},
		{"alone", whole, "expiry 1772532960"},
		{"without a signature", parts[0] + "." + parts[1], "expiry 1772532960"},
		{"cut off in its signature", parts[0] + "." + parts[1] + "." + parts[2][:5] + "...", "expiry 1772532960"},
		{"cut off in its payload", parts[0] + "." + parts[1][:30], ""},
		{"cut off within the number", parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":17725329`)), ""},
		{"a fraction", jwtOf(`{"exp":1772532960.75}`), "expiry 1772532960"},
		{"padded", parts[0] + "." + base64.URLEncoding.EncodeToString([]byte(exp)) + "." + parts[2], "expiry 1772532960"},
		{"the bearer before others", `{"id_token":"` + jwtOf(`{"exp":1772530000}`) + `"} Authorization: Bearer ` + whole, "expiry 1772532960"},
		{"without exp", jwtOf(`{"sub":"someone"}`), ""},
		{"zero", jwtOf(`{"exp":0}`), ""},
		{"negative", jwtOf(`{"exp":-1772532960}`), ""},
		{"milliseconds", jwtOf(`{"exp":1772532960000}`), ""},
		{"far too large", jwtOf(`{"exp":1e400}`), ""},
		{"a word", jwtOf(`{"exp":"tomorrow"}`), ""},
		{"an object", jwtOf(`{"exp":{"exp":1772532960}}`), ""},
		{"nested", jwtOf(`{"a":{"exp":1772532960}}`), ""},
		{"a list", jwtOf(`[1772532960]`), ""},
		{"deep", jwtOf(strings.Repeat(`[`, 20_000)), ""},
		{"too long", jwtOf(`{"a":"` + strings.Repeat("x", 20_000) + `","exp":1772532960}`), ""},
		{"not base64", "eyJhbGciOiJIUzI1NiJ9.eyJ!!!", ""},
		{"no token", "eyJ", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := Clean(test.in)
			var got []Detail
			if d, ok := FindExpiry(&text); ok {
				got = append(got, d)
			}
			if written(got) != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.in, written(got), test.want)
			}
		})
	}
}

func outcomeSaying(diagnostics string) string {
	return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"value","details":{"coding":[{"code":"INVALID_VALUE","display":"Provided value is invalid"}]},"diagnostics":%q}]}`, diagnostics)
}

// TestFindNames reads what bodies blame. Values that were sent are marked with
// the word smith.
func TestFindNames(t *testing.T) {
	base := loadBase(t)
	tests := []struct{ name, in, want string }{
		{"field", outcomeSaying("Invalid value - 'smith' in field 'identifier'"), "field identifier"},
		{"header", outcomeSaying("Invalid value - 'smith' in header 'X-Correlation-ID'"), "header X-Correlation-ID"},
		{"missing value", outcomeSaying("Missing value - 'birth_date/birth_date_range_start'"), "field birth_date/birth_date_range_start"},
		{"missing header", outcomeSaying("(invalid_request) Missing value - 'NHSD-End-User-Organisation-ODS'"), "header NHSD-End-User-Organisation-ODS"},
		{"twice", outcomeSaying("Missing value - 'X-Request-ID' in header 'X-Request-ID'"), "header X-Request-ID"},
		{"without quotes", outcomeSaying("Missing required header X-Request-ID."), "header X-Request-ID"},
		{"before the noun", outcomeSaying("Invalid request with error - X-Request-ID header must be supplied to access this resource"), "header X-Request-ID"},
		{"Authorization", outcomeSaying("Missing Authorization header"), "header Authorization"},
		{"expression", strings.Replace(outcomeSaying("no"), `"diagnostics"`, `"expression":["Patient.identifier[0].value"],"diagnostics"`, 1), "field Patient.identifier[0].value"},
		{"location", strings.Replace(outcomeSaying("no"), `"diagnostics"`, `"location":["/f:Patient/f:birthDate"],"diagnostics"`, 1), "field /f:Patient/f:birthDate"},
		{"said twice", strings.Replace(outcomeSaying("Invalid value - 'smith' in field 'birthDate'"), `"diagnostics"`, `"expression":["Patient.birthDate"],"diagnostics"`, 1), "field Patient.birthDate"},
		{"XML", `<OperationOutcome><issue><severity value="error"/><code value="value"/><diagnostics value="Invalid value - 'smith' in field 'gender'"/><expression value="Patient.gender"/></issue></OperationOutcome>`, "field Patient.gender"},
		{"JSON:API", `{"errors":[{"code":"CM_INVALID_VALUE","status":"400","detail":"d","source":{"pointer":"/data/attributes/recipient"}}]}`, "field /data/attributes/recipient"},
		{"JSON:API's parameter", `{"errors":[{"code":"CM_MISSING_VALUE","status":"400","source":{"parameter":"include"}}]}`, "parameter include"},
		{"JSON:API's header", `{"errors":[{"code":"CM_MISSING_VALUE","status":"400","title":"Missing value","source":{"header":"X-Correlation-Id"}}]}`, "header X-Correlation-Id"},
		{"RFC 9457", `{"type":"https://x.test/p","title":"Your request is not valid.","status":422,"errors":[{"detail":"must be a positive integer","pointer":"#/age"},{"detail":"must be green","pointer":"#/profile/color"}]}`, "field #/age, field #/profile/color"},
		{"RFC 7807", `{"title":"Bad Request","status":400,"invalid-params":[{"name":"colour","reason":"must be 'smith'"}]}`, "parameter colour"},
		{"ASP.NET", `{"title":"One or more validation errors occurred.","status":400,"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00","errors":{"NhsNumber":["The value 'smith' is not valid."],"$.dob":["The JSON value could not be converted"]}}`, "field NhsNumber, field dob"},
		{"FastAPI", `{"status":422,"message":"no","detail":[{"loc":["body","patient",0,"nhsNumber"],"msg":"field required"},{"loc":["header","x-request-id"],"msg":"field required"}]}`, "field patient.0.nhsNumber, header x-request-id"},
		{"Spring", `{"timestamp":"t","status":400,"error":"Bad Request","message":"Required request header 'X-Request-ID' for method parameter type String is not present"}`, "header X-Request-ID"},
		{"Spring's parameters", `{"status":400,"error":"Bad Request","message":"Required String parameter 'from' is not present"}`, "parameter from"},
		{"Spring's list", `{"status":400,"error":"Bad Request","errors":[{"field":"birthDate","rejectedValue":"smith","defaultMessage":"must not be null"}]}`, "field birthDate"},
		{"JSON schema", `{"status":400,"message":"'nhsNumber' is a required property"}`, "field nhsNumber"},
		{"Joi", `{"statusCode":400,"error":"Bad Request","message":"\"birthDate\" is required"}`, "field birthDate"},
		{"ASP.NET's words", `{"status":400,"message":"The Surname field is required."}`, "field Surname"},
		{"Azure", `{"error":"invalid_request","error_description":"AADSTS900144: The request body must contain the following parameter: 'client_id'."}`, "parameter client_id"},
		{"Google", `{"error":{"code":400,"message":"Invalid value at 'contact.name'","status":"INVALID_ARGUMENT","details":[{"fieldViolations":[{"field":"contact.name"}]}]}}`, "field contact.name"},
		{"Stripe", `{"error":{"code":"parameter_missing","message":"Missing required param: amount.","param":"amount","type":"invalid_request_error"}}`, "parameter amount"},
		{"body in a string", `{"statusCode":400,"body":"{\"error\":\"invalid_request\",\"error_description\":\"Missing parameter 'scope'\"}"}`, "parameter scope"},
		{"prose", "getting a 400 from PDS, it says missing header X-Request-ID", "header X-Request-ID"},
		{"three at most", `{"status":400,"message":"no","errors":[{"field":"aa"},{"field":"bb"},{"field":"cc"},{"field":"dd"}]}`, "field aa, field bb, field cc"},

		{"a value", outcomeSaying("Invalid value - 'smith'"), ""},
		{"a value before a noun", outcomeSaying("Invalid value 'smith' header"), ""},
		{"a value that is required", outcomeSaying("got 'smith' is required to be a number"), ""},
		{"a number", outcomeSaying("Invalid parameter '9434765919'"), ""},
		{"a number in a name", outcomeSaying("Invalid parameter 'patient9434765919'"), ""},
		{"a number in a path", outcomeSaying("Invalid value in field 'Patient/9434765919'"), ""},
		{"a number in digits apart", outcomeSaying("Invalid value in field 'a.943.476.5919'"), ""},
		{"a filter with a value", strings.Replace(outcomeSaying("no"), `"diagnostics"`, `"expression":["Patient.where(name='smith')"],"diagnostics"`, 1), ""},
		{"a token", outcomeSaying("Invalid header 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln'"), ""},
		{"random text", outcomeSaying("Invalid header 'dGhpc2lzYXRva2Vu'"), ""},
		{"a ping", outcomeSaying("Invalid header '<!channel>' in field '*bold*' parameter '@here!'"), ""},
		{"an address", outcomeSaying("Invalid parameter 'https://evil.test/x'"), ""},
		{"words of a language", outcomeSaying("Header parameters must hold valid values. Invalid header format in parameter value"), ""},
		{"a secret behind its name", outcomeSaying("Invalid value in field 'password.hunter2smith'"), ""},
		{"a secret in a pointer", `{"errors":[{"status":"400","code":"CM_INVALID_VALUE","source":{"pointer":"/client_secret/smith"}}]}`, ""},
		{"a secret's name", outcomeSaying("Invalid value in field 'login.password'"), "field login.password"},
		{"a plain word", outcomeSaying("parameter 'smith' could not be matched"), ""},
		{"a plain word before the noun", outcomeSaying("'smith' parameter could not be matched"), ""},
		{"a person", outcomeSaying("Invalid parameter: John.Smithsmith"), ""},
		{"a person in small letters", outcomeSaying("Invalid parameter: john.smith"), ""},
		{"a person with two names", outcomeSaying("header 'Jones-Xsmith' is not valid"), ""},
		{"a person with a prefix", outcomeSaying("attribute 'Mcsmith' was rejected, element 'MacSmithsmith' too"), ""},
		{"a surname", outcomeSaying("header 'Asmith' is not valid"), ""},
		{"a code in no list", outcomeSaying("'smith' is not present in the value set, parameter 'smith' is not present in it"), ""},
		{"an unknown field", outcomeSaying("Unknown field 'colour'"), "field colour"},
		{"a field that is not allowed", outcomeSaying("field 'colour' is not allowed"), "field colour"},
		{"a parameter that is missing", outcomeSaying("The parameter 'from' is missing"), "parameter from"},
		{"a value for a parameter", outcomeSaying("'smith' is no value for parameter 'from'"), "parameter from"},
		{"a resource's field", outcomeSaying("Invalid field Patient.gender"), "field Patient.gender"},
		{"no words", outcomeSaying(""), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := Clean(test.in)
			var got []Detail
			for _, s := range Read(base, &text, true) {
				for _, d := range FindNames(&text, &s) {
					got, _ = add(got, d, 99)
				}
			}
			if strings.Contains(written(got), "smith") || written(got) != test.want {
				t.Errorf("%s\n got %s\nwant %s", test.in, written(got), test.want)
			}
		})
	}
}

// detailForm is what a value may look like: nothing in it can format or ping.
var detailForm = regexp.MustCompile(`^[A-Za-z0-9_.:/$#\[\]-]{1,55}$`)

// FuzzDetails takes details out of anything: no panic, and every value has a
// form that can be shown, and nothing in it that the guard would take out.
func FuzzDetails(f *testing.F) {
	for _, s := range append([]string{
		"X-Request-ID: " + uuid, "x-request-id\"=>[b'" + uuid, "<RequestId>4442587FB7D0A2F9", "Root=1-", "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793",
		"Date: Tue, 03 Mar 2026 10:15:30 GMT\nRetry-After: Tue, 03 Mar 2026 10:16:00 GMT", "retry-after: 1m2.5s", "x-ratelimit-reset: 1772532960",
		"try again in 20s", "wait 9999999999999999h", "429 Retry-After: 1.", "401 Bearer " + jwtOf(`{"exp":1772532960}`), jwtOf(`{"exp":"`), "eyJ.eyJ.eyJ",
		"400 missing header X-Request-ID", outcomeSaying("Invalid value - 'abc' in field 'identifier'"), outcomeSaying("Missing: a_b, 'c' is required, the 'x"),
		`{"status":400,"message":"m","errors":{"a":["b"]},"loc":["body",{"a":1}],"invalid-params":["x",{"name":"y"}]}`,
		"X-Request-ID: 943476-5919ab94347-65919", outcomeSaying("field 'a9434765919'"),
	}, bodySeeds...) {
		f.Add(s)
	}
	base := loadBase(f)
	f.Fuzz(func(t *testing.T, s string) {
		text := Clean(s)
		details := FindIDs(&text)
		if d, ok := FindWait(&text); ok {
			details = append(details, d)
		}
		if d, ok := FindExpiry(&text); ok {
			details = append(details, d)
		}
		for _, signal := range Read(base, &text, true) {
			details = append(details, FindNames(&text, &signal)...)
		}
		for _, d := range details {
			isTime := d.Kind == DetailUntil || d.Kind == DetailExpiry // one in eleven Unix times looks like an NHS number
			if !detailForm.MatchString(d.Value) || !isTime && !guard.Safe(d.Value) {
				t.Fatalf("%q gives %+v", s, d)
			}
		}
	})
}
