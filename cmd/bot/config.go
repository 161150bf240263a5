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

// slackToken is one of the two tokens that the bot needs.
type slackToken struct {
	variable string // that holds it
	prefix   string // that it begins with
	where    string // it is to be found
}

var (
	appToken = slackToken{"SLACK_APP_TOKEN", "xapp-", "Basic Information > App-Level Tokens, with the scope connections:write"}
	botToken = slackToken{"SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions > Bot User OAuth Token, after the app was installed"}
)

// readSlackConfig reads and checks the tokens and the address. It reports all
// problems at once.
func readSlackConfig(apiURL string) (slackConfig, error) {
	c := slackConfig{AppToken: os.Getenv(appToken.variable), BotToken: os.Getenv(botToken.variable)}
	var err error
	c.APIURL, err = checkAPIURL(apiURL)
	return c, errors.Join(appToken.check(c.AppToken), botToken.check(c.BotToken), err)
}

// check checks a token's form without showing it.
func (t slackToken) check(token string) error {
	other := appToken
	if t == appToken {
		other = botToken
	}
	switch {
	case token == "":
		return fmt.Errorf("%s is not set: copy the token that begins with %s from your app's settings (%s)", t.variable, t.prefix, t.where)
	case strings.HasPrefix(token, other.prefix):
		return fmt.Errorf("%s is not a token that begins with %s, but one that belongs into %s: swap the two", t.variable, t.prefix, other.variable)
	case !strings.HasPrefix(token, t.prefix), !tokenForm.MatchString(token):
		return fmt.Errorf("%s is not a token that begins with %s: copy it again from your app's settings (%s)", t.variable, t.prefix, t.where)
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

// newLog returns the logger that the settings ask for. It reports all problems at
// once.
func (cl *commandLine) newLog(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	var wrong []error
	if cl.LogLevel != "" {
		if err := level.UnmarshalText([]byte(cl.LogLevel)); err != nil {
			wrong = append(wrong, fmt.Errorf("LOG_LEVEL is %q: write debug, info, warn or error", cl.LogLevel))
		}
	}
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	switch cl.LogFormat {
	case "", "text":
	case "json":
		handler = slog.NewJSONHandler(w, options)
	default:
		wrong = append(wrong, fmt.Errorf("LOG_FORMAT is %q: write text or json", cl.LogFormat))
	}
	return slog.New(handler), errors.Join(wrong...)
}

// loadBase loads the articles: those of dir, or of KB_DIR, or of the binary.
func (cl *commandLine) loadBase(dir string) (*kb.Base, error) {
	name := dir
	if dir == "" {
		dir, name = cl.KBDir, "KB_DIR: "+cl.KBDir
	}
	if dir == "" {
		return kb.Load(articles.FS, "kb")
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a folder: name one that holds articles", name)
	}
	if _, err := os.ReadDir(dir); err != nil {
		return nil, fmt.Errorf("%s cannot be read (%w): make the folder readable, or name another", name, errors.Unwrap(err))
	}
	return kb.Load(os.DirFS(dir), filepath.ToSlash(dir))
}
