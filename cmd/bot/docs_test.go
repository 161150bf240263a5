package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docs/operating.md explains each line that the bot logs, and no other.
func TestLogLinesAreExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, logs, _ := strings.Cut(string(page), "\n## Logs\n")
	logs, _, _ = strings.Cut(logs, "\n## ")
	// What stands in the first column, and of the demo below the tables.
	var explained []string
	for line := range strings.Lines(logs) {
		if strings.HasPrefix(line, "| `") || strings.HasPrefix(line, "And of the demo") {
			column := strings.Split(strings.TrimPrefix(line, "| "), " | ")[0]
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(column, -1) {
				explained = append(explained, m[1])
			}
		}
	}
	said := make(map[string]bool)
	for _, dir := range []string{".", "../../internal/handlers", "../../internal/socket"} {
		for _, message := range logMessages(t, dir) {
			best := ""
			for _, line := range explained {
				if strings.Contains(message, line) && len(line) > len(best) {
					best = line
				}
			}
			if best == "" {
				t.Errorf("docs/operating.md does not explain the log line %q", message)
			}
			said[best] = true
		}
	}
	for _, line := range explained {
		if !said[line] {
			t.Errorf("docs/operating.md explains %q, which is never logged", line)
		}
	}
}

// logMessages returns the messages of the log calls in a package: what stands in
// them as a literal, from the beginning.
func logMessages(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	// Which argument is the message.
	argument := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "discard": 1, "report": 2}
	var messages []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if i, ok := argument[f.Sel.Name]; ok && i < len(call.Args) {
				if message := leadingText(call.Args[i]); message != "" {
					messages = append(messages, message)
				}
			}
			return true
		})
	}
	if len(messages) == 0 {
		t.Errorf("%s logs nothing: does this test still see it?", dir)
	}
	return messages
}

func leadingText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return text
	case *ast.BinaryExpr:
		return leadingText(e.X) + leadingText(e.Y)
	}
	return ""
}

// .env.example has every setting that the bot reads, with its default, and no
// other.
func TestEnvExample(t *testing.T) {
	read := map[string]string{appToken.variable: "", botToken.variable: ""}
	var settings func(reflect.Type)
	settings = func(of reflect.Type) {
		for _, f := range reflect.VisibleFields(of) {
			if name := f.Tag.Get("env"); name != "" {
				read[name] = f.Tag.Get("default")
			} else if f.Type.Kind() == reflect.Struct {
				settings(f.Type)
			}
		}
	}
	settings(reflect.TypeFor[commandLine]())
	read["DATABASE_URL"] = defaultDatabaseURL

	if diff := cmp.Diff(read, envExample(t)); diff != "" {
		t.Errorf("what the bot reads (-) and .env.example (+):\n%s", diff)
	}
}

// envExample returns the settings in .env.example, with the values that stand there.
func envExample(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	shown := make(map[string]string)
	for _, m := range regexp.MustCompile(`(?m)^#?([A-Z_]+)=(.*)$`).FindAllStringSubmatch(string(file), -1) {
		shown[m[1]] = m[2]
	}
	return shown
}
