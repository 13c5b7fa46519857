package whois

import (
	"fmt"
	"maps"
	"slices"

	"registerd/lookup"
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

// topic is what of the server itself is asked about. The zero topic is how to ask.
type topic uint8

const (
	versionTopic topic = iota + 1
	typesTopic
	sourcesTopic
	limitsTopic // --limits and nothing else
	keepTopic   // -k and nothing else
)

// topics are the values of -q. They are RIPE's words.
var topics = map[string]topic{"version": versionTopic, "types": typesTopic, "sources": sourcesTopic}

// An option is what follows the dash, in the letters that clients send.
type option uint8

const (
	ignored      option = iota + 1 // it asks for what we do anyway, or for nothing we have
	ignoredValue                   // the same, and a value comes with it
	typesOption
	charsetOption
	languageOption
	topicOption
	helpOption
	handlesOption
	impersonalOption
	limitsOption
	keepOption
)

var options = map[string]option{
	"-V": ignoredValue, "--client": ignoredValue,
	"-T": typesOption, "--types": typesOption, "--select-types": typesOption,
	"-C": charsetOption, "-c": charsetOption, "-Z": charsetOption, "--charset": charsetOption,
	"--lang": languageOption,
	"-q":     topicOption,
	"-r":     ignored, "--no-referenced": ignored,
	"-h": helpOption, "--help": helpOption,
	"--show-handles": handlesOption,
	"--no-personal":  impersonalOption,
	"--limits":       limitsOption,
	"-k":             keepOption, "--persistent-connection": keepOption,
}

// takesValue reports an option that is followed by a value.
func (o option) takesValue() bool {
	switch o {
	case ignoredValue, typesOption, charsetOption, languageOption, topicOption:
		return true
	}
	return false
}

// dots are what stands between labels (UTS 46).
const dots = ".\u3002\uff0e\uff61"

// Form is a way to ask, or an option, and what it is for.
type Form struct {
	Say   string
	Means string // in English, without a full stop
}

// Forms are the questions that are answered.
func Forms() []Form {
	return []Form{
		{"NAME", "a domain name, as U-label or A-label"},
		{"domain NAME", "the same"},
		{"nameserver NAME", "a name server"},
		{"registrar ID", "a registrar, by its id or its IANA id"},
		{"contact HANDLE", "a contact"},
		{"handle HANDLE", "whoever has the handle"},
		{"help", "how to ask"},
	}
}

// Options are what may stand before a question.
func Options() []Form {
	return []Form{
		{"-T TYPE", "dn, domain, nameserver, contact or registrar"},
		{"-C, --charset NAME", "utf-8, iso-8859-1 or us-ascii"},
		{"--lang TAG", "the language of reasons, as en"},
		{"--show-handles", "the handles of contacts, where they are shown on request"},
		{"--no-personal", "no contacts, and nothing counted as a record of a person"},
		{"--limits", "what is left to you, after the answer; alone, of all budgets"},
		{"-k", "keep the connection for more questions; alone, end it"},
		{"-q TOPIC", "version, types or sources of this server"},
		{"-V VALUE, -r", "change nothing"},
	}
}

// Charsets are the names that character sets are asked for by.
func Charsets() []string { return slices.Sorted(maps.Keys(charsets)) }

// Limits are what a connection is held to, in sentences.
func Limits() []string {
	return []string{
		fmt.Sprintf("A question is a line of at most %d bytes, complete within %.0f seconds.", maxLine, lineTime.Seconds()),
		fmt.Sprintf("An answer is taken within %.0f seconds.", writeTime.Seconds()),
		fmt.Sprintf("A connection that is kept takes %d questions, and may be silent for %.0f seconds.", maxKept, idleTime.Seconds()),
	}
}
