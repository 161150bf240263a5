package kb

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

const (
	// MaxFile is the largest article file in bytes. An article that keeps to the
	// other limits needs a tenth of it; what is larger was put here by mistake.
	MaxFile = 64 << 10

	// maxDepth is how deep an article's YAML may be nested: a link is three deep.
	maxDepth = 16
)

// Problem is one mistake in the knowledge base.
type Problem struct {
	File string // with the folder, as the author knows it: kb/403-forbidden.yaml
	Line int    // from 1; 0 if it concerns the file or folder as a whole
	What string // what is wrong
	Do   string // what to do about it
}

// String is "file:line: what: what to do".
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", p.File, p.What, p.Do)
	}
	return fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.What, p.Do)
}

// Problems are all mistakes that Load found, sorted by file and line; as an error,
// one on each line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// Load reads every article (*.yaml, *.yml) in the root of fsys; dir is the name of
// that folder in messages, and may be empty. Files that begin with a dot are left
// out: editors and Kubernetes keep their own things there.
//
// The error is of type Problems and holds every problem of every file: all of them
// can be mended before the next try. Nothing is loaded unless everything is.
func Load(fsys fs.FS, dir string) (*Base, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, Problems{{File: cmp.Or(dir, "."), What: "cannot be read (" + reason(err) + ")", Do: "name a folder of articles"}}
	}
	var files []*file
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasPrefix(name, ".") || !isArticle(name) {
			continue
		}
		f := &file{name: path.Join(dir, name)}
		f.read(fsys, name)
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, Problems{{File: cmp.Or(dir, "."), What: "has no articles", Do: "add at least one .yaml file"}}
	}
	compare(files)

	var problems Problems
	articles := make([]*Article, len(files))
	for i, f := range files {
		problems = append(problems, f.problems...)
		articles[i] = &f.article
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, problems
	}
	return newBase(articles), nil
}

func isArticle(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// reason is what went wrong without the path, which the message has already.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return err.Error()
}

// file is one article file while it is being read.
type file struct {
	name     string
	problems Problems
	article  Article
	lines    lines
}

// lines remembers where the parts stand that are compared with other articles.
type lines struct {
	code    int
	aliases []int // one for each of article.Aliases
}

// problem reports a mistake; what is a format for args.
func (f *file) problem(line int, do, what string, args ...any) {
	f.problems = append(f.problems, Problem{f.name, line, fmt.Sprintf(what, args...), do})
}

// read fills in the article, or at least one problem.
func (f *file) read(fsys fs.FS, name string) {
	r, err := fsys.Open(name)
	if err != nil {
		f.problem(0, "make it readable or remove it", "cannot be opened (%s)", reason(err))
		return
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		f.problem(0, "make it readable or remove it", "cannot be read (%s)", reason(err))
	case len(body) > MaxFile:
		f.problem(0, "shorten it, or move what is no article to another folder", "is larger than %d kB", MaxFile>>10)
	case f.checkCharacters(body):
		f.parse(body)
	}
}

// checkCharacters reports what an editor does not show, once a line. It
// returns whether the file is clean.
func (f *file) checkCharacters(body []byte) bool {
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // some editors begin a file with it
	for i, line := range bytes.Split(body, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if !utf8.Valid(line) {
			f.problem(i+1, "save the file as UTF-8", "is not UTF-8")
			continue
		}
		if at := bytes.IndexFunc(line, isHidden); at >= 0 {
			r, _ := utf8.DecodeRune(line[at:])
			f.problem(i+1, "delete it", "has an invisible character (U+%04X)", r)
		}
	}
	return len(f.problems) == 0
}

// isHidden reports whether a character is neither text nor a tab or line end:
// control characters, line separators that editors do not count as lines, and
// format characters (zero width, direction), which make equal names differ. The
// joiner inside emoji is let through.
func isHidden(r rune) bool {
	const joiner = '\u200d'
	return r != '\t' && r != '\n' && r != joiner &&
		(unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == '\ufffe' || r == '\uffff')
}

