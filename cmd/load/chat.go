package main

// chat is what people write when nothing is wrong: a hundred lines of our own, each as likely as any other, so that a
// line is one per cent.
//
// What reading chat costs depends on what it is like. A short line without a digit is ruled out at a glance; a number,
// a word such as "error" or a paste of code has to be looked at, which costs ten times as much and more. So the lines
// have the lengths and the shares that people's lines have, measured in 225,000 lines of IRC channels, mostly for help
// with Linux, and 30,000 messages in the Slack of programmers:
//
//	                                          IRC   Slack   here
//	half are no longer than, characters        43      78     58
//	nine in ten are no longer than            125     229    216
//	have a digit                             21 %    15 %   19 %
//	have a number of three digits             3 %     2 %    3 %
//	have error, fail, request, API …          4 %     7 %    7 %
//	have a link                               3 %     8 %    5 %
//	have code in backticks                    0 %    24 %   10 %
//	have several lines                        0 %     9 %    4 %
//	ask something                            22 %    19 %   21 %
//
// TestChat holds the lines to it.
var chat = []string{
	// to 10 characters
	"ok",
	"thanks",
	"lunch?",
	"lol",
	"+1",
	"yes, both",
	"good idea",
	"hm, no",

	// to 20
	"sounds good to me",
	"morning all",
	"on my way",
	"that did it :tada:",
	"which one exactly?",
	"not on a Friday…",
	"haha, same here",
	"in 5 minutes",

	// to 40
	"I have not seen that one before",
	"thanks, that worked :slightly_smiling_face:",
	"who is on call tonight?",
	"let me have a look at it after lunch",
	"can you share the link again?",
	"the wiki is the place for that I think",
	"@person1 did you ever find out?",
	"oh nice, did not know about that",
	"ah right, it was the other branch",
	"probably easier over a call",
	"standup moved to 10:30 today",
	"I’m out this afternoon",
	"try `make clean` first",
	"any error in the log when it does that?",
	"lgtm, merging it now",
	"it is in the readme, near the end",
	"and then it just hung, no output at all",
	"we could do it the other way round",
	"sorry, wrong channel :see_no_evil:",

	// to 80
	"can somebody have a look at my branch? it only touches the nightly job",
	"I think the sandbox gets new test patients every Monday, but do not quote me",
	"does anybody know who looks after the booking page these days?",
	"so far it looks good, I will leave it running over the weekend",
	"the design review is on Thursday, bring your questions and cake",
	"is there a way to see which version is deployed where?",
	"the new laptop arrived, only took them 3 weeks",
	"you can pass a function there as well, it does not have to be a list",
	"I would keep it as it is until somebody complains about it",
	"maybe `git bisect` tells you when it changed?",
	"that is what the docs say, but I have never seen it work",
	"good point, I had not thought about the people without an account",
	"we have one of those in the old repository, I can dig it out",
	"@person2 could you add me to the group, please?",
	"does `go vet` find that, or do we need another linter?",
	"the train is late again, so I will be in at half past 9",
	"my guess is that the cache was cold, it was fast the second time",
	"the slides are at https://example.org/talks/2026/intro.html",
	"I get the same on my machine, so it is not only you",
	"it is a trade-off, simple code now against less typing later",
	"have we told the partners that the old client goes away in spring?",
	"not really, it’s more of a convention than a rule",
	"happy to pair on this tomorrow if it helps",
	"there are 2 ways to do that and I like neither of them",
	"what would the server do with an empty list?",
	"the field is called `birthDate` there, with a capital D",
	"I gave up and wrote it by hand, took ten minutes",
	"who wants to present at the next show and tell? I have 2 slots left",
	"moved it to room 212, the other one has no screen",

	// to 160
	"I have put an example into the wiki together with the list of environments, if something is missing there just add it",
	"has the move of the referral clients to the new gateway been announced yet, or do we still wait for the all clear?",
	"the one thing I would change is the name, because nobody who reads it for the first time will know what a registrar does here",
	"my feeling is that we should write the test first, then we know at least what we want it to do when the list is empty",
	"we had a long talk about it last year and in the end went for the boring solution, which I have never regretted",
	"this one is quite good, it explains the whole thing from the beginning: https://example.org/blog/queues-from-scratch",
	"for what it is worth, I ran it with and without the index and there was no difference that I could see, 41 ms both times",
	"it only happens when I open the page in a second tab, in the first one everything looks as it should",
	"does the form keep what people typed when they go back? I could not find out from the design alone",
	"the error page looks odd on a phone, half of the button is outside, but nobody has complained so far",
	"you need the flag `--keep-going` there, otherwise it stops at the first file that it does not understand",
	"the build takes 14 minutes now, most of it is the browser tests, could we run those only on the main branch?",
	"as far as I understand it “draft” means that the pharmacy cannot see it yet, but somebody should check that",
	"Let's talk about the certificates next week: two of them expire in January and one has no owner any more.",
	"I asked them and they say that it was a typo in the path on our side, so nothing to do for anybody else",
	"we used to log every request there, until somebody noticed what that costs us in storage every month",
	"thanks everybody for yesterday, it was great to see all of you in person for once :heart:",
	"see https://example.org/wiki/onboarding for how to get an account, it takes a day or so until it works",
	"the type checker is right, `items` can be nil when the file is there but has nothing in it",
	"is it only me or did the search become much slower since the update last week?",
	"if you rename the folder you have to restart the editor too, at least I have to, every single time",
	"I wonder whether we need the retries at all, the queue would bring it back after 120 seconds anyway",
	"release notes are here, please read them before Thursday: https://example.org/releases/2026-11",
	"the API team has moved to its own channel, so please ask there, they are a friendly lot",

	// to 320
	"The new client keeps the connection open and sends the header with each call, so you do not have to care about that any more. " +
		"I have tried it with two of our services and it went well, but I would like somebody else to try it too before we tell people.",
	"What I do is this: I keep a list of the things that went wrong during the week, and on Friday I pick one and write down how we could have " +
		"noticed it earlier. It is not much work, and after a year you have a pretty good picture.",
	"small ones first:\n• rotate the keys\n• update the runbook\n• tell the partners about the new address\n" +
		"and then the big one, the clean-up of the shared drive, for which we need a day and somebody who remembers what all of that is",
	"like this:\n```\nfor i := range 3 {\n\tfmt.Println(i)\n}\n```\nwhich prints 0 to 2, as it should, and in the older versions you had to write it with a semicolon " +
		"and another two, which everybody got wrong at least once",
	"We tried both. The first is faster as long as everything fits into memory, the second does not care how large the file is and is much easier to read; " +
		"in the end we took the second, because nobody could remember how the first works.",
	"I think there is some confusion about what “inactive” means here: for the practice it is a patient who moved away, for the register it is somebody " +
		"whose record was merged into another one. Could we have two words for it?",
	"if anybody is interested, I wrote up how we did the migration: https://example.org/blog/moving-day — no magic in it, mostly a lot of lists, " +
		"and one evening with pizza on which we did the step that could not be undone",
	"you would have to ask for the `offline` scope when people sign in, then it works without them, and you can ask for it later as well; " +
		"only for the old accounts it makes no difference, they keep what they had",
	"the dashboard says 12,403 visits in the last hour, half of them from the new app, with a median of 38 ms and nothing unusual; " +
		"I will look again when the schools are back, that is when we had 500 people at once the last time",

	// to 640
	"A bit of background for those who were not there: the job was written as an experiment, then somebody found it useful, and now four teams depend on it and none " +
		"of them looks after it. I would suggest that we give it a home, write down what it promises and what it does not, and then switch off the two old ones. " +
		"If you use it, please tell me what for, and how bad it would be if it were away for an hour.",
	"this is the whole of it, not pretty but it does what it should:\n```\nfunc pages(total, size int) []page {\n\tvar list []page\n\tfor from := 0; from < total; from += size {\n" +
		"\t\tlist = append(list, page{from: from, to: min(from+size, total)})\n\t}\n\treturn list\n}\n```\n" +
		"and `total` comes from the first response, so you always make one call before you know how many there are. " +
		"I would not run them all at once, by the way, they are not that quick.",

	// longer
	"long one, sorry: I have been through all the open tickets and tried to sort them. There are three kinds. The first are questions that the guide answers, and I " +
		"think that we should move those answers closer to where people get stuck. The second are wishes, mostly for the search, and most of them are the same wish in " +
		"other words. The third are real bugs, six in all, of which two are mine. I have put a label on each, so that you can see for yourselves. What I would do " +
		"next:\n1. answer the questions and close them\n2. write one ticket for the search and link the others to it\n3. fix the six, `parseDate` first since it fails " +
		"whenever somebody writes the month as a word\n\nAny objections? If not, I will start on Monday and tell you here how far I got.",
}
