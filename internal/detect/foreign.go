package detect

import "strings"

// This file finds errors and numbers of other systems: of tools, databases, mail, and
// whatever else has codes of its own.

// foreignStarts begin lines of tools whose servers are not the APIs that articles
// are about.
var foreignStarts = [...]string{
	"npm err", "npm error", "yarn ", "yarn:", "pip ", "pip:", "brew:", "go: module ", // packages
	"e: ", "w: ", "err:1", "err:2", "err:3", "err http", // apt
	"fatal: ", "remote: ", // git
	"error from server (", "error response from daemon", "docker: ", "docker push", "docker pull", // containers
	"sip/",
	"✓", "✔", "✗", "✘", "--- pass", "--- fail", // runners of tests
}

// foreignMarks stand in the lines of such tools: registries and mirrors of
// packages and images, databases, mail, disks.
var foreignMarks = [...]string{
	"registry.npmjs", "registry.yarnpkg", "pypi.org", "pythonhosted.org", "proxy.golang.org",
	"repo1.maven", "repo.maven", "rubygems.org", "crates.io",
	"docker.io", "ghcr.io", "gcr.io", "quay.io", "failed to pull image", "errimagepull",
	"archive.ubuntu", "launchpad.net", "packages.gz", "sources.gz", "/dists/", "apt-get", "sources.list",
	"sqlstate", "for key '", "violates ", "duplicate key value", "ora-0", "mysql", "psycopg", "sqlite", "redis.exceptions",
	"recipient address",
	"/dev/sd", ".git/'", "java.nio.file",
}

// isForeignLine says whether a line is about such a tool.
func isForeignLine(line string) bool {
	const longest = 400
	s := strings.ToLower(strings.Trim(line[:min(len(line), longest)], " \t`>"))
	apt := strings.Contains(s, "failed to fetch") && strings.Contains(s, "  404 ")
	return apt || beginsWith(s, foreignStarts[:]) || holds(s, foreignMarks[:])
}

// isOfOtherSystem says whether the mention is the code of another system, or stands in
// a line of a tool.
func (t *talk) isOfOtherSystem(s sentence) bool {
	clinical := t.is(s.head-1, "code", "codes") && t.word(s.head-2) == "READ" // READ codes are of diagnoses
	return clinical || t.isForeign(s.first) || t.isForeignAt(t.lineSpan(t.list[s.first].span))
}

// isForeign says whether the number or name at token i belongs to something that
// is no API: "exit code 404", "SMTP error 421", "ORA-00404".
func (t *talk) isForeign(i int) bool {
	const reach = 4
	if t.is(i-1, "code", "codes", "error") && t.joined(i-1, noStop) && t.marked(i-2, upper) && t.classOf(i-2) == 0 {
		return true // "ICD code 429"
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.has(j, cOther) {
			return true
		}
	}
	return false
}

// runtimes are what a tool's name says of where a client runs: "the docker container".
var runtimes = words("cronjob job pod pods container containers deployment worker workers")

// isTool says whether the clause speaks of a program or place whose errors are
// not those of an API, and of no API: "docker pull gives 401".
func (t *talk) isTool(s sentence) bool {
	if !s.has(cTool) && !t.isOfStorage(s) || t.isAnsweredTo(s) {
		return false
	}
	if t.isPrinted(s.first) {
		s.end = s.first // what goes on behind it is the program's, or a remark
	}
	if !t.hasTool(s) && !t.isOfStorage(s) {
		return false
	}
	for i := s.start; i <= s.end; i++ {
		client := t.is(i, runtimes...) && t.has(i-1, cTool)
		api := s.around(i) && !t.marked(i, inLink) && t.isAPI(i) && !t.is(i, "token", "tokens", "api")
		if client || api {
			return false
		}
	}
	return true
}

// isPrinted says whether token i stands where programs print a status or its name.
func (t *talk) isPrinted(i int) bool {
	at := t.list[i].span
	return t.announcesReason(i-1) || t.isStatus(i) && printedAt(t.text[:at.Start], t.text[at.End:])
}

// hasTool says whether a token of the clause is a tool.
func (t *talk) hasTool(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if s.around(i) && t.has(i, cTool) && !t.isNoTool(i) && !t.isWhereItWorks(i) {
			return true
		}
	}
	return false
}

// isNoTool says whether token i, which can be a tool, is something else by the word beside
// it: "an elasticsearch-like API", "who can lift it", "the bank holiday", Azure's Front Door.
func (t *talk) isNoTool(i int) bool {
	return t.is(i+1, "like") && t.between(i) == "-" ||
		t.is(i-1, "can", "could", "should") ||
		t.is(i, "bank") && t.is(i+1, "holiday") ||
		t.is(i, "door") && t.is(i-1, "front")
}

// isWhereItWorks says whether token i is where there is no error: "works in the browser",
// "on my laptop it is fine".
func (t *talk) isWhereItWorks(i int) bool {
	const reach = 6
	place := i - 1
	for t.is(place, "the", "my", "a", "our") {
		place--
	}
	if !t.is(place, "in", "on", "from", "with", "via") {
		return false
	}
	for j := place - 2; j <= i+reach; j++ {
		if t.is(j, "works", "worked", "fine", "ok", "okay") && t.joined(max(j, i), clauseStop) {
			return true
		}
	}
	return false
}

// isAnsweredTo says whether the mention is what an API or a server is said to answer:
// "S3 says 403", "the search API returns …".
func (t *talk) isAnsweredTo(s sentence) bool {
	for i := s.start; i < s.first; i++ {
		if t.has(i, cAnswer) && t.isAnswerer(i) {
			return true
		}
	}
	return false
}

// isOfStorage says whether the clause names a storage of Amazon's as people type it: "s3".
func (t *talk) isOfStorage(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.word(i) == "s3" {
			return true
		}
	}
	return false
}