// parse reads the YAML and checks what it says.
func (f *file) parse(body []byte) {
	loader, err := yaml.NewLoader(bytes.NewReader(body), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		f.problem(0, "report this", "the YAML reader did not start (%v)", err)
		return
	}
	var document, second yaml.Node
	switch err := loader.Load(&document); {
	case err == io.EOF:
		f.problem(1, "write an article, or remove the file", "is empty")
		return
	case err != nil:
		f.syntaxProblem(err)
		return
	}
	f.check(document.Content[0])
	switch err := loader.Load(&second); {
	case err == io.EOF:
	case err != nil:
		f.syntaxProblem(err)
	default:
		f.problem(second.Line, "move it to a file of its own", "a second document begins here")
	}
}

// syntaxProblem says in plain words what is wrong with the YAML.
func (f *file) syntaxProblem(err error) {
	load, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		f.problem(1, "compare it with another article", "is not YAML (%v)", err)
		return
	}
	line := load.Mark.Line
	for _, s := range syntaxMistakes {
		if !strings.Contains(load.Message, s.message) {
			continue
		}
		if s.atStart && load.ContextMark.Line > 0 {
			line = load.ContextMark.Line
		}
		f.problem(max(line, 1), s.do, "%s", s.what)
		return
	}
	f.problem(max(line, 1), "compare it with another article", "is not YAML (%s)", load.Message)
}

// syntaxMistakes are the YAML library's messages in the words of people who write
// articles. The first whose message is contained in the library's is used.
var syntaxMistakes = []struct {
	message  string // part of the library's message
	atStart  bool   // the line to mend is where the construct begins, not where reading failed
	what, do string
}{
	{"mapping values are not allowed", false, `": " stands inside a text`, "put quotes around the text, or check the indentation"},
	{"found character that cannot start any token", false, "a tab is used as indentation, or a text begins with @, ` or %", "indent with spaces, and put quotes around such a text"},
	{"found a tab character", false, "a tab is used as indentation", "indent with spaces"},
	{"could not find expected ':'", true, "the line has no colon after its key", `write "key: text", or indent the line if it continues the text above`},
	{"did not find expected key", false, "a key was expected here", "check the indentation and the quotes of this line and the one above"},
	{"did not find expected '-' indicator", false, "the next item of a list was expected here", `begin it with "- ", indented like the items above`},
	{"did not find expected <document start>", false, "the line does not belong to the article", "begin every key of the article in the first column"},
	{"did not find expected ',' or ']'", true, "a [ is not closed", "close it with ], or put quotes around the text"},
	{"did not find expected ',' or '}'", true, "a { is not closed", "close it with }, or put quotes around the text"},
	{"did not find expected node content", false, "a value was expected here", "write one, or put quotes around a text that begins with , [ ] { or }"},
	{"found unexpected end of stream", true, "a quote is not closed", "close it"},
	{"found unexpected document indicator", true, "a quote is not closed", "close it"},
	{"escape", false, "a backslash means something else in double quotes", "use single quotes, or write two backslashes"},
	{"hexadecimal", false, "a backslash means something else in double quotes", "use single quotes, or write two backslashes"},
	{"expected comment or line break", false, "text stands on the line of a | or >", "begin it on the next line, indented"},
	{"block sequence entries are not allowed", false, "a list begins in the middle of a line", "begin it on the next line"},
	{"mapping keys are not allowed", false, "a text begins with ?", "put quotes around it"},
	{"unknown anchor", false, "a text begins with *", `put quotes around it; YAML aliases ("*name") are not used here`},
	{"did not find expected alphabetic or numeric character", false, "a text begins with * or &", "put quotes around it"},
	{"tag", false, "a text begins with !", "put quotes around it"},
	{"max depth", false, "the lists and keys are nested too deep", "compare it with another article"},
	{"incompatible YAML document", false, "a YAML version is asked for", "remove the line"},
	{"non-alphabetical character", false, "a line begins with %", "remove it, or put quotes around the text"},
	{"directive", false, "a line begins with %", "remove it, or put quotes around the text"},
}
