package whois

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"registerd/disclose"
	"registerd/lookup"
)

// Profile is how answers are written: labels, order, texts, line ends. It is
// read from a file once and says nothing of who may see what: it is given views,
// and of a withheld value there is nothing in them to write.
type Profile struct {
	name, version string

	json    bool // one JSON object in place of lines
	lineEnd string
	comment string // what remarks begin with
	label   labelForm
	charset charset // of answers to those who ask for none
	after   int     // empty lines at the end
	handles handleRule

	say      sayings
	updated  wording // the line of the last update; without places when there is none
	asOf     string
	contact  bool // whom to turn to
	policies bool
	reasons  bool

	domain     []section
	nameserver []section
	holder     []section
	registrar  []section

	accepted []string // labels whose traps are known
}

// Version is the profile's name and version.
func (p *Profile) Version() string { return p.name + "-" + p.version }

// handleRule says when the handles of contacts are written, as far as the rules
// of publication show them.
type handleRule uint8

const (
	handlesAlways handleRule = iota
	handlesAsked             // to whoever asks with --show-handles
	handlesNever
)

//go:embed profiles
var shippedProfiles embed.FS

// ShippedProfile is the text of a profile that comes with the program.
func ShippedProfile(name string) ([]byte, error) {
	text, err := shippedProfiles.ReadFile(path.Join("profiles", name+".toml"))
	if err != nil {
		return nil, fmt.Errorf("profile: %q is none of %s", name, strings.Join(ShippedProfileNames(), ", "))
	}
	return text, nil
}

// ShippedProfileNames lists the profiles that come with the program.
func ShippedProfileNames() []string {
	files, _ := fs.Glob(shippedProfiles, "profiles/*.toml") // the pattern is well-formed
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".toml"))
	}
	return names
}

// icann is the profile of who names none.
var icann = mustRead("icann")

func mustRead(name string) *Profile {
	text, err := ShippedProfile(name)
	var p *Profile
	if err == nil {
		p, err = ReadProfile(text)
	}
	if err != nil {
		panic(err) // the file is part of the program; every test reads it
	}
	return p
}

// ProfileOf is the profile that an answer is written by: that of its zone.
func ProfileOf(a lookup.About) *Profile {
	if p, ok := a.Form.(*Profile); ok && p != nil {
		return p
	}
	return icann
}

// section is a run of lines about one object, or about each of several.
type section struct {
	heading string
	apart   bool // an empty line before it
	once    bool // of contacts: each person once, whatever the roles
	about   subject
	roles   [rolesEnd]bool
	whole   *line // when the rules withhold all objects at once; nil for no line

	domain  []step[*disclose.Domain]
	host    []step[*disclose.Host]
	server  []step[*disclose.NameServer]
	person  [rolesEnd][]step[*disclose.Contact]
	sponsor []step[*disclose.RegistrarView]
}

// subject is what a section is about.
type subject uint8

const (
	theObject subject = iota
	theContacts
	theNameServers
)

// step is one line of a section, ready to be written.
type step[V any] struct {
	line  line
	write func(*page, *line, V)
}

// line is a label and the form of its value.
type line struct {
	name     string // of the label
	label    []byte // with what stands between it and the value
	key      string // in JSON
	many     bool   // in JSON, an array
	withheld string // in place of a withheld value; "" for no line
	always   bool   // also without a value
	date     string // layout
	join     string // between the values of a list on one line; "" for a line each
	first    bool   // of a list
	form     valueForm
	words    []word // of statuses, the first that fits
	other    string // when none does
	signed   string
	unsigned string
}

// word is what is written for a status.
type word struct {
	Is  string `toml:"is"`
	Say string `toml:"say"`
}

// valueForm is how a value is written, where there is more than one way.
type valueForm uint8

const (
	asIs       valueForm = iota
	eppAddress           // a status, and the page that explains it
	oneWord              // one word for all statuses
	spaced               // a telephone number with a blank after the country's
)

// run writes the lines of an object.
func run[V any](p *page, steps []step[V], v V) {
	for i := range steps {
		s := &steps[i]
		before := len(p.b)
		s.write(p, &s.line, v)
		if s.line.always && len(p.b) == before && p.object == nil {
			p.instead(&s.line)
		}
	}
}
