package whois

import (
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"registerd/lookup"
)

// told writes what is asked about the server itself. What is left to whoever asks
// comes behind it, as behind every answer.
func told(a lookup.About, about topic) []byte {
	if about == 0 {
		return help(a)
	}
	p := newPage(&a)
	if p.answer != nil {
		p.answer.result = "help"
	}
	switch about {
	case versionTopic:
		p.remark("registerd ", program())
		p.remark("Output profile ", p.form.Version())
		p.remark("Publication rules ", a.Rules)
	case typesTopic:
		for _, name := range typeNames() {
			p.remark(name)
		}
	case sourcesTopic:
		for _, z := range a.Zones {
			p.remark(z.Unicode(), ", serial ", strconv.FormatUint(a.Serial, 10))
		}
		p.source()
	case keepTopic:
		p.remark("The connection is kept for ", strconv.Itoa(maxKept-1), " more questions, each on a line of its own. -k alone ends it.")
	}
	return p.done()
}

// typeNames are the words of -T that mean something each, in alphabetical order.
func typeNames() []string {
	var out []string
	for name, t := range types {
		if keywords[name] == t {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// program is the version that this program was built as.
func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "of an unknown version"
	}
	return info.Main.Version
}

// besides tells what became of a wish that the page, which may be kept for
// others, does not speak of.
func besides(a lookup.About, q query) []byte {
	p := barePage(&a)
	if p.answer != nil {
		return nil // nothing may stand beside an object
	}
	if q.impersonal {
		p.remark("Nothing of any person is in this answer, as --no-personal asks")
	}
	if _, speaks := lookup.Speaks(a.Languages, q.lang); !speaks && q.lang != "" && len(a.Languages) > 0 {
		p.remark("Reasons are given in ", strings.Join(a.Languages, ", "), ", and in ", a.Language, " when another language is asked for")
	}
	return p.b
}
