package triage

import (
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"apierrorbot/internal/detect"
)

// shown is what Understood may look like: nothing of a message but a status and
// a code of letters and underscores.
var shown = regexp.MustCompile(`^(status [1-5][0-9][0-9])?( and )?(the code [A-Za-z_]{3,40})?$`)

// FuzzDecide decides about anything: it never panics, the decision is one of the
// forms that the handlers know, nothing of the message can be shown, and neither
// invisible characters nor cleaning beforehand change it.
func FuzzDecide(f *testing.F) {
	files, err := filepath.Glob("testdata/messages/*.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range detailSeeds {
		f.Add(l)
	}
	for _, file := range files {
		for i, l := range readLabelled(f, file) {
			if i%10 == 0 {
				f.Add(l.Text)
			}
		}
	}
	base := loadBase(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, mode := range []Mode{Auto, Query} {
			d := Decide(base, Input{Text: s}, mode)
			checkForm(t, d, mode)
			for _, changed := range []string{detect.Clean(s).Clean, strings.Join(strings.Split(detect.Clean(s).Clean, ""), "\u200b")} {
				if again := Decide(base, Input{Text: changed}, mode); !reflect.DeepEqual(again, d) && d.Outcome != OutcomeSilent {
					t.Fatalf("%s: %q decides\n%+v\nbut %q\n%+v", mode, s, d, changed, again)
				}
			}
		}
		if tr := Explain(base, Input{Text: s}, Auto); tr.String() == "" {
			t.Fatal("an empty trace")
		}
	})
}

// detailForm is what a detail's value may look like: nothing in it can format or
// ping.
var detailForm = regexp.MustCompile(`^[A-Za-z0-9_.:/$#\[\]-]+$`)

func checkDetails(t *testing.T, item Item, first bool) {
	t.Helper()
	names, size, ids := 0, 0, 0
	for _, detail := range item.Details {
		switch detail.Kind {
		case DetailHeader, DetailParameter, DetailField:
			names++
			size += len(detail.Value)
		case DetailID:
			ids++
		}
		if !detailForm.MatchString(detail.Value) || len(detail.Value) > MaxDetailValue || len(detail.Name) > MaxIDName || !item.helps(detail.Kind) {
			t.Fatalf("detail %+v", detail)
		}
	}
	if names > MaxNames || size > MaxNamesSize || ids > MaxIDs || ids > 0 && !first {
		t.Fatalf("details %+v", item.Details)
	}
}

func checkForm(t *testing.T, d Decision, mode Mode) {
	t.Helper()
	most := 0
	for i, item := range d.Items {
		checkDetails(t, item, i == 0)
		most = max(most, len(item.Options))
		if len(item.Options) == 0 || item.Why == "" || strings.ContainsAny(item.Why, "\n<>*`@") {
			t.Fatalf("item %+v", item)
		}
	}
	ok := false
	switch d.Outcome {
	case OutcomeArticle:
		ok = most == 1
	case OutcomeChoice:
		ok = most > 1
	case OutcomeNearest:
		ok = len(d.Items) == 1 && most <= maxNearest
	case OutcomeMiss:
		ok = mode == Query && len(d.Items) == 0
	case OutcomeSilent:
		ok = mode == Auto && len(d.Items) == 0
	}
	if g := d.Gap; g.Code != "" && !codeForm.MatchString(g.Code) || g.Status != 0 && (g.Status < 400 || g.Status > 599) {
		t.Fatalf("gap %+v", g)
	}
	if !ok || d.Reason == "" || !shown.MatchString(d.Understood) {
		t.Fatalf("%s: %+v", mode, d)
	}
}
