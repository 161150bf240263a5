package kb

import "fmt"

// compare checks the articles of a folder against each other: no two may have the
// same status and code, and a name must lead to one article, or nobody could say
// which is meant. Only a code may be shared (by articles with different statuses).
func compare(files []*file) {
	names := make(claims)
	ids := make(map[string]*file)
	for _, f := range files {
		id := fmt.Sprint(f.article.Status, "/", key(f.article.Code))
		if first, taken := ids[id]; taken && f.article.Status != 0 && f.article.Code != "" {
			f.problem(f.lines.code, "remove one of the two, or correct its status or code",
				"the article %s is there already (%s)", f.article.ID(), first.name)
			f.article.Aliases = nil // they are there already, too
			continue
		}
		ids[id] = f
		names.addCode(f)
	}
	for _, f := range files {
		for i, alias := range f.article.Aliases {
			names.addAlias(f, alias, f.lines.aliases[i])
		}
	}
}

// claims says who has a name, by its key.
type claims map[string]claim

type claim struct {
	name  string
	kind  string // "the code" or "the alias"
	place string // file:line
}

func (c claims) addCode(f *file) {
	place := fmt.Sprintf("%s:%d", f.name, f.lines.code)
	for _, name := range []string{f.article.Code, withoutPrefix(f.article.Code)} {
		if _, taken := c[key(name)]; !taken && name != "" {
			c[key(name)] = claim{f.article.Code, "the code", place}
		}
	}
}

func (c claims) addAlias(f *file, alias string, line int) {
	place := fmt.Sprintf("%s:%d", f.name, line)
	for _, name := range []string{alias, withoutPrefix(alias)} {
		if first, taken := c[key(name)]; taken {
			f.problem(line, "remove one; capitals, separators and the prefixes SEND_, REC_, PROXY_ and CM_ make no difference",
				"alias %q is the same name as %s %q (%s)", alias, first.kind, first.name, first.place)
			return
		}
		if name != "" {
			c[key(name)] = claim{alias, "the alias", place}
		}
	}
}
