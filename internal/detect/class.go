package detect

import "strings"

// class says what a word can mean for the question whether somebody reports an
// error. A word may have several. vocabulary.go lists the words.
type class uint64

const (
	// Numbers: what announces a status, and what other numbers count or name.

	cLabel      class = 1 << iota // announces a status: HTTP 403, status code 403, error 403
	cUnit                         // what is counted or measured: 403 lines, 403 ms
	cCounted                      // what has numbers: room 403, port 403, PR 403
	cOther                        // other systems that have codes: SMTP, ORA, exit
	cBefore                       // may stand right before a status that came: with, then, all
	cBeforeMany                   // may stand right before several: a flood of 401s
	cBehind                       // may stand right behind a status that came: here, because, even

	// Verbs: what happens, what is said, and what is only planned.

	cHappens // says that it happens: getting, returned, fails
	cHabit   // of these, what can also be said of how things should be: returns, says
	cCan     // the same in a form that can also be a plan: get, return, fail
	cModal   // makes a plan or a guess of the verb behind it: should, would, to
	cSaid    // says, said, answers: an answer's words follow
	cAnswer  // of the verbs of saying, those that only tell an answer: says, returns
	cStopped // passive: throttled by, limited by
	cLead    // may stand between a verb of saying and what is said
	cMeans   // mean, means
	cDid     // tells what was tried before the error: sent, changed

	// People.

	cFirst // the writer: I, we, my
	cYou   // the reader: you, your
	cUser  // who uses software

	// Time: now, again, long ago, over.

	cNow    // beside a status, says that it happens: now, today, again
	cTime   // says since when or how often: today, morning, since
	cStill  // still, again, keeps
	cPast   // speaks of long ago: remember, historically
	cSolved // fixed, resolved, sorted

	// Asking.

	cAsk  // asks for help: why, anyone, idea, stuck
	cHelp // asks for help in so many words: help, stuck

	// Logic.

	cNot   // not, never, n't
	cIf    // if, when, unless
	cBut   // but, however: what comes before does not count
	cPlace // a preposition behind an error: from, on, when

	// Subjects: APIs, what stands around them, and what has errors of its own.

	cAPI     // speaks of APIs: endpoint, token, PDS
	cNet     // may speak of APIs: server, request, service
	cServer  // what answers requests without being named: server, response
	cSubject // what an answer is called: response, result, everything
	cEnv     // where software runs: int, prod, sandbox
	cError   // error, exception, denied
	cWeb     // speaks of web pages: page, link, browser
	cTool    // programs and places whose errors are not those of an API: git, docker, Jira

	// What is not real, or not meant.

	cPlan   // design, tests, documents: spec, mock, handle, example
	cFake   // made up: mock, fixture, example, sample, schema
	cMade   // only pretends to answer: mock, stub, simulator
	cAdvice // tells somebody what to do: try, check
	cRefer  // says what is done with what has a number: merged, closed
	cJoke   // laughs
)

// classes maps each word of the vocabulary to all of its classes.
var classes = func() map[string]class {
	m := make(map[string]class, 1024)
	for _, v := range vocabulary {
		for _, w := range strings.Fields(v.words) {
			m[w] |= v.class
		}
	}
	return m
}()

// classify gives the classes of a word in any case. It does not allocate.
func classify(word string) class {
	var buffer [20]byte
	if len(word) > len(buffer) {
		return 0
	}
	for i := 0; i < len(word); i++ {
		buffer[i] = lower(word[i])
	}
	return classes[string(buffer[:len(word)])]
}

// slippery are the classes whose words are also known with a slip of the finger in
// them: to take an unknown word for one of these is seldom wrong.
const slippery = cHappens | cHabit | cCan | cAnswer | cSaid |
	cStill | cNow | cTime | cHelp |
	cAPI | cNet | cServer | cSubject | cEnv | cPlace

// shortestSlip is how many letters a word must have for a slip in it to be seen.
const shortestSlip = 6

// slips maps the words of these classes, as they are and with any one letter left
// out, to their classes. Two words that differ by one letter, or by two that changed
// places, have one of these in common.
var slips = func() map[string]class {
	m := make(map[string]class, 8192)
	for _, v := range vocabulary {
		if v.class&slippery == 0 {
			continue
		}
		for _, w := range strings.Fields(v.words) {
			if len(w) < shortestSlip {
				continue
			}
			m[w] |= v.class
			for i := 1; i < len(w)-1; i++ { // a wrong first or last letter makes another word
				m[w[:i]+w[i+1:]] |= v.class
			}
		}
	}
	return m
}()

// classifySlip gives the classes of the word that an unknown one may be, with a slip
// of the finger in it: "recieves", "retruns", "allways".
func classifySlip(word string) class {
	var buffer, shorter [20]byte
	n := len(word)
	if n < shortestSlip || n > len(buffer) {
		return 0
	}
	for i := 0; i < n; i++ {
		if !isLetter(word[i]) {
			return 0
		}
		buffer[i] = lower(word[i])
	}
	if c := slips[string(buffer[:n])]; c != 0 {
		return c
	}
	copy(shorter[:], buffer[1:n])
	for i := 0; i < n; i++ { // shorter is the word without letter i
		if i > 0 {
			shorter[i-1] = buffer[i-1]
		}
		if i > 0 && i < n-1 {
			if c := slips[string(shorter[:n-1])]; c != 0 {
				return c
			}
		}
	}
	return 0
}

// apiURLs are parts of the URLs of APIs, which those of their documents seldom have.
var apiURLs = [...]string{"/api", "api.", "/fhir", "/FHIR", "/oauth", "/token", "/Patient", "sandbox"}

// classifyURL says whether a URL is that of an API or of a page.
func classifyURL(url string) class {
	for _, part := range apiURLs {
		if strings.Contains(url, part) {
			return cAPI
		}
	}
	return cWeb
}
