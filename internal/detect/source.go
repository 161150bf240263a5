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
