package kb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestLoad runs testdata/load/*.txtar. Each of these files says in its first lines
// what it shows, then holds the files of an article folder, and last the problems
// that loading the folder must report, word for word ("-- want --"; empty if it
// loads). To add a case, copy a file and change it; the test prints what it got.
func TestLoad(t *testing.T) {
	cases, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			articles := readArchive(t, path)
			want, ok := articles["want"]
			if !ok {
				t.Fatal(`the file has no part "-- want --"`)
			}
			delete(articles, "want")
			if diff := cmp.Diff(strings.TrimSpace(string(want.Data)), loadProblems(t, articles)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// readArchive reads a file in the txtar form: a comment, then files, each below a
// line "-- name --".
func readArchive(t testing.TB, path string) fstest.MapFS {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	var file *fstest.MapFile
	for line := range strings.Lines(string(body)) {
		name, ok := strings.CutPrefix(line, "-- ")
		if name, end := strings.CutSuffix(name, " --\n"); ok && end {
			file = &fstest.MapFile{}
			files[name] = file
		} else if file != nil {
			file.Data = append(file.Data, line...)
		}
	}
	return files
}

// loadProblems loads the folder "kb" and returns what is wrong with it.
func loadProblems(t *testing.T, fsys fs.FS) string {
	t.Helper()
	base, err := Load(fsys, "kb")
	if err == nil {
		return ""
	}
	if base != nil {
		t.Error("Load returned a base together with an error")
	}
	if _, ok := errors.AsType[Problems](err); !ok {
		t.Errorf("error is a %T, want Problems", err)
	}
	return err.Error()
}

// TestLoadBytes has what a text editor would not let through a txtar file.
func TestLoadBytes(t *testing.T) {
	article := func(cause string) string {
		return "status: 403\ncode: FORBIDDEN\ntitle: T\ncause: " + cause + "\nsteps: [{id: a, text: b}]\nfix: F\n"
	}
	for _, test := range []struct{ name, body, want string }{
		{"byte order mark", "\ufeff" + article("C"), ""},
		{"Windows line ends", strings.ReplaceAll(article("C"), "\n", "\r\n"), ""},
		{"emoji made of several", article("👩\u200d💻"), ""},
		{"64 kB", article("C") + strings.Repeat("#", MaxFile-len(article("C"))), ""},
		{"larger", article("C") + strings.Repeat("#", MaxFile), "kb/a.yaml: is larger than 64 kB: shorten it, or move what is no article to another folder"},
		{"Latin-1", article("caf\xe9"), "kb/a.yaml:4: is not UTF-8: save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00:\x00", "kb/a.yaml:1: is not UTF-8: save the file as UTF-8"},
		{"binary", "\x7fELF\x00\n\x00\n", "kb/a.yaml:1: has an invisible character (U+007F): delete it\nkb/a.yaml:2: has an invisible character (U+0000): delete it"},
		{"zero width", article("a\u200bb"), "kb/a.yaml:4: has an invisible character (U+200B): delete it"},
		{"right to left", article("a\u202eb"), "kb/a.yaml:4: has an invisible character (U+202E): delete it"},
		{"line separator", article("a\u2028b"), "kb/a.yaml:4: has an invisible character (U+2028): delete it"},
		{"nested", strings.Repeat("[", MaxFile), "kb/a.yaml:1: the lists and keys are nested too deep: compare it with another article"},
		{"nested in blocks", strings.Repeat("- ", MaxFile/2), "kb/a.yaml:1: the lists and keys are nested too deep: compare it with another article"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := loadProblems(t, fstest.MapFS{"a.yaml": {Data: []byte(test.body)}})
			if got != test.want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// TestLoadAliasBomb loads what would be a billion laughs if it were expanded.
func TestLoadAliasBomb(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a: &a [x, x]\n")
	for c := 'b'; c <= 'z'; c++ {
		fmt.Fprintf(&bomb, "%c: &%c [*%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1)
	}
	got := loadProblems(t, fstest.MapFS{"a.yaml": {Data: []byte(bomb.String())}})
	if want := "kb/a.yaml:26: YAML anchor &z: "; !strings.Contains(got, want) {
		t.Errorf("problems:\n%s\nwant %q among them", got, want)
	}
}

// A folder or a file that cannot be read is a problem like any other.
func TestLoadUnreadable(t *testing.T) {
	for _, test := range []struct {
		fsys fs.FS
		dir  string
		want string
	}{
		{os.DirFS("testdata/nowhere"), "kb", "kb: cannot be read (no such file or directory): name a folder of articles"},
		{os.DirFS("testdata/nowhere"), "", ".: cannot be read (no such file or directory): name a folder of articles"},
		{fstest.MapFS{}, "", ".: has no articles: add at least one .yaml file"},
		{brokenFS{fstest.MapFS{"a.yaml": {}}}, "kb", "kb/a.yaml: cannot be opened (permission denied): make it readable or remove it"},
	} {
		_, err := Load(test.fsys, test.dir)
		if err == nil || err.Error() != test.want {
			t.Errorf("Load: %v, want %s", err, test.want)
		}
	}
}

// brokenFS lists files that it does not open.
type brokenFS struct{ fstest.MapFS }

func (b brokenFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// FuzzLoad loads a folder of any one or two files. Whatever they hold, there is either a
// base whose articles are found by their codes and keep to the limits, or a list of
// complete problems.
func FuzzLoad(f *testing.F) {
	cases, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(cases) == 0 {
		f.Fatalf("no seeds found: %v", err)
	}
	for _, path := range cases {
		files := readArchive(f, path)
		delete(files, "want")
		for _, file := range files {
			f.Add(file.Data, []byte(nil))
			f.Add(file.Data, []byte("status: 429"))
		}
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		files := fstest.MapFS{"a.yaml": {Data: first}}
		if len(second) > 0 {
			files["b.yml"] = &fstest.MapFile{Data: second}
		}
		base, err := Load(files, "kb")
		if err == nil {
			for _, a := range base.Articles() {
				checkLoaded(t, base, a)
			}
			return
		}
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) == 0 || base != nil {
			t.Fatalf("Load returned %v and a %T: %v", base, err, err)
		}
		for _, p := range problems {
			data := first
			if p.File == "kb/b.yml" {
				data = second
			}
			if p.What == "" || p.Do == "" || p.Line < 0 || p.Line > len(data)+1 || strings.Contains(p.String(), "\n") {
				t.Errorf("not a complete problem in a line: %#v", p)
			}
		}
	})
}

func checkLoaded(t *testing.T, base *Base, a *Article) {
	t.Helper()
	if a.Status < 100 || a.Status > 599 || a.Title == "" || a.Cause == "" || a.Fix == "" || len(a.Steps) == 0 || len(a.Steps) > MaxSteps || shown(a) > MaxArticle {
		t.Errorf("loaded an article that is incomplete or too long: %+v", a)
	}
	if got := base.Match(Query{a.Status, a.Code}); len(got) == 0 || got[0].Article != a {
		t.Errorf("%s is not found by its status and code", a.ID())
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ours(b)
	}
}
