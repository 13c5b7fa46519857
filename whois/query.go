package whois

import (
	"strings"
	"unicode/utf8"

	"registerd/lookup"
)

// query is a question as it was understood.
type query struct {
	kind    lookup.Kind // domain, nameserver, entity or help
	whom    lookup.Whom // only with entity
	text    string      // the name or handle
	charset charset
	lang    string // of reasons; "" when none was asked for
	about   topic  // only with help

	form *Profile // that it was answered by

	handles    bool // --show-handles: a profile may have more to show for it
	impersonal bool // --no-personal: nothing of a person
	limits     bool // --limits: what is left to who asks
	keep       bool // -k: the connection is kept for the next question
}

// reader reads one line, word by word.
type reader struct {
	words []string
	asked target // by -T; the zero target when it was not said
	query query
}

// parseQuery reads a line. serves reports whether a word without a dot is a
// zone: all other such words are handles. Of a line that is no question the
// query says at most that the connection is to be kept.
func parseQuery(line string, serves func(word string) bool) (query, *queryError) {
	if !utf8.ValidString(line) {
		line = fromLatin1(line)
	}
	r := reader{words: strings.Fields(line)}
	if err := r.options(); err != nil {
		return query{keep: r.query.keep}, err
	}
	if r.query.kind == lookup.KindHelp {
		if r.query.about != 0 && len(r.words) > 0 {
			return query{keep: r.query.keep}, errTooMany
		}
		return r.query, nil
	}
	if err := r.key(serves); err != nil {
		return query{keep: r.query.keep}, err
	}
	return r.query, nil
}

func (r *reader) options() *queryError {
	for len(r.words) > 0 && len(r.words[0]) > 1 && r.words[0][0] == '-' {
		word := r.words[0]
		r.words = r.words[1:]
		if word == "--" {
			return nil
		}
		if err := r.option(word); err != nil {
			return err
		}
	}
	return nil
}

// option reads one option, whose value may be in the same word ("-Tdn",
// "--charset=utf-8") or be the next.
func (r *reader) option(word string) *queryError {
	name, value, given := strings.Cut(word, "=")
	if word[1] != '-' {
		name, value, given = word[:2], word[2:], len(word) > 2
	}
	kind := options[name]
	switch {
	case kind == 0, given && !kind.takesValue():
		return errBadOption
	case !kind.takesValue():
		r.flag(kind)
		return nil
	}
	if !given && len(r.words) > 0 {
		value, r.words = r.words[0], r.words[1:]
	}
	if value == "" {
		return errNoValue
	}
	switch kind {
	case typesOption:
		return r.setTypes(value)
	case charsetOption:
		return r.setCharset(value)
	case languageOption:
		return r.setLanguage(value)
	case topicOption:
		return r.setTopic(value)
	default:
		return nil
	}
}

// flag takes an option without a value.
func (r *reader) flag(kind option) {
	switch kind {
	case helpOption:
		r.query.kind = lookup.KindHelp
	case handlesOption:
		r.query.handles = true
	case impersonalOption:
		r.query.impersonal = true
	case limitsOption:
		r.query.limits = true
	case keepOption:
		r.query.keep = true
	}
}

func (r *reader) setTypes(list string) *queryError {
	for word := range strings.SplitSeq(list, ",") {
		t, known := types[strings.ToLower(word)]
		switch {
		case !known:
			return errBadType
		case r.asked != target{} && r.asked != t:
			return errConflict
		}
		r.asked = t
	}
	return nil
}

func (r *reader) setCharset(name string) *queryError {
	cs, known := charsets[strings.ToLower(name)]
	switch {
	case !known:
		return errBadCharset
	case r.query.charset != 0 && r.query.charset != cs:
		return errConflict
	}
	r.query.charset = cs
	return nil
}

// setLanguage takes any tag: one that the rules do not have is no mistake of
// who asks.
func (r *reader) setLanguage(tag string) *queryError {
	if r.query.lang != "" && r.query.lang != tag {
		return errConflict
	}
	r.query.lang = tag
	return nil
}

func (r *reader) setTopic(word string) *queryError {
	about, known := topics[strings.ToLower(word)]
	switch {
	case !known:
		return errBadTopic
	case r.query.about != 0 && r.query.about != about:
		return errConflict
	}
	r.query.kind, r.query.about = lookup.KindHelp, about
	return nil
}

// key reads what follows the options.
func (r *reader) key(serves func(string) bool) *queryError {
	switch {
	case len(r.words) > 0:
	case r.query.limits && r.asked == target{}:
		r.query.kind, r.query.about = lookup.KindHelp, limitsTopic
		return nil
	case r.query.keep && r.asked == target{}:
		r.query.kind, r.query.about = lookup.KindHelp, keepTopic
		return nil
	default:
		return errNoKey
	}
	said := r.asked
	word := strings.ToLower(r.words[0])
	if t, ok := keywords[word]; ok {
		r.words = r.words[1:]
		switch {
		case len(r.words) == 0:
			return errNoKey
		case said != target{} && said != t:
			return errConflict
		}
		said = t
	} else if said == (target{}) && len(r.words) == 1 && (word == "help" || word == "?") {
		r.query.kind = lookup.KindHelp
		return nil
	}
	if len(r.words) > 1 && said.kind != lookup.KindEntity {
		return errTooMany // a handle may hold blanks, a name does not
	}
	return r.aim(said, strings.Join(r.words, " "), serves)
}

// aim settles what is asked for. Verisign's clients write "=" before what is
// meant exactly, as all is here. "/e" asks Japan's server for English; it comes
// from clients that have a table of servers, and ours are not in it.
func (r *reader) aim(said target, key string, serves func(string) bool) *queryError {
	key = strings.TrimPrefix(key, "=")
	if said.kind != lookup.KindEntity {
		key = strings.TrimSuffix(key, "/e")
	}
	if key == "" {
		return errNoKey
	}
	if said == (target{}) {
		said = aDomain
		if !strings.ContainsAny(key, dots) && !serves(key) {
			said = anEntity
		}
	}
	if r.query.impersonal && said.kind == lookup.KindEntity {
		if said == aContact {
			return errConflict // nobody is told that a contact is not there because it was not wanted
		}
		said = aRegistrar
	}
	r.query.kind, r.query.whom, r.query.text = said.kind, said.whom, key
	return nil
}
