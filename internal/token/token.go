// Package token knows Slack's error codes that are about a token: what the token
// is, or what its owner may do, and not about the call that was made. Waiting does
// not mend these. Whoever gets one, the command that starts the bot, the socket or
// a reply on its way, looks it up here, so that all agree on what ends the bot and
// on what a human has to do then.
package token

// remedies are the codes that Slack documents for every method, beginning with
// https://docs.slack.dev/reference/methods/auth.test#errors, as far as only a human
// can mend them. Others pass: internal_error, ratelimited, accesslimited, ….
var remedies = map[string]string{
	"invalid_auth":              copyAgain,
	"not_authed":                copyAgain,
	"account_inactive":          installAgain,
	"token_revoked":             installAgain,
	"token_expired":             installAgain,
	"not_allowed_token_type":    "the token is of the wrong kind: xapp-… goes into SLACK_APP_TOKEN and xoxb-… into SLACK_BOT_TOKEN",
	"missing_scope":             addScopes,
	"no_permission":             addScopes,
	"access_denied":             addScopes,
	"team_access_not_granted":   "ask an administrator to install the app in this workspace",
	"two_factor_setup_required": "whoever installed the app has to set up two-factor authentication first",
	"enterprise_is_restricted":  "install the app in a workspace: it does not run for a whole organisation",
	"org_login_required":        "wait until the workspace has been moved to its organisation, and start again",
	"ekm_access_denied":         "ask the workspace's administrators: they suspended posting",
}

const (
	copyAgain    = "copy the token again from your app's settings"
	installAgain = "install the app again and copy its new token"
	addScopes    = "give the token the scopes of deploy/slack-app-manifest.yaml (an app-level token: connections:write) and install the app again"
)

// Remedy reports whether one of Slack's error codes means that a token is refused
// until a human changes something, and says what.
func Remedy(code string) (remedy string, refused bool) {
	remedy, refused = remedies[code]
	return remedy, refused
}
