package importtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "apierrorbot/"

// allowed says which packages of ours, and which of the libraries that are named
// here, a package may import. "*" is everything.
var allowed = map[string][]string{
	"kb":                  nil,
	"internal/kb":         nil,
	"internal/guard":      nil,
	"internal/mrkdwn":     nil,
	"internal/detect":     {"internal/kb", "internal/guard"},
	"internal/triage":     {"internal/kb", "internal/detect", "internal/guard"},
	"internal/store":      nil,
	"internal/pgtest":     nil,
	"internal/metrics":    nil,
	"internal/token":      nil,
	"internal/socket":     {"internal/token", slackGo},
	"internal/slacksim":   nil, // not slack-go: a fake must not share what it fakes
	"internal/handlers":   {"internal/guard", "internal/kb", "internal/metrics", "internal/mrkdwn", "internal/store", "internal/token", "internal/triage", slackGo},
	"internal/importtest": nil,
	"cmd/bot":             {"*"},
	"cmd/load":            {"kb", "internal/slacksim", "internal/store"}, // it sees the bot from outside, as a process
}

// pure packages see no network, no files of their own accord and no clock but
// through their arguments: they may not import these.
var (
	pure      = []string{"internal/kb", "internal/guard", "internal/mrkdwn", "internal/detect", "internal/triage"}
	notInPure = []string{"net", "net/http", "os", "database/sql", "log/slog", slackGo}
)

// slackGo is the one library whose reach is limited.
const slackGo = "github.com/slack-go/slack"

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImports(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed[name]
		if !known {
			t.Errorf("%s is a new package: say in this test what it may import", name)
			continue
		}
		seen++
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			isSlack := imported == slackGo || strings.HasPrefix(imported, slackGo+"/")
			if !isOurs && !isSlack || slices.Contains(may, "*") {
				continue
			}
			if isOurs && !slices.Contains(may, ours) || isSlack && !slices.Contains(may, slackGo) {
				t.Errorf("%s imports %s: it may import %v", name, imported, may)
			}
		}
		if slices.Contains(pure, name) {
			for _, imported := range p.Imports {
				if slices.Contains(notInPure, imported) {
					t.Errorf("%s imports %s: it is to be pure", name, imported)
				}
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("%d packages found, %d in the list: take out what is gone", seen, len(allowed))
	}
}
