package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
)

// slackConfig is what the bot must know to talk to Slack.
type slackConfig struct {
	AppToken string
	BotToken string
	APIURL   string // ends in a slash
}

// defaultAPIURL is Slack's own.
const defaultAPIURL = "https://slack.com/api/"

// readSlackConfig reads and checks the tokens and the address. It reports all
// problems at once.
func readSlackConfig(apiURL string) (slackConfig, error) {
	c := slackConfig{AppToken: os.Getenv("SLACK_APP_TOKEN"), BotToken: os.Getenv("SLACK_BOT_TOKEN")}
	var problems []error
	problems = append(problems,
		checkToken("SLACK_APP_TOKEN", c.AppToken, "xapp-",
			"Basic Information > App-Level Tokens, with the scope connections:write"),
		checkToken("SLACK_BOT_TOKEN", c.BotToken, "xoxb-",
			"OAuth & Permissions > Bot User OAuth Token, after the app was installed"))
	var err error
	c.APIURL, err = checkAPIURL(apiURL)
	return c, errors.Join(append(problems, err)...)
}

// checkToken checks a token's form without showing it.
func checkToken(name, token, prefix, where string) error {
	switch {
	case token == "":
		return fmt.Errorf("%s is not set: copy the token that begins with %s from your app's settings (%s)", name, prefix, where)
	case !strings.HasPrefix(token, prefix), !tokenForm.MatchString(token):
		return fmt.Errorf("%s is not a token that begins with %s: copy it again from your app's settings (%s)", name, prefix, where)
	}
	return nil
}

var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func checkAPIURL(raw string) (string, error) {
	if raw == "" {
		return defaultAPIURL, nil
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("SLACK_API_URL is not the address of a Web API: write http://HOST:PORT/api/, or leave it empty for Slack")
	}
	// slack-go puts the method's name right behind it.
	return strings.TrimSuffix(raw, "/") + "/", nil
}

// newLog returns the logger that the settings ask for.
func (cl *commandLine) newLog(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if cl.LogLevel != "" {
		if err := level.UnmarshalText([]byte(cl.LogLevel)); err != nil {
			return nil, fmt.Errorf("LOG_LEVEL is %q: write debug, info, warn or error", cl.LogLevel)
		}
	}
	options := &slog.HandlerOptions{Level: level}
	switch cl.LogFormat {
	case "", "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("LOG_FORMAT is %q: write text or json", cl.LogFormat)
}

// loadBase loads the articles: those of dir, or of KB_DIR, or of the binary.
func (cl *commandLine) loadBase(dir string) (*kb.Base, error) {
	if dir == "" {
		dir = cl.KBDir
	}
	if dir == "" {
		return checked(kb.Load(articles.FS, "kb"))
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("KB_DIR: %s is not a folder: name one that holds articles", dir)
	}
	return checked(kb.Load(os.DirFS(dir), filepath.ToSlash(dir)))
}

func checked(base *kb.Base, err error) (*kb.Base, error) {
	var missing *fs.PathError
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("KB_DIR: %w: make the folder readable", err)
	}
	return base, err
}
