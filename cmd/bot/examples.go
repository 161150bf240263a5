package main

import "apierrorbot/internal/slacksim"

// examples are the messages that the demo offers to send with one click: as
// people really paste them.
var examples = []slacksim.Example{
	{
		ID: "429-body", Title: "A pasted error body (429)", Channel: "api-support", User: "asha",
		Hint: "The bot finds the OperationOutcome in the middle of the message.",
		Text: "Our nightly job keeps failing with this, any ideas?\n```\n" + `{
  "resourceType": "OperationOutcome",
  "issue": [
    {
      "severity": "error",
      "code": "throttled",
      "details": {
        "coding": [
          {
            "system": "https://fhir.nhs.uk/CodeSystem/http-error-codes",
            "code": "TOO_MANY_REQUESTS",
            "display": "Too many requests"
          }
        ]
      },
      "diagnostics": "You have exceeded your application's rate limit."
    }
  ]
}` + "\n```",
	},
	{
		ID: "403-words", Title: "A status and a code in a sentence", Channel: "api-support", User: "ben",
		Hint: "No body needed: status and code are enough.",
		Text: "I'm getting 403 FORBIDDEN from the prescriptions API since this morning",
	},
	{
		ID: "choice", Title: "A code that two errors share", Channel: "api-support", User: "asha",
		Hint: "ACCESS_DENIED comes with 401 and with 403: the bot asks, and one click decides for everybody.",
		Text: `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"code":"ACCESS_DENIED"}]}}]}`,
	},
	{
		ID: "two", Title: "Two errors in one message", Channel: "api-support", User: "ben",
		Hint: "One reply, two checklists.",
		Text: "First we got\nHTTP/1.1 404 Not Found\nand on the second try\nHTTP/1.1 409 Conflict\n{\"issue\":[{\"details\":{\"coding\":[{\"code\":\"REC_CONFLICT\"}]}}]}",
	},
	{
		ID: "typo", Title: "A code with typos", Channel: "api-support", User: "asha",
		Hint: "Letters dropped and swapped; the status helps.",
		Text: "what is this?? 404 RESOUCE_NOT_FUOND",
	},
	{
		ID: "chat", Title: "Ordinary chat", Channel: "api-support", User: "ben",
		Hint: "No error in it: the bot is silent.",
		Text: "Standup moved to room 404 at 10:30, and PR 429 is ready for review",
	},
	{
		ID: "slash", Title: "/apierror 400", Channel: "api-support", User: "asha",
		Hint: "A question, answered for you alone.",
		Text: "/apierror 400",
	},
}
