package detect

import "strings"

// This file knows lines of source code, in the languages that are pasted in chats. Lines
// are compared in small letters.

// sourceStarts begin lines of source code, tests and Gherkin scenarios.
var sourceStarts = [...]string{
	// What many languages have.
	"if ", "if(", "else", "elif ", "elseif", "switch", "case ", "while ", "for ", "when(",
	"return ", "yield ", "await ", "async ", "throw ", "raise ", "new ",
	"try:", "try {", "catch", "} catch", "except ",
	"def ", "func ", "fn ", "function ", "const ", "let ", "var ", "val ", "readonly ",
	"class ", "data class ", "record ", "type ", "interface ", "enum ",
	"public ", "private ", "protected ", "static ", "import ", "export ", "require(",
	"//", "/*", "* ", "#include", "#define",
	// Tests.
	"assert", "expect(", "expect {", "it(", "describe(", "test(",
	"scenario", "given ", "when ", "then ", "and the ",
	// Clojure, Rails, SQL, and what make prints of its recipes.
	"(def", "(if", "(ns", "(is", "(:", "(case", "(let", "(when", "(throw",
	"render json:", "select ", "insert ", "make: ", "make[",
}

// sureStarts are those of sourceStarts that need no mark of source code behind them.
var sureStarts = [...]string{"//", "given ", "scenario"}

// sourceMarks stand inside lines of source code.
var sourceMarks = [...]string{
	// Operators.
	"==", "!=", ":=", ") =>", "=> {", " && ", " || ",
	// Servers that answer with a status.
	".status(", ".statuscode(", "withstatuscode(", "sendstatus(", ".withstatus(", "http.error(", "httpexception(", "abort(",
	"(status=", "(status_code=", "responseentity.", "responseentity<", "jsonify(", "res.send", ".json({",
	"errordocument ", "prefer: code=", "limit_req_status ", "limit_conn_status ", "error_page ", "deny_status ",
	// Tests and mocks that expect one.
	"tobe(", "toequal(", "assertequal", ".andexpect(", "mockmvc.", "raise_error(", "pytest.raises(", "responses.add(",
	".reply(", "thenreturn(", "thenthrow(", ".to_return(", "stub_request(",
	// Statuses by the names of constants.
	"httpstatus.", "statuscodes.", "http.statusbad", "http.statusun", "http.statusforb", "http.statusnot",
	"http.statusconf", "http.statustoo",
	// Logging and printing.
	"logger.", "log.warn(", "log.info(", "log.error(", "println(", "printf(",
	`console.log("`, "console.log('", `console.error("`, "console.error('",
	// Clojure, and tags and comments of Go's structs.
	":refer ", "(:require", "`json:", "` // ", `" // `,
	// Queries of logs.
	"| timechart", "| stats ", "| summarize ", " sourcetype=",
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

// beginsWith says whether s begins with one of some texts.
func beginsWith(s string, starts []string) bool {
	for _, start := range starts {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// holds says whether one of some texts stands in s.
func holds(s string, marks []string) bool {
	for _, mark := range marks {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}

// isSourceLine says whether a line is source code rather than talk or a log.
func isSourceLine(line string) bool {
	const longest = 400
	if len(line) > longest {
		return false
	}
	s := strings.ToLower(strings.Trim(line, " \t`>+-"))
	if strings.HasPrefix(s, "at ") || strings.Contains(s, "status code: ") { // a stack's line, and what iOS prints
		return false
	}
	if isStatusKey(s) || isAnnotation(s) || endsAsSource(s) {
		return true
	}
	coded := strings.ContainsAny(s, "{}=;[]") || strings.HasSuffix(s, ":") || hasCall(s)
	if coded && beginsWith(s, sourceStarts[:]) || beginsWith(s, sureStarts[:]) {
		return true
	}
	return holds(withoutShown(s), sourceMarks[:])
}

// hasCall says whether a "(" stands in a line behind a name, or behind the first word: what
// somebody says in passing (like this) follows a blank.
func hasCall(line string) bool {
	for i := range len(line) {
		if line[i] == '(' && (i == 0 || line[i-1] != ' ' || strings.IndexByte(line[:i-1], ' ') < 0) {
			return true
		}
	}
	return false
}

// withoutShown is a line, which does not begin as source code, without the "==" that
// people put between a name and its value as a debugger shows them: "StatusCode == Forbidden".
func withoutShown(line string) string {
	if name, value, found := strings.Cut(line, "statuscode == "); found && !beginsWith(line, sourceStarts[:]) {
		return name + value
	}
	return line
}

// endsAsSource says whether a line ends as statements and the heads of blocks do. A lone
// bracket, and one behind a colon, begin bodies as well.
func endsAsSource(line string) bool {
	block := strings.HasSuffix(line, "{") && len(line) > 1 && !strings.HasSuffix(line, ": {")
	return block || strings.HasSuffix(line, ");")
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
	if len(line) < length || line[0] != '\'' && line[0] != '"' {
		return false
	}
	return line[4] == line[0] && line[5] == ':' && httpStatus(line[1:4]) != 0
}
