package detect

import "strings"

// sourceStarts begin lines of source code, tests and Gherkin scenarios.
var sourceStarts = [...]string{
	"if ", "if(", "else", "elif ", "elseif", "return ", "assert", "expect(", "expect {", "def ", "func ", "fn ", "function ", "const ", "let ",
	"var ", "val ", "readonly ", "type ", "interface ", "case ", "switch", "throw ", "raise ", "import ", "class ", "public ", "private ", "protected ", "static ",
	"except ", "catch", "} catch", "try:", "try {", "while ", "for ", "await ", "async ", "yield ", "when(", "it(", "describe(", "test(",
	"given ", "when ", "then ", "and the ", "scenario", "//", "/*", "* ", "#include", "#define", "export ", "enum ", "new ", "require(", "data class ", "record ",
	"render json:", "make: ", "make[", "(def", "(if", "(ns", "(is", "(:", "(case", "(let", "(when", "(throw", "select ", "insert ",
}

// sourceMarks stand inside lines of source code.
var sourceMarks = [...]string{
	" == ", "==", "!=", "===", ") =>", "=> {", " && ", " || ", ".status(", "tobe(", "toequal(", "assertequal", ":=", ".statuscode(", "withstatuscode(", "sendstatus(", ".withstatus(", "prefer: code=", "http.error(",
	"(status=", "(status_code=", "httpexception(", "abort(", "responseentity.", "responseentity<", "jsonify(", "res.send", ".reply(", "thenreturn(", "thenthrow(",
	"raise_error(", ".to_return(", "stub_request(", ".andexpect(", "mockmvc.", "errordocument ", ":refer ", "(:require",
	"log.warn(", "log.info(", "log.error(", "logger.", `console.log("`, "console.log('", `console.error("`, "console.error('", "println(", "printf(",
	"httpstatus.", "http.statusbad", "http.statusun", "http.statusforb", "http.statusnot", "http.statusconf", "http.statustoo", "statuscodes.", ".json({", "`json:", "` // ",
}

// isScenario says whether a line is a step of a test in Gherkin.
func isScenario(line string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(line, " \t`"), " ")
	switch first {
	case "Given", "When", "Then", "And", "But":
		return true
	}
	return false
}

// foreignStarts begin lines of tools whose servers are not the APIs that articles
// are about.
var foreignStarts = [...]string{"npm err", "npm error", "e: ", "w: ", "err:1", "err:2", "err:3", "err http", "yarn ", "yarn:", "pip ", "pip:", "brew:", "go: module ",
	"fatal: ", "remote: ", "error from server (", "error response from daemon", "docker: ", "docker push", "docker pull", "sip/",
	"✓", "✔", "✗", "✘", "--- pass", "--- fail"}

// foreignMarks stand in the lines of such tools: registries and mirrors of
// packages and images, databases, mail, disks.
var foreignMarks = [...]string{"registry.npmjs", "registry.yarnpkg", "pypi.org", "pythonhosted.org", "proxy.golang.org", "docker.io",
	"ghcr.io", "gcr.io", "quay.io", "repo1.maven", "repo.maven", "rubygems.org", "crates.io", "archive.ubuntu", "launchpad.net",
	"sqlstate", "for key '", "violates ", "duplicate key value", "ora-0", "mysql", "psycopg", "sqlite", "redis.exceptions",
	"recipient address", "/dev/sd",
	"packages.gz", "sources.gz", "/dists/", "apt-get", "sources.list", "failed to pull image", "errimagepull", ".git/'", "java.nio.file"}

