package detect

import "strings"

// This file recognises and reads errors of no format of their own: objects with a status,
// words or a code that only errors have.

// isPlain recognises an object that can be nothing but an error: it has an error
// status and what answers have, or stands where errors stand and has words, or
// says so.
func isPlain(t *tree, i int32) bool {
	if t.nodes[i].parent >= 0 && t.named(i, "config") {
		return false // what a client was told to do, printed with its error
	}
	said := t.get(i, messageNames...) != "" || codeLike(t.get(i, "errorcode", "code", "__type", "faultcode"))
	switch status := statusOf(t, i); {
	case status >= 400:
		return isAnswer(t, i, status) || i == 0 && isThrown(t.text[:t.span.Start])
	case status >= 100:
		return false
	case isFaultName(t.key(i)):
		return said
	}
	return said && saysFailure(t, i)
}

// isAnswer says whether an object with an error status is the answer of an API.
// What is called "status" is one beside words or what describes a request; a
// "code" may be any number.
func isAnswer(t *tree, i int32, status int) bool {
	for c := range t.children(i) {
		if t.nodes[c].kind == scalarNode && reasonStatus(strings.TrimLeft(t.str(c), digitsAndMarks)) == status {
			return true
		}
	}
	if t.isAlone(i) && (t.nodes[i].parent < 0 || t.named(i, "res")) {
		return strings.IndexByte(t.text[t.span.Start:t.span.End], '=') < 0 // which a setting has: { response_code = 403 }
	}
	if isFaultName(t.key(i)) || t.named(i, "meta") {
		return true
	}
	if t.get(i, statusNames...) != "" {
		return t.get(i, messageNames...) != "" || codeLike(t.get(i, sureCodeNames...)) || t.child(i, answerNames...) >= 0
	}
	return t.get(i, "message", "error", "errormessage", "error_description", "msg", "detail", "errors") != ""
}

// isAlone says whether one child of object i has a value at most.
func (t *tree) isAlone(i int32) bool {
	values := 0
	for c := range t.children(i) {
		if t.nodes[c].kind != scalarNode || t.str(c) != "" {
			values++
		}
	}
	return values <= 1
}

// isFaultName says whether errors stand under a name.
func isFaultName(name string) bool {
	for _, n := range [...]string{"err", "fault", "exception", "problem", "failure", "failures", "ErrorResponse"} {
		if sameName(name, n) {
			return true
		}
	}
	return hasEnd("_"+name, "error") || hasEnd("_"+name, "errors")
}

// saysFailure says whether an object has words and says that it is an error.
func saysFailure(t *tree, i int32) bool {
	if t.get(i, "__type") != "" || t.get(i, "error") != "" && t.get(i, "message", "path", "timestamp", "detail") != "" {
		return true
	}
	switch strings.ToLower(t.get(i, "status", "result")) {
	case "error", "fail", "failed", "failure":
		return true
	}
	for _, name := range [...]string{"success", "ok"} {
		if t.is(t.child(i, name), "false", "False") {
			return true
		}
	}
	return false
}

// saysSuccess says whether an object says that all is well.
func saysSuccess(t *tree, i int32) bool {
	status := statusOf(t, i)
	succeeded := t.is(t.child(i, "error"), "false", "False") || t.is(t.child(i, "success", "ok"), "true", "True")
	if status >= 100 && status < 400 || succeeded {
		return true
	}
	switch strings.ToLower(t.get(i, "status", "result")) {
	case "ok", "success", "succeeded", "passed", "pass", "done", "completed", "resolved":
		return true
	}
	return false
}

// maybePlain recognises a small object that is an error if its words or its code
// are: {"message": "Too many requests"}, {"code": "ACCESS_DENIED"}.
func maybePlain(t *tree, i int32) bool {
	const most = 10
	n := 0
	for range t.children(i) {
		n++
	}
	if n == 0 || n > most || saysSuccess(t, i) {
		return false
	}
	for _, name := range [...]string{"errorcode", "code", "reason", "id", "errorcodes"} {
		if codeShaped(t.get(i, name)) || isLoud(t.get(i, name)) {
			return true
		}
	}
	if isExceptionName(t.get(i, "name")) {
		return true
	}
	return t.get(i, "message", "error", "detail", "msg", "errorMessage", "error_description",
		"err", "errors", "textpayload", "log") != ""
}

func readPlain(t *tree, i int32) []fault {
	f := fault{node: i, status: statusOf(t, i), message: t.get(i, messageNames...), codes: plainCodes(t, i)}
	for _, name := range ownNames {
		f.addOwn(t.get(i, name))
	}
	if f.message == "" && len(f.codes) == 0 && t.nodes[i].parent < 0 {
		f.message = thrownAbove(t.text[:t.span.Start])
	}
	if f.status < 400 {
		f.status = statusInWords(f.message)
	}
	if ext := t.child(i, "extensions"); ext >= 0 { // GraphQL
		f.addCode(t.get(ext, "code"))
		f.addOwn(t.get(ext, "code"))
		if f.status == 0 {
			f.status = max(0, statusOf(t, ext))
		}
	}
	return []fault{f}
}

func readUnsure(t *tree, i int32) []fault {
	faults := readPlain(t, i)
	for k := range faults {
		faults[k].unsure = faults[k].status < 400
	}
	return faults
}

// plainCodes lists what may be the code of object i.
func plainCodes(t *tree, i int32) []string {
	f := fault{}
	for _, name := range codeNames {
		f.addCode(t.get(i, name))
	}
	for _, name := range phraseNames {
		if s := t.get(i, name); isLoud(s) || reasonStatus(s) != 0 || isExceptionName(s) {
			f.addCode(s)
		}
	}
	for c := range t.children(i) {
		name := t.key(c)
		ofCode := hasEnd(name, "code") || hasEnd(name, "codes") || hasEnd(name, "error")
		if ofCode && t.nodes[c].kind != objectNode {
			f.addCode(t.str(c))
		}
	}
	if own := t.get(i, "errorcode", "code"); len(f.codes) == 0 && isOwnNumber(own) {
		f.codes = append(f.codes, own)
	}
	return f.codes
}

// hasEnd says whether a name ends with a word, in any case.
func hasEnd(name, word string) bool {
	return len(name) > len(word) && strings.EqualFold(name[len(name)-len(word):], word)
}
