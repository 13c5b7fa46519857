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
}

// queryError says why a line is no question. Its number is for programs and
// never changes its meaning; the text never repeats what was sent.
type queryError struct {
	code int
	text string
}

// The numbers of the errors. Where RIPE's server has a number for the matter,
// that is the one, since scripts know it.
const (
	codeNotFound  = 101
	codeElsewhere = 102
	codeBadType   = 103
	codeNoKey     = 106
	codeTooLong   = 107
	codeConflict  = 109
	codeBadOption = 111
	codeBadKey    = 115
	codeTooMany   = 118
	codeReserved  = 150
	codeLimited   = 201
	codeTooSlow   = 305
	codeCrowded   = 306
	codeFailed    = 503
)

var (
	errNoKey       = &queryError{codeNoKey, "no search key specified"}
	errLineTooLong = &queryError{codeTooLong, "input line too long"}
	errTooSlow     = &queryError{codeTooSlow, "connection closed, the question was not complete in time"}
	errConflict    = &queryError{codeConflict, "invalid combination of options"}
	errBadOption   = &queryError{codeBadOption, "invalid option"}
	errNoValue     = &queryError{codeBadOption, "invalid option, its value is missing"}
	errBadCharset  = &queryError{codeBadOption, "invalid option, that character set is not one of utf-8, iso-8859-1, us-ascii"}
	errBadType     = &queryError{codeBadType, "unknown object type"}
	errTooMany     = &queryError{codeTooMany, "too many arguments"}
)

// target is what a keyword or an object type asks about.
type target struct {
	kind lookup.Kind
	whom lookup.Whom
}

var (
	aDomain    = target{kind: lookup.KindDomain}
	aHost      = target{kind: lookup.KindHost}
	aContact   = target{lookup.KindEntity, lookup.ContactOnly}
	aRegistrar = target{lookup.KindEntity, lookup.RegistrarOnly}
	anEntity   = target{lookup.KindEntity, lookup.Anyone}
)

// keywords may stand before what is asked for.
var keywords = map[string]target{
	"domain": aDomain, "nameserver": aHost, "registrar": aRegistrar, "contact": aContact, "handle": anEntity,
}

// types are the values of -T. The first three are DENIC's.
var types = map[string]target{
	"dn": aDomain, "ace": aDomain, "st": aDomain, "domain": aDomain,
	"host": aHost, "nameserver": aHost, "contact": aContact, "registrar": aRegistrar,
}

// An option is what follows the dash, in the letters that clients send.
type option uint8

const (
	ignored      option = iota + 1 // it asks for what we do anyway, or for nothing we have
	ignoredValue                   // the same, and a value comes with it
	typesOption
	charsetOption
	languageOption
	helpOption
)

var options = map[string]option{
	"-V": ignoredValue, "--client": ignoredValue,
	"-T": typesOption, "--types": typesOption, "--select-types": typesOption,
	"-C": charsetOption, "-Z": charsetOption, "--charset": charsetOption,
	"--lang": languageOption,
	"-r":     ignored, "--show-handles": ignored, "--no-personal": ignored,
	"-h": helpOption, "--help": helpOption,
}

// reader reads one line, word by word.
type reader struct {
	words []string
	asked target // by -T; the zero target when it was not said
	query query
}

// parseQuery reads a line. serves reports whether a word without a dot is a
// zone: all other such words are handles.
func parseQuery(line string, serves func(word string) bool) (query, *queryError) {
	if !utf8.ValidString(line) {
		line = fromLatin1(line)
	}
	r := reader{words: strings.Fields(line)}
	if err := r.options(); err != nil {
		return query{}, err
	}
	if r.query.kind == lookup.KindHelp {
		return r.query, nil
	}
	if err := r.key(serves); err != nil {
		return query{}, err
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
	switch kind {
	case 0:
		return errBadOption
	case ignored, helpOption:
		if given {
			return errBadOption
		}
		if kind == helpOption {
			r.query.kind = lookup.KindHelp
		}
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
	default:
		return nil
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

// key reads what follows the options.
func (r *reader) key(serves func(string) bool) *queryError {
	if len(r.words) == 0 {
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
	r.aim(said, strings.Join(r.words, " "), serves)
	return nil
}

// aim settles what is asked for. "/e" asks Japan's server for English; it
// comes from clients that have a table of servers, and ours are not in it.
func (r *reader) aim(said target, key string, serves func(string) bool) {
	if said.kind != lookup.KindEntity {
		key = strings.TrimSuffix(key, "/e")
	}
	if said == (target{}) {
		said = aDomain
		if !strings.ContainsAny(key, dots) && !serves(key) {
			said = anEntity
		}
	}
	r.query.kind, r.query.whom, r.query.text = said.kind, said.whom, key
}

// dots are what stands between labels (UTS 46).
const dots = ".\u3002\uff0e\uff61"