// isForeignLine says whether a line is about such a tool.
func isForeignLine(line string) bool {
	const longest = 400
	s := strings.ToLower(strings.Trim(line[:min(len(line), longest)], " \t`>"))
	for _, start := range foreignStarts {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	for _, mark := range foreignMarks {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return strings.Contains(s, "failed to fetch") && strings.Contains(s, "  404 ")
}

// isSourceLine says whether a line is source code rather than talk or a log.
func isSourceLine(line string) bool {
	if len(line) > 400 {
		return false
	}
	s := strings.ToLower(strings.Trim(line, " \t`>+-"))
	if strings.HasPrefix(s, "at ") || strings.Contains(s, "status code: ") { // a stack's line, and what iOS prints
		return false
	}
	if isStatusKey(s) || isAnnotation(s) {
		return true
	}
	if strings.HasSuffix(s, ");") || strings.HasSuffix(s, "{") && len(s) > 1 && !strings.HasSuffix(s, ": {") {
		return true
	}
	coded := strings.ContainsAny(s, "(){}=;[]") || strings.HasSuffix(s, ":")
	for _, start := range sourceStarts {
		if strings.HasPrefix(s, start) && (coded || start == "//" || start == "given " || start == "scenario") {
			return true
		}
	}
	for _, mark := range sourceMarks {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}

// isAnnotation says whether a line is one of Java or Python: @ApiResponse(…. A
// mention of somebody is none.
func isAnnotation(line string) bool {
	if line == "" || line[0] != '@' {
		return false
	}
	n := nameLength(line[1:])
	return n > 0 && strings.HasPrefix(line[1+n:], "(")
}

// isStatusKey says whether a line defines what a status means, as schemas do:
// "'429': Too many requests".
func isStatusKey(line string) bool {
	line = strings.TrimLeft(line, "- ")
	const length = len("'429':")
	return len(line) >= length && (line[0] == '\'' || line[0] == '"') && httpStatus(line[1:4]) != 0 && line[4] == line[0] && line[5] == ':'
}

// isSource says whether a tree is a literal in source code: an argument of a
// call, a value that is assigned or returned. What programs print begins a line,
// or stands behind words, a ":" or the name of a class.
func isSource(text string, t *tree) bool {
	const reach = 200
	start := max(0, t.span.Start-reach)
	start += strings.LastIndexByte(text[start:t.span.Start], '\n') + 1
	line := text[start:t.span.Start]
	before := strings.ToLower(strings.Trim(line, " \t`\"'"))
	switch {
	case before == "", before == "=>", strings.HasSuffix(before, "! =>"): // Ruby's console and Ansible print so
		return false
	case strings.HasSuffix(before, "return"), strings.HasSuffix(before, "=>"), strings.HasSuffix(before, ":="), strings.HasSuffix(before, "=> ("),
		strings.HasSuffix(before, ",") && strings.HasPrefix(strings.TrimLeft(before, "+-> \t"), "return "), isTyped(line), isPatched(before, text[t.span.End:]):
		return true
	case strings.HasSuffix(before, "("):
		return inCall(line)
	}
	return inCall(line) || isSourceLine(line)
}

// isPatched says whether a "+" or "-" at the line's start, before a tree, is that of a
// patch; "-" begins the items of lists as well.
func isPatched(before, behind string) bool {
	return before == "+" || before == "-" && strings.HasPrefix(behind[lineLength(behind):], "\n+")
}

// isTyped says whether s ends with a name that only source code and settings write
// right before a bracket: a type of Go's (map[string]any, []Problem), or a metric's
// (http_requests_total).
func isTyped(s string) bool {
	word := s[strings.LastIndexAny(s, " \t(`\"")+1:]
	if word == "" || !isLetter(word[len(word)-1]) {
		return false
	}
	bracket := strings.IndexByte(word, ']')
	return bracket > 0 && isLetter(word[bracket+1]) || isLower(word[0]) && strings.IndexByte(word, '_') > 0
}

// inCall says whether s ends within the brackets of a call: `add("x", json=`.
func inCall(s string) bool {
	open := 0
	for i := len(s) - 1; i > 0; i-- {
		switch s[i] {
		case ')':
			open--
		case '(':
			open++
		}
		if open > 0 {
			if (s[i-1] == '=' || isLetter(s[i-1])) && isCall(s[:i+1]) {
				return true
			}
			open = 0
		}
	}
	return false
}

// isCall says whether s, which ends in "(", calls a function, as opposed to
// naming the class of what is printed: ".json(" does, "AxiosError(" does not.
func isCall(s string) bool {
	s = strings.TrimRight(strings.TrimSuffix(s, "("), " ")
	i := len(s)
	for i > 0 && (isLetter(s[i-1]) || isDigit(s[i-1]) || s[i-1] == '_') {
		i--
	}
	name := s[i:]
	if name == "" {
		return i > 0 && s[i-1] == '='
	}
	before := strings.TrimRight(s[:i], " ")
	for _, word := range [...]string{"@", "new", "throw", "raise", "return"} {
		if strings.HasSuffix(before, word) {
			return true
		}
	}
	return isLower(name[0]) || strings.HasSuffix(before, ".") && !isThrown(name)
}

// isThrown says whether s ends with the class of an exception or a response, which
// is printed before what it holds: "AxiosError: ", "reqwest::Error ", "Response ";
// or with the stack, behind which Node prints the rest of an exception.
func isThrown(s string) bool {
	s = strings.TrimRight(s, " :({\n")
	line := s[strings.LastIndexByte(s, '\n')+1:]
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception") || strings.HasSuffix(s, "Response") ||
		strings.HasPrefix(strings.TrimLeft(line, " \t"), "at ")
}

// isExceptionName says whether a word is the class of an exception: "AxiosError",
// Ruby's "HTTPForbidden".
func isExceptionName(w string) bool {
	const shortest = 8
	switch w {
	case "TypeError", "ReferenceError", "SyntaxError", "RangeError", "KeyError", "ValueError", "IndexError", "AttributeError",
		"AssertionError", "PermissionError", "FileNotFoundError", "NotFoundError", "DuplicateKeyException", "NullPointerException", "IndexOutOfBoundsException", "NumberFormatException", "IllegalArgumentException", "AccessControlException":
		return false // bugs of programs, and of files and databases: not answers of APIs
	}
	if len(w) < shortest {
		return false
	}
	for _, part := range [...]string{"Sql", "SQL", "Mongo", "Database", "Constraint", "Integrity", "Redis", "Kafka"} {
		if strings.Contains(w, part) {
			return false
		}
	}
	last := w[strings.LastIndexAny(w, ".:")+1:]
	if strings.Contains(w, ".exceptions.") && last != "" && isUpper(last[0]) {
		return true
	}
	return codeShaped(w) && isThrown(w) || strings.HasPrefix(w, "HTTP") && isUpper(w[4]) && isLower(w[5])
}

// statusInWords finds a status that a body's message names, or 0.
func statusInWords(s string) int {
	status, _ := namedStatus(s)
	return status
}

// namedStatus finds a status in the words of a body, and the standard phrase behind it,
// if it has one.
func namedStatus(s string) (status int, phrase string) {
	const longest = 300
	s = s[:min(len(s), longest)]
	if method, path, ok := strings.Cut(strings.TrimPrefix(s, "Cannot "), " "); ok && strings.HasPrefix(s, "Cannot ") && isMethod(method) && strings.HasPrefix(path, "/") {
		return 404, "" // Express
	}
	if !strings.ContainsAny(s, "45") {
		return 0, ""
	}
	t := &talk{text: s, list: tokenize(s, nil)}
	for i, tok := range t.list {
		if tok.status == 0 || t.isCount(i) {
			continue
		}
		for to := i + 1; t.run(i+1, to) && to <= i+maxReasonWords; to++ {
			if reasonStatus(t.phrase(i+1, to)) == tok.status {
				return tok.status, t.phrase(i+1, to)
			}
		}
		behind := strings.TrimLeft(s[tok.span.End:], " ")
		if t.place(i)&(cueProgram|cueStatus|cueLabel) != 0 || i == 0 && behind != "" && (behind[0] == '-' || behind[0] == ':') {
			return tok.status, ""
		}
	}
	return 0, ""
}
