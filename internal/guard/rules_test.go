package guard

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rule is what guard promises about one kind of secret. In find, what is to be
// found stands between ‹ and ›, or between ‹? and › where nobody is to be warned
// of it. In spare, nothing is to be found.
type rule struct {
	name  string
	why   string
	kind  Kind
	find  []string
	spare []string
}

// Secrets that scanners of repositories look for are written in two halves.
var rules = []rule{
	{
		name: "JSON web token",
		why:  "whoever has it is whoever it was issued to, until it expires; also in part, as people cut it off in the middle",
		kind: AccessToken,
		find: []string{
			"‹eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwiZXhwIjoxNzAwMDAwMDAwfQ.c2lnbmF0dXJl-_x1›",
			"decoded ‹?eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9›...",
			"…J9.‹eyJzdWIiOiIxMjM0NTY3ODkwIiwiZXhwIjoxNzAwMDAwMDAwfQ.c2lnbmF0dXJl›",
			"decode ‹eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0›.",
			"wrapped ‹eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkw\nIiwiZXhwIjoxNzAwMDAwMDAwfQ.c2lnbmF0dXJlMTIzNDU2Nzg5MDEyMzQ1\nNjc4OTA›\nand on it goes",
			"‹eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ›",
		},
		spare: []string{
			"a JWT starts with eyJ",
			"eyJxxxxxxxxxxxxxxxxxxx",
			"eyJ...",
			"heyJude2024isASong",
		},
	},
	{
		name: "Authorization header",
		why:  "credentials in any scheme; an opaque token has no form of its own, the header is what tells",
		kind: AccessToken,
		find: []string{
			"Authorization: Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			`-H "Authorization: Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›" https://example.org`,
			`"Authorization": "Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›"`,
			`{'Authorization': 'Bearer ‹abc-123›'}`,
			`headers.put("Authorization", "Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›");`,
			"authorization: Token ‹9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b›",
			`Authorization: Digest ‹username="bob", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", response="6629fae49393a05397450978507c4ef1"›`,
			"Authorization: AWS4-HMAC-SHA256 ‹Credential=AKIA" + "IOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024›",
			"Authorization: ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			"I send bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq› and get a 401",
			"NHSD-User-Identity: Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			"Proxy-Authorization: NTLM ‹TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA=›",
			"Authorization%3A+Bearer+‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			"Authorization: Bearer \\\n  ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			`{"name":"Authorization","value":"Bearer ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›"}`,
		},
		spare: []string{
			"Authorization: Bearer <token>",
			"Authorization: Bearer $TOKEN",
			"Authorization: Bearer ${ACCESS_TOKEN}",
			"Authorization: Bearer {{access_token}}",
			"Authorization: Bearer YOUR_ACCESS_TOKEN",
			"Authorization: Bearer [redacted: access token]",
			`"Authorization": "Bearer " + token,`,
			`WWW-Authenticate: Bearer realm="api", error="invalid_token", error_description="expired"`,
			"the Authorization header is missing",
			"Authorization: denied for this client",
			"is it a bearer token or an API key?",
			`Invalid value - 'Bearer' in header 'Authorization'`,
			"authorization_code flow with PKCE",
		},
	},
	{
		name: "Basic credentials",
		why:  "base64 of user:password reads like a password to anyone",
		kind: Password,
		find: []string{
			"Authorization: Basic ‹dXNlcjpwYXNzd29yZA==›",
			"Basic ‹dXNlcjpwYXNzd29yZDEyMzQ=›",
			`auth = "Basic ‹dXNlcjpwYXNzd29yZDEyMzQ=›"`,
		},
		spare: []string{
			"Basic authentication is not supported",
			"basic dXNlcm5hbWUxMjM0", // no colon in it
			"the basic idea",
			`WWW-Authenticate: Basic realm="Access to staging"`,
		},
	},
	{
		name: "Slack",
		why:  "a bot's token reads whatever the bot can; a webhook or response address lets anyone post",
		kind: AccessToken,
		find: []string{
			"‹xox" + "b-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx›",
			"SLACK_BOT_TOKEN=‹xox" + "p-123456789012-123456789012›",
			"‹xap" + "p-1-A0123456789-1234567890123-0123456789abcdef0123456789abcdef›",
		},
		spare: []string{"xoxb-your-token-here", "tokens begin with xoxb- or xapp-", "xapp-xxxxxxxxxxxxxxxx"},
	},
	{
		name: "Slack webhook",
		why:  "whoever knows the address may post",
		kind: Webhook,
		find: []string{
			"https://hooks.slack.com/‹services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX›",
			"<https://hooks.slack.com/‹commands/T0123456789/1234567890123/AbCdEfGhIjKl›>",
		},
		spare: []string{"https://hooks.slack.com/services/…", "https://api.slack.com/messaging/webhooks"},
	},
	{
		name: "AWS",
		why:  "the id names the account and the secret opens it; the two are often pasted one below the other",
		kind: APIKey,
		find: []string{
			"‹AKIA" + "IOSFODNN7EXAMPLE›",
			"AWS_ACCESS_KEY_ID=‹ASIA" + "IOSFODNN7EXAMPLE›",
			"‹AKIA" + "IOSFODNN7EXAMPLE›\n‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›",
			"aws_secret_access_key = ‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›",
			`"SecretAccessKey": "‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›"`,
		},
		spare: []string{"AKIA is a prefix", "ASIA-PACIFIC", "arn:aws:iam::123456789012:user/AKIAlike"},
	},
	{
		name: "Google, GitHub, GitLab, Stripe and others",
		why:  "secrets with a prefix that their issuer chose so that they can be found",
		find: []string{
			"‹AIza" + "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY›",
			"‹ya29." + "a0AfH6SMBx7-gQ1Yc_3bD›",
			"‹gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a›",
			"‹github_" + "pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789›",
			"‹glpat" + "-ABCdefGHIjkl12345678›",
			"‹sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc›",
			"‹sk_" + "test_4eC39HqLyjWDarjtT1zdp7dc›",
			"‹SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr›",
			"MY_‹gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a›",
			"‹AQIC" + "5wM2LY4SfczntBbXVEAoECeMwMQ7h1fY9ujP6WTDXhc.*AAJTSQACMDEAAlNLABQtNDQ4*›",
		},
		spare: []string{"ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk_live_…", "npm_config_registry", "hf_hub_download", "sk-learn", "github_pat_YOUR_TOKEN_HERE"},
	},
	{
		name: "client secret",
		why:  "with the client id, which is no secret, it gets tokens; Azure's look like GUIDs or hold 8Q~",
		kind: ClientSecret,
		find: []string{
			"grant_type=client_credentials&client_secret=‹8f14e45f-ceea-467f-9575-6b1e2d3c4a5b›&client_id=abc",
			`"client_secret": "‹8Q~abcDEF.ghi_JKL-mno1234567890pqrstuv›"`,
			"client secret: ‹a1b2c3d4e5›",
			"Client Secret\n‹8Q~abcDEF.ghi_JKL-mno1234567890pqrstuv›",
			"--client-secret ‹a1b2c3d4›",
			"AZURE_CLIENT_SECRET=‹?swordfish›",
			"<client_secret>‹a1b2c3d4›</client_secret>",
			`{"key":"client_secret","value":"‹a1b2c3d4›","type":"text"}`,
			`name="client_secret"` + "\r\n\r\n" + "‹8f14e45fceea467f95756b1e2d3c4a5b›",
			"secret: ‹?s3cr3tV4lue›",
			"our client secret for the sandbox is ‹8f14e45fceea467f95756b1e2d3c4a5b› by the way",
			`"adminPassword-or-ClientSecret": {"value": "‹a1b2c3d4›"}`, "- name: CLIENT_SECRET\n  value: ‹a1b2c3d4›",
		},
		spare: []string{
			"client_secret=<secret>", "client_secret=your_client_secret", "client_secret=$CLIENT_SECRET", "client_secret is required",
			"The client secret is wrong", "secret: my-app-secrets-v2", "invalid client_id or client_secret", `"client_secret": ""`,
			"it is no secret that 403s happen", "secretName: db-credentials-2024",
		},
	},
	{
		name: "password",
		why:  "people use them more than once",
		kind: Password,
		find: []string{
			"password: ‹hunter2›", "passwd=‹hunter2›", "pwd=‹Tr0ub4dor&3›", "DB_PASSWORD=‹?swordfish›", "password: ‹?swordfish›",
			`"password": "‹?x›"`, `'password': '‹?correct horse battery 9›'`, `"password":"‹?ab\"cd›","user":"bob"`,
			`"{\"password\":\"‹?ab\\\"cd›\",\"user\":\"bob\"}"`,
			`{\u0022password\u0022:\u0022‹?abcd›\u0022}`,
			"my password is ‹hunter2!› please help", "<Password>‹hunter2›</Password>", `<add key="Password" value="‹hunter2›"/>`,
			"Server=db;User Id=sa;Password=‹?Pa55,word›;Encrypt=true", "`password`: `‹hunter2›`", "*password:* ‹hunter2›",
			"password: ‹?12345678›", "password: <mailto:‹P@ssw0rd.com|P@ssw0rd.com›>", "passphrase → ‹Tr0ub4dor›",
			"--password ‹hunter2› --verbose", "https://bob:‹hunter2›@example.org/x", "curl -u bob:‹hunter2› https://example.org",
			"curl --user 'bob:‹hunter2›' https://example.org", "postgres://app:‹S3cret%40x›@db:5432/app",
			"the password for the test environment is ‹hunter22›",
		},
		spare: []string{
			"password: ********", "password is required", "password: must be at least 8 characters", `"password": "must not be blank"`,
			"password: string", "password=password", "password = getPassword()", "password: process.env.PASSWORD", "password=${PASSWORD}",
			"forgot password?", "reset your password: https://example.org/reset/2", "Invalid password (401)", "user:pass", "tests: pass: 12 fail: 3",
			"bypass: 2fa1234", "https://user:password@example.org", "https://example.org:8080/a@b", "docker run -u 1000:1000 x", "password → 🔒",
			"https://example.org/@scope/package", "passwordless=true1234",
		},
	},
	{
		name: "API key",
		why:  "identifies and often authorises an application",
		kind: APIKey,
		find: []string{
			"apikey: ‹Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC›", "x-api-key: ‹abc123def456›", "X-API-KEY=‹abc123def456›", `"api_key": "‹abc123def456›"`,
			"Ocp-Apim-Subscription-Key: ‹0123456789abcdef0123456789abcdef›", "?api_key=‹abc123def456›&x=1", "api key is ‹0123456789abcdef0123456789abcdef›",
			"?key=‹Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC›",
			"AccountKey=‹Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC+/==›;EndpointSuffix=core",
		},
		spare: []string{
			"api key: required", "x-api-key header is missing", "apikey=<your key>", "Invalid ApiKey", "oauth.v2.InvalidApiKey",
			`{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}`, "primary key: id", "public key: abc123def456",
			"Idempotency-Key: 60e0b220-8136-4ca5-ae46-1d97ef59d068", "monkey: abc123def456", "the key=value pairs", "key: abc123def456",
		},
	},
	{
		name: "tokens in fields",
		why:  "OAuth's answers and requests are what people paste most",
		find: []string{
			`"access_token": "‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›"`, "access_token=‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›&x=y", "#access_token=‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			`"refresh_token":"‹m4T9wQ2xR7vB1nL6pS8dF3gH›"`, "id_token: ‹m4T9wQ2xR7vB1nL6pS8dF3gH›", `\"access_token\":\"‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›\"`,
			"access token: ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›", "token=‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›", "accessToken ‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›",
			"client_assertion=‹abc.def.ghi123›&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			"X-Amz-Security-Token=‹FwoGZXIvYXdzEBYaDLkz4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC›", "https://example.org/callback?code=‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›&state=1",
			`"token": "‹?abc-12345-x9y›"`, "https://x.blob.core.windows.net/c/f?sp=r&sig=‹Zk4mT9wQ2xR7vB1nL6pS8dF3gH5jK0aC%3D›",
			`("access_token", "‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›")`, "Bearer <‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›>", `setToken("‹sI4Dn6CqhA7vBgYUm0fJJsN1rtQq›")`,
		},
		spare: []string{
			`"error":"invalid_token"`, "The access token expired", "access_token: expired", "max_tokens: 4096", "Unexpected token: < in JSON",
			`"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}`, "token_type=Bearer",
			`"token_url": "https://int.api.service.nhs.uk/oauth2/token"`, "const token = await getToken();", "access_token=$TOKEN", "tokens: 5",
			"code=RESOURCE_NOT_FOUND&status=404", "?code=404", "errorcode=INVALID_VALUE", "expires_in=599", "token expires: 2024-05-01T12:00:00Z",
			"token for request 60e0b220-8136-4ca5-ae46-1d97ef59d068 failed", "keyword: 9f86d081884c7d659a2feaa0c55ad015",
		},
	},
	{
		name: "session",
		why:  "a cookie keeps its owner logged in; which one of several does is nothing a reader can know",
		kind: Session,
		find: []string{
			"Set-Cookie: ‹__Host-s=AB12CD34EF56; Path=/; HttpOnly›", "Cookie: ‹a=b; sid=s%3Aabc123›", `-H 'Cookie: ‹theme=dark; auth=Zk4mT9wQ2xR7›' -v`,
			"JSESSIONID=‹AB12CD34EF56›", "session_id: ‹AB12CD34EF56›", "https://example.org/a;jsessionid=‹AB12CD34EF56›?x=y", `"PHPSESSID": "‹ab12cd34ef56›"`,
		},
		spare: []string{"cookie: chocolate", "Set the cookie first", "NHSD-Session-URID: 555254240100", "session id is missing", "cookie=required", "JSESSIONID cookie expired"},
	},
	{
		name: "private key",
		why:  "signs in its owner's name; JWKs, PEM in one line or many, cut off or without armour",
		kind: PrivateKey,
		find: []string{
			"‹-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx4bd\nabc=\n-----END RSA PRIVATE KEY-----›\nthanks",
			`"key": "‹-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----›\n"`,
			"‹-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB›\nthat is all I have",
			"‹-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQHYBF7k2Q8BBACx5TmN\n-----END PGP PRIVATE KEY BLOCK-----›",
			"‹-----BEGIN+PRIVATE+KEY-----%0AMIIEvQIBADANBgkqhkiG9w0B%0A-----END+PRIVATE+KEY-----›",
			"‹?MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj›",
			`{"kty":"RSA","d":"‹X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJoVH-HLLKD9M7dx5oo7GURknchnrRweUkC7hT5fJLM0WbFAKNLWY2vv7B6NqXSzUvxT0_YSfqijwp3RTzlBaCxWp4doFk5N2o8Gy_nHNKroADIkJ46pRUohsXywbReAdYaMwFs9tv8d_cPVY3i07a3t8MN6TNwm0dSawm9v47UiCl3Sk5ZiG7xojPLu4sbg1U2jx4IBTNBznbJSzFHK66jT8bgkuqsk0GjskDJk19Z4qwjwbsnn4j2WBii3RL-Us2lGVkY8fkFzme1z0HbIkfz0Y6mqnOYtqc0X4jfcKoAC8Q›"}`,
		},
		spare: []string{
			"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B\n-----END PUBLIC KEY-----",
			"----------------", "the private key: see the wiki", `d="M10 20 L30 40"`,
		},
	},
	{
		name: "NHS number",
		why:  "names a patient; in every form that a URL, a header or a person gives it",
		kind: NHSNumber,
		find: []string{
			"‹?9434765919›", "‹?943 476 5919›", "‹?943-476-5919›", "NHS number ‹9434765919›", "nhs no. ‹943 476 5919›", "/Patient/‹9434765919›", "Patient/‹9434765919›?x",
			"https://fhir.nhs.uk/Id/nhs-number%7C‹9434765919›", "https://fhir.nhs.uk/Id/nhs-number|‹9434765919›", "|‹?9434765919›", "‹nhs9434765919›", "NHS: ‹9434765919›",
			`"system":"https://fhir.nhs.uk/Id/nhs-number","value":"‹9434765919›"`, `"value":"‹9434765919›","system":"https://fhir.nhs.uk/Id/nhs-number"`,
			`{"resourceType":"Patient","id":"‹9434765919›"}`, `<id value="‹?9434765919›"/>`, "‹?943%20476%205919›", "‹?943+476+5919›", "‹9434765919› is the nhs number",
			"<tel:‹?9434765919›|‹?943 476 5919›>", "ids ‹?9434765919›,‹?9434765870›", "‹?9434765919›.0", "‹?9434765919›.", "record_‹?9434765919›.pdf", "\u200b‹?9434765919›.",
			"‹?９４３４７６５９１９›", "PID|1||‹9434765919›^^^NHS^NH||", "test number ‹?9990000018›", "NHS ‹number\u200b9434765919›",
		},
		spare: []string{
			"9434765918", "94347659190", "19434765919", "x9434765919", "9434765919x", "1712345678.123456", "9434765919.5", "0.9434765919", "07700 900123",
			"60e0b220-8136-4ca5-ae46-9434765919aa", "1-943-476-5919", "12345678901234567890",
		},
	},
	{
		name: "what hands a case over",
		why:  "ids of requests, statuses, codes, hashes and Slack's own ids are what a reply is made of",
		spare: []string{
			"X-Request-ID: 60e0b220-8136-4ca5-ae46-1d97ef59d068", "x-correlation-id=11C46F5F-CDEF-4865-94B2-0EE0EDCC26DA", `"correlation_id": "60e0b220813640a5ae461d97ef59d068"`,
			"rrt-1234567890123456789-c-geu2-25412-1234567-1", "60e0b220-8136-4ca5-ae46-1d97ef59d068", "TOO_MANY_REQUESTS", "SEND_UNAUTHORIZED", "ACCESS_DENIED", "HTTP/1.1 429 Too Many Requests",
			"Retry-After: 30", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "fixed in 1bf4dca", "C0123456789", "U02ABCDEF12", "<@U02ABCDEF12>", "p1712345678123456",
			"/var/log/app/error.log", `C:\new\temp\readme.txt`, "go1.26.8", "1.2.3-rc.1+build.5", "2024-05-01T12:00:00.000Z", "127.0.0.1:8080", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			"NHSD-End-User-Organisation-ODS: Y12345", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "If-Match: W/\"2\"", "Content-Length: 12345",
		},
	},
}

// marked takes the marks out of a sample and returns what they say.
func marked(kind Kind, sample string) (text string, want []Finding) {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(sample, "‹")
		out.WriteString(before)
		if !ok {
			return out.String(), want
		}
		rest, unsure := strings.CutPrefix(rest, "?")
		secret, after, _ := strings.Cut(rest, "›")
		want = append(want, Finding{kind, out.Len(), out.Len() + len(secret), !unsure})
		out.WriteString(secret)
		sample = after
	}
}

func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, sample := range r.find {
				text, want := marked(r.kind, sample)
				got := slices.Clone(Find(text))
				if r.kind == "" { // a rule of several kinds
					for i := range got {
						got[i].Kind = ""
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q\nRedact = %q\n(-want +got)\n%s", text, Redact(text), diff)
				}
			}
			for _, text := range r.spare {
				if !Safe(text) {
					t.Errorf("Redact(%q) = %q, want it as it is", text, Redact(text))
				}
			}
		})
	}
}
