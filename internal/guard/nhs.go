package guard

// patientWords remembers where the pass last saw the words that make a number
// that could be a patient's surely one.
type patientWords struct {
	number  int // end of "NHS number", "nhs-number", "nhsNo", "nhs_id"
	nhs     int // end of "nhs"
	patient int // end of "patient"
	last    int // index of the last NHS number found, or -1
}

// noPatient is before any such word.
var noPatient = patientWords{number: -1 << 20, nhs: -1 << 20, patient: -1 << 20, last: -1}

// How near these words must be, in bytes. FHIR writes the system and then the
// value, or the other way round: "system":"https://fhir.nhs.uk/Id/nhs-number",
// "value":"…", with the indentation of pretty-printed JSON in between. The word
// nhs alone is part of too many addresses: only "NHS: …" or "nhs9…" count.
const (
	numberReach  = 80
	patientReach = 40
	nhsReach     = 4
)

// patientWord remembers a word that speaks of patients or NHS numbers.
func (s *scan) patientWord(i, j int) {
	w := s.b[i:j]
	if len(w) >= 7 && equalFold(w[:7], "patient") {
		s.nhs.patient = i + 7
	}
	if len(w) < 3 || !equalFold(w[:3], "nhs") {
		return
	}
	s.nhs.nhs = i + 3
	rest := i + 3
	if s.is(rest, joint|blank) {
		rest++
	}
	end := rest
	for s.is(end, alpha) {
		end++
	}
	word := s.b[rest:end]
	if !oneOf(word, "no", "nos", "id", "ids") && (len(word) < 3 || !equalFold(word[:3], "num")) {
		return
	}
	s.nhs.number = end
	// The value may have come first.
	if s.nhs.last < 0 {
		return
	}
	if last := &(*s.found)[s.nhs.last]; i-last.End <= numberReach {
		last.Sure = true
	}
}

// patientNumber finds an NHS number at a word that ends in a digit: ten digits in
// one word or in groups of 3, 3 and 4, of which the last is the check digit.
// Letters before them make them part of a word, unless these say what follows.
func (s *scan) patientNumber(i, j int) {
	first := j
	for first > i && class[s.b[first-1]]&digit != 0 && j-first <= 10 {
		first--
	}
	if first > i && !s.aboutPatient(i, first) || s.is(j, redacted) {
		return
	}
	var digits [10]byte
	end := j
	switch j - first {
	case 10:
		copy(digits[:], s.b[first:j])
	case 3:
		n := copy(digits[:], s.b[first:j])
		for _, size := range [...]int{3, 4} {
			group := s.group(end, size)
			if group < 0 {
				return
			}
			end = group + size
			n += copy(digits[n:], s.b[group:end])
		}
	default:
		return
	}
	if !checkDigit(digits) || s.longer(first, end) {
		return
	}
	near := func(word, reach int) bool { return first-word <= reach }
	sure := near(s.nhs.number, numberReach) || near(s.nhs.patient, patientReach) || near(s.nhs.nhs, nhsReach) ||
		s.has(end, "^^^NHS") // HL7 version 2
	s.nhs.last = len(*s.found)
	s.add(NHSNumber, first, end, sure)
}

// aboutPatient reports whether letters that touch a number say that it is one:
// nhs9434765919, patient9434765919; with nothing but invisible characters in
// between also NHS number9434765919.
func (s *scan) aboutPatient(i, first int) bool {
	w := s.b[i:first]
	return len(w) >= 3 && equalFold(w[:3], "nhs") || endsFold(w, "patient") ||
		endsFold(w, "number") && first == s.nhs.number
}

// group returns where the next group of so many digits begins, up to three
// separators after end, or -1.
func (s *scan) group(end, size int) int {
	i := end
	for i < len(s.b) && i-end < 3 && (class[s.b[i]]&(blank|dot) != 0 || s.b[i] == '-' || s.b[i] == '+' || s.b[i] == '/') {
		i++
	}
	if i == end || i+size > len(s.b) || s.is(i+size, alnum|redacted) {
		return -1
	}
	for _, c := range s.b[i : i+size] {
		if class[c]&digit == 0 {
			return -1
		}
	}
	return i
}

// longer reports whether a number is only a part of a longer one: of a decimal
// (Slack's 1712345678.123456, but not 9434765919.0, which is how spreadsheets
// write whole numbers) or, if it is in groups, of a chain of groups. What was
// redacted counts as a digit, as it may have been one.
func (s *scan) longer(start, end int) bool {
	digitAt := func(i int) bool { return s.is(i, digit|redacted) }
	joins := func(i int) bool { return s.is(i, dot) || end-start > 10 && i >= 0 && i < len(s.b) && s.b[i] == '-' }
	if joins(start-1) && digitAt(start-2) {
		return true
	}
	wholeNumber := s.has(end, ".0") && !digitAt(end+2)
	return joins(end) && digitAt(end+1) && !wholeNumber
}

// checkDigit reports whether the tenth digit is the one that the first nine ask
// for (https://www.datadictionary.nhs.uk/attributes/nhs_number.html): weights 10
// to 2, modulo 11. One number in eleven has it. Numbers set aside for tests have
// it too and are treated like all others.
func checkDigit(digits [10]byte) bool {
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (10 - i) // the check digit counts once
	}
	return sum%11 == 0
}
