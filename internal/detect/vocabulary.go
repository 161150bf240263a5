package detect

// vocabulary lists the words of each class. It is English as developers write
// it, with the words of other languages that came with errors, and the names of the
// APIs that the articles are about. What an error is called does not stand here but in
// the articles. Words are in small letters; each stands with all the forms that count.
var vocabulary = []struct {
	class class
	words string
}{
	// Numbers: what announces a status, and what other numbers count or name.

	// As programs and people label statuses, in six languages.
	{cLabel, `http https faultcode status statuscode status_code httpstatus http_status http_code error err code
		response_code actual observed response responsecode sc rc errorcode error_code errors statuses
		erreur fehler fehlercode fout błąd erro`},
	// What developers and clinicians count in chat; plurals that are not here are known by their form.
	{cUnit, `ms s sec secs second seconds min mins minute minutes hr hrs hour hours day days week weeks month
		months year years px pt kb mb gb tb kib mib gib bytes byte bits loc line lines row rows record
		records user users people persons patient patients test tests item items file files message messages
		star stars commit commits prs ticket tickets point points mile miles km m kg g lb lbs calories quid
		pounds dollars euros usd gbp eur percent pct characters chars words columns examples tasks members
		followers votes iterations entries elements nodes results packages modules functions participants
		seats tokens emails mails unread pages times x of per million thousand k events rules plugins issues
		deaths cases beds staff steps slides photos pictures chapters episodes copies units pieces documents
		threads vulnerabilities warnings stories hits views downloads installs connections tables
		appointments referrals degrees rpm rps tps qps fps hz watts volts calls subscribers repos branches students
		downvotes upvotes channels`},
	// What stands before a number that names or counts, from trains to byte offsets.
	{cCounted, `room rooms port ports pr prs issue ticket line lines ln page pages p pp chapter section build
		version v ver release step bus train flight gate platform route highway area number nr row col
		column item id ids user level lvl age year ascii char unicode rfc iso pid uid tcp udp errno case
		model about around approx approximately roughly nearly almost over under than least most exactly
		jira epic sprint iteration slide exercise problem question chr byte bytes offset hundred total count
		size length width height max min weight price cost paid pay costs worth block floor extension ext
		call apartment flat unit house street road bed ward desk seat locker channel top first last between
		only plus another pull changeset revision commit bug`},
	// Protocols, databases and devices whose codes lie between 400 and 511 as well.
	{cOther, `ora smtp ftp sip exit exits exited errno icd snomed opcs mllp sqlstate signal mysql postgres sybase
		esmtp imap db2 hresult nntp sqlcode pg dtc obd esxi win32 windows printer washing dishwasher`},
	// Articles, interjections and small words of several languages: "damn 403", "mit 403".
	{cBefore, `a an with w at then and all given both each is was it's are were me us as un une ein eine einen een uma um mit
		con met avec som med first second third next plain bare weird random straight hm hmm ugh argh wtf
		damn hi hello morning so nope yep ok oh ah huh well suddenly hence`},
	// Only before a status with an ending: "of 401s" reports, "of 401" tells which.
	{cBeforeMany, `of those these sporadic occasional intermittent more many some several few repeated constant thing
		job app script`},
	// How sentences go on behind a status, beside prepositions and what says now or again.
	{cBehind, `and or here there too instead so also either whatever despite no even as back though tho because
		cause coz cos yesterday again pls plz please until til before once out right straight immediately
		around about throughout over como al quando quand wenn als cuando wieder encore nuevo always this
		these`},

	// Verbs: what happens, what is said, and what is only planned.

	// Forms that tell a fact, with their usual misspellings, and in the languages of developers here.
	{cHappens, `getting got gotten receiving received seeing saw hitting encountering encountered throwing threw
		returning returned giving gave gives responding responded failing failed fails rejecting rejected
		rejects answering answered answers sent come throws returns responds receives gets keeps hits facing
		faced coming came comes says saying said tells telling complains complaining complained reports
		reporting reported erroring errored showing sees sends sending bombing dying died being blocked seen
		ends ended ending results resulted resulting gettin geting reciving recieving recieved recieve
		replies replied replying bounced bounces reçois recevons reçoit renvoie retourne obtiens obtenons
		bekomme bekommen bekommt kriege kriegen kriegt erhalte erhalten happened happens happening occurred
		occurs occurring appeared appears popped pops given liefert antwortet wirft meldet sagt krijg
		krijgen krijgt geeft otrzymuję otrzymujemy dostaję dostajemy zwraca recibo recibimos recibe devuelve
		obtengo obtenemos recebo recebemos retorna devolve pegar ricevo riceviamo restituisce får gibt geben
		gab spits spit spat yields emits screams shouts barfs prints printed displays displayed`},
	// The present tense of what answers: it tells of this call as well as of the rule.
	{cHabit, `returns throws gives responds answers replies sends says tells shows reports complains rejects fails
		receives saying said being blocked`},
	// The base forms, which follow "we" as well as "should".
	{cCan, `get receive see hit encounter throw return give respond answer send reply fail reject have having
		had keep show shows face be`},
	// Modal verbs with their contractions, and verbs of wanting and expecting.
	{cModal, `should would could might may will shall must can to want wants lets let's going gonna suppose
		supposed ought that'd there'd he'd she'd might'd won't wouldn't shouldn't couldn't might've could've
		would've i'd we'd it'd it'll they'll we'll i'll you'll they'd expect expects expecting wanted needs
		need`},
	// Verbs before quoted words, also those of getting: "we get access denied".
	{cSaid, `prints printed displays displayed logs logged get body spits spit spat yields emits screams shouts
		barfs gibt says said saying say answers answered answering replies replied reply answer returns
		returned returning responds responded responding response complains complaining reports reported
		throws threw throwing gives gave giving shows showing error message rejects rejected rejecting
		getting got gets being been are is tells telling told with claims claiming claimed thinks reckons
		insists whines moans facing receive receives receiving received see seeing seen hit hitting keeps
		sending sends sent quoting reads meldet sagt dit dice zegt diz mówi devuelve renvoie`},
	// Without getting and being, whose words may be anything.
	{cAnswer, `according says said saying say answers answered answering replies replied reply answer returns returned
		returning responds responded responding response complains complaining reports reported throws threw
		throwing gives gave giving error message rejects rejected rejecting tells telling told claims
		claiming claimed thinks reckons insists whines moans sends sending sent meldet sagt dit dice zegt
		diz mówi devuelve renvoie gibt shows showing body spits spit spat yields emits screams shouts barfs
		prints printed displays displayed logs`},
	// What gateways do to callers, by the verb alone.
	{cStopped, `limits throttles limited throttled blocked banned denied rejected limiting throttling`},
	// Function words, and who is spoken of: "it says that your app is not …".
	{cLead, `that the a an us me we my our it it's is are being error message with i'm we're i am to no have has
		had do not been there's there about for of your you you're user app client team out up over past hit
		hitting exceeded exceeding back only just always still now again was were que el la le les der die
		das een het we've i've you've they've in some kind this their one code status as`},
	// Who uses one asks for a meaning or explains it.
	{cMeans, `mean means meaning meant suggests indicates implies`},
	// Past forms that begin a story: "rotated the key: 401".
	{cDid, `tried sent called posted created submitted changed moved switched added removed upgraded deployed
		rotated regenerated swapped set used ran checked replaced dropped put repeated retried updated
		cancelled fetched read searched requested`},

	// People.

	// With contractions, and without their apostrophes.
	{cFirst, `i we my our me us im i'm we're i've we've ive weve`},
	// With contractions, and "one's".
	{cYou, `you your you'll u you'd you're yours you've one's`},
	// Who has accounts; a laugh about them may still be a report.
	{cUser, `user users superuser admin account login`},

	// Time: now, again, long ago, over.

	// Mostly adverbs: a noun such as "morning" says less.
	{cNow, `overnight now already today again still same suddenly sudden currently constantly always only just
		randomly sporadically intermittently sometimes occasionally everywhere throughout persists keeps`},
	// What says since when or how often, and how much.
	{cTime, `today morning afternoon yesterday since tonight week hour hours now intermittently randomly
		sometimes occasionally constantly everything every all many several lots loads tons bunch
		intermittent`},
	// What takes back an earlier "fixed".
	{cStill, `still again keeps keep keeping continues continue persists constantly`},
	// Words of reviews and memories; "ago" counts only behind long times.
	{cPast, `remember remembered historically postmortem post-mortem mortem retro retrospective recap rca review
		reviewed ago formerly`},
	// First words of what says that it is over; over.go says which need a second.
	{cSolved, `fixed resolved solved sorted works working explained recovered mitigated gone nvm nevermind went
		rolled root turned turns figured my never got all own our know it helped found was disappeared
		vanished stopped`},

	// Asking.

	// Loosely: also "weird" and "issue", which beside an error ask for a look.
	{cAsk, `why anyone anybody help idea ideas clues suggestion suggestions clue stuck wrong suddenly weird
		strange odd broken how somebody someone advice pointers struggling investigate figure knows thoughts
		insight issue issues problem problems`},
	// Strictly: nobody plans or documents with these.
	{cHelp, `anyone anybody help stuck struggling clue clues idea ideas advice pointers understand baffled
		puzzled confused stumped`},

	// Logic.

	// With contractions, and without their apostrophes.
	{cNot, `not never no haven't hasn't hadn't havent hasnt nor neither isn't aren't doesn't don't didn't wasn't
		cannot can't cant wont dont isnt doesnt without`},
	// What makes a condition of the words behind it.
	{cIf, `if when whenever unless once where`},
	// What divides a sentence into clauses.
	{cBut, `but however yet though although except`},
	// With slips of the finger that are too short for classifySlip, and in other languages.
	{cPlace, `off de von van op sur bei z na em en aus nel dans auf w from on by wtih wiht whe wen when whenever
		calling at against in for with via using trying while during after each every between across since`},

	// Subjects: APIs, what stands around them, and what has errors of its own.

	// The general words, and the NHS's APIs by their short names.
	{cAPI, `api apis endpoint endpoints gateway apigee apim oauth oauth2 jwt jwts token tokens bearer curl
		postman insomnia rest fhir hapi patient patients payload scope scopes webhook webhooks apikey
		api_key client_id client_secret client_credentials pds eps rs ers nrl nrlf bars mesh cis2 spine ods
		asid dos mns pdm nems scr sds gpconnect grant jwks notify odt mpi gpc post put patch delete get`},
	// Software and the health service: resources, places and people that calls are about.
	{cNet, `sandbox header headers call calls calling called client server proxy auth authorization
		authorisation int production prod sdk axios fetch upstream downstream bundle task organization
		organisation practitioner medicationrequest servicerequest documentreference appointment slot
		operationoutcome worklist pointer mailbox inbox outbox credentials credential backend signed realm
		consumer consumers subscription request requests req path paths body param params parameter receiver
		sender supplier identity preprod staging integration environment env app lookup resource resources
		prescription prescriptions retrieval retrieve retrieving lookups querying nhs clinician clinicians
		clinic clinics gp gps surgery surgeries practice practices pharmacy pharmacies pharmacist dispensing
		dispense dispenser claim claims smartcard smartcards vaccination vaccinations consent triage
		discharge demographics birthdate dob postcode hospital hospitals ward nurse nurses medication
		medications allergies observation observations encounter encounters questionnaire
		questionnaireresponse allergyintolerance immunization medicationdispense healthcareservice
		practitionerrole relatedperson communicationrequest careplan episodeofcare diagnosticreport valueset
		codesystem capabilitystatement searchset apps application applications portal frontend referral referrals
		immunisation immunisations booking microservice service services lambda authoriser authorizer slash record tps rps qps response responses login
		signin handshake query queries search`},
	// What can stand as the subject of "says".
	{cServer, `sandbox endpoint response body server service gateway proxy backend receiver client axios notify
		login supplier library rpc grpc`},
	// Gateways, firewalls, identity providers and clouds' APIs, which answer under names of their own.
	{cServer, `kong tyk wso2 mulesoft apim istio envoy traefik haproxy zuul akamai cloudflare imperva waf
		keycloak okta auth0 cognito adfs entra s3 dynamodb sqs sns kms sts cosmos cosmosdb`},
	// What can stand before "is 404".
	{cSubject, `response responses result results status answer answers everything outcome reply replies call calls
		request requests`},
	// The NHS's environments, and what developers call theirs.
	{cEnv, `int integration sandbox prod production live staging preprod uat sit dev devl env environment ref
		deployment oat nft veit07`},
	// Nouns and verbs of failing, without what they are about.
	{cError, `error errors exception exceptions err failure fail failed fails failing denied rejected broken
		outcome operationoutcome fault diagnostics`},
	// Sites, repositories and packages: what is missing there is no API's.
	{cWeb, `page pages website websites link links url browser docs homepage css favicon nginx apache wordpress
		domain dns blog wiki repo repos repository mirror mirrors package packages apt ppa click clicked
		clicking php html readme article video cdn catalog webpage tutorial`},
	// Developers' tools, other firms' services, databases, and the home.
	{cTool, `git github gitlab bitbucket gerrit svn docker dockerhub kubectl kubernetes k8s helm terraform
		ansible pulumi vault consul npm npx yarn pnpm pip pypi conda gem bundler cargo crates maven mvn
		gradle nuget artifactory nexus ecr ghcr quay registry apt apt-get yum dnf brew choco pacman snap
		jenkins circleci travis teamcity sonar sonarqube argocd jira confluence trello notion sharepoint
		onedrive gdrive slack teams zoom outlook gmail twitter facebook linkedin youtube reddit instagram
		spotify netflix whatsapp chatgpt openai copilot claude gemini ec2 cli bucket buckets cloudformation
		lambda@edge bigquery snowflake databricks sql mssql gcloud gsutil postgres psql mysql mariadb mongo
		mongodb redis kafka rabbitmq rabbit elasticsearch elastic kibana grafana oracle sqlserver ssh scp
		sftp sudo bash ldap vpn wifi nfs smb bank badge lift door printer coffee hub tv oven alexa
		thermostat ticketmaster ocado steam fridge kitchen dating mother father brother sister baby boiler
		barista girlfriend boyfriend mum dad boss dishwasher brain motivation wife husband kids cat
		dog laptop iphone android browser`},

	// What is not real, or not meant.

	// Whatever names errors at work without having one: code, tests, documents, dashboards, jokes.
	{cPlan, `spec specs specification swagger openapi raml schema docs documentation documented readme example
		examples e.g eg mock mocks mocked mocking stub stubs stubbed stubbing fixture fixtures test tests
		testing unit scenario assert asserts asserting asserted handle handles handling handled handler
		handlers catch catches catching deal deals dealing cope reacts rfc deck slides training handbook map
		maps mapped mapping treat treats treated difference vs versus design designed implement implemented
		implementing implementation add adds adding added logic rename renamed renaming enum constant
		constants define defines defined custom article articles story proposal proposed suggest suggested
		convention semantically idiomatic such feature use uses simulate simulated simulating sample samples
		placeholder template acceptance criteria ac table interview spelling quiz question joke meme t-shirt
		t-shirts shirt glossary poster shirts survey exam score movie band mug sticker haha hahaha slogan
		song alert alerts alerting dashboard dashboards graph graphs metric metrics monitor monitoring
		logging`},
	// What, before a body, says that nobody received it.
	{cFake, `mock mocks mocked mocking stub stubs stubbed fixture fixtures example examples sample samples spec
		specs specification swagger openapi schema docs documentation documented template placeholder
		simulate simulates simulated expected e.g eg wiremock mockserver nock msw pact hypothetical dummy`},
	// A mock's answer is no API's, even where it is said to come.
	{cMade, `mock mocks mocked stub stubs stubbed fixture fixtures simulate simulates simulated simulator
		wiremock mockserver mockoon hoverfly fake faked fakes dummy emulator pact nock msw`},
	// Only counts where it begins a sentence.
	{cAdvice, `try check verify ensure remember make use consider please`},
	// Verbs of issues and pull requests: "merged 403".
	{cRefer, `merged merging merge closed closing reopened deployed deploying reviewed approved ticketed rebased
		reverted shipped`},
	// As typed, and as Slack writes its emoji.
	{cJoke, `lol lmao rofl haha hahaha joy clown_face rolling_on_the_floor_laughing`},
}
