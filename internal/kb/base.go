package kb

import (
	"cmp"
	"slices"
	"strings"
)

// Base is a set of articles and the vocabulary that finds them. It never changes.
type Base struct {
	articles []*Article // by status, then code
	byID     map[string]*Article
	byStatus map[int][]*Article
	terms    []term
	byKey    map[string]int  // index into terms
	begins   map[string]bool // the keys of the names' first words
	within   map[string]bool // the keys of all their words
	bigrams  bigramIndex
}

// term is one name of the vocabulary and what it stands for.
type term struct {
	name     string // as the article writes it
	key      string
	words    []string // without fillers and prefix
	articles []*Article
	score    float64 // of a question that is exactly this name
	reason   Reason
	phrase   bool // the standard phrase of a status: says no more than the number
}

// newBase builds a Base of articles that were checked.
func newBase(articles []*Article) *Base {
	b := &Base{
		articles: slices.Clone(articles),
		byID:     make(map[string]*Article),
		byStatus: make(map[int][]*Article),
		byKey:    make(map[string]int),
		begins:   make(map[string]bool),
		within:   make(map[string]bool),
	}
	slices.SortFunc(b.articles, byStatusThenCode)
	for _, a := range b.articles {
		b.byID[a.ID()] = a
		b.byStatus[a.Status] = append(b.byStatus[a.Status], a)
	}
	b.buildVocabulary()
	b.bigrams = newBigramIndex(b.terms)
	return b
}

func byStatusThenCode(a, b *Article) int {
	return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code))
}

// buildVocabulary names every article: by its code and its aliases, then by
// these without their prefix, then by the phrase of its status. What comes first
// keeps a name that comes again: a code that stands in the knowledge base as it
// is beats one that only looks like it without a prefix.
func (b *Base) buildVocabulary() {
	for _, a := range b.articles {
		b.name(a.Code, a, ScoreCode, ReasonCode)
	}
	for _, a := range b.articles {
		for _, alias := range a.Aliases {
			b.name(alias, a, ScoreAlias, ReasonAlias)
		}
	}
	for _, a := range b.articles {
		b.name(withoutPrefix(a.Code), a, ScoreAlias, ReasonAlias)
		for _, alias := range a.Aliases {
			b.name(withoutPrefix(alias), a, ScoreAlias, ReasonAlias)
		}
	}
	for _, a := range b.articles {
		b.name(phrases[a.Status], a, ScoreStatus, ReasonStatus)
	}
}

// name adds a name for an article. Articles share a name only where it means the
// same for both: ACCESS_DENIED is the code of two, "Bad Request" the phrase of all
// that have status 400.
func (b *Base) name(name string, a *Article, score float64, reason Reason) {
	k := key(name)
	if k == "" {
		return
	}
	list := words(name)
	b.within[k] = true
	b.begins[list[0]] = true
	b.begins[key(strings.Fields(name)[0])] = true // "doesn't" is one word for who reads a text
	for _, w := range list {
		if !fillers[w] {
			b.within[w] = true
		}
	}
	i, taken := b.byKey[k]
	if !taken {
		b.byKey[k] = len(b.terms)
		b.terms = append(b.terms, term{
			name:     name,
			key:      k,
			words:    bare(telling(name)),
			articles: []*Article{a},
			score:    score,
			reason:   reason,
			phrase:   reason != ReasonCode && k == key(phrases[a.Status]),
		})
		return
	}
	if t := &b.terms[i]; t.reason == reason && !slices.Contains(t.articles, a) {
		t.articles = append(t.articles, a)
	}
}

// Articles returns all articles, sorted by status and code. The slice is the
// caller's own.
func (b *Base) Articles() []*Article { return slices.Clone(b.articles) }

// Article returns the article with an id such as 403/ACCESS_DENIED, or nil.
func (b *Base) Article(id string) *Article { return b.byID[id] }

// ByStatus returns the articles of an HTTP status, sorted by code; none if there
// are none. The slice is the caller's own.
func (b *Base) ByStatus(status int) []*Article { return slices.Clone(b.byStatus[status]) }

// Known reports whether a word, or several, is a code or an alias in any
// spelling. The phrase of a status ("Bad Request") is not, unless an article has
// it as an alias. It does not allocate: it is meant for every word of a chat.
func (b *Base) Known(name string) bool {
	t := b.lookup(name)
	return t != nil && t.reason != ReasonStatus
}

// Begins reports whether a name of an article, or the phrase of its status, is or
// begins with this word, in any spelling. Like Known it does not allocate.
func (b *Base) Begins(word string) bool {
	if len(word) > maxKey {
		return false
	}
	var buffer [maxKey * 2]byte
	k := appendKey(buffer[:0], word)
	return b.begins[string(k)] || isPrefix(string(k)) || b.lookup(word) != nil
}

// Within reports whether a telling word stands in the name of an article, or in the
// phrase of its status, or is one. Like Known it does not allocate.
func (b *Base) Within(word string) bool {
	if len(word) > maxKey {
		return false
	}
	var buffer [maxKey * 2]byte
	k := appendKey(buffer[:0], word)
	if b.within[string(k)] {
		return true
	}
	for _, p := range prefixes {
		if len(k) > len(p) && string(k[:len(p)]) == p && b.within[string(k[len(p):])] {
			return true
		}
	}
	return false
}

// Names returns every code and alias, and each of them without its prefix, as
// lower-case words with one space between them, sorted: "too many requests".
func (b *Base) Names() []string {
	var names []string
	for _, t := range b.terms {
		if t.reason != ReasonStatus {
			names = append(names, strings.Join(words(t.name), " "))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// lookup returns the term that a name is exactly, give or take its spelling and a
// prefix, or nil.
func (b *Base) lookup(name string) *term {
	if len(name) > maxKey {
		return nil
	}
	var buffer [maxKey * 2]byte // a letter's lower case can be longer than itself
	k := appendKey(buffer[:0], name)
	if i, ok := b.byKey[string(k)]; ok { // the compiler does not copy k for this
		return &b.terms[i]
	}
	for _, p := range prefixes {
		if len(k) > len(p) && string(k[:len(p)]) == p {
			if i, ok := b.byKey[string(k[len(p):])]; ok {
				return &b.terms[i]
			}
		}
	}
	return nil
}
