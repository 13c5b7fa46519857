package main

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// whoisPage is an answer of a WHOIS server as parsers see it: labels with their
// values, and the lines that have none. It reads the common layouts: "Label:
// value", padded, dotted or indented, "[Label] value", and headings with their
// values on the lines below.
type whoisPage struct {
	state    whoisState
	labels   map[string][]string // values in canonical form
	comments []string
}

// maxLabels bounds what one answer can take in memory.
const maxLabels = 500

// labelled is a line with a label: a colon that a blank or nothing follows, so
// that addresses of the web and of IPv6 are none.
var labelled = regexp.MustCompile(`^\s*(?:\[(\pL[\pL\pN /-]{0,39})\]|(\pL[\pL\pN _./()'-]{0,39}):)(?:\s+(.*)|)$`)

// readWHOIS reads an answer.
func readWHOIS(answer []byte) *whoisPage {
	p := &whoisPage{labels: map[string][]string{}}
	heading, ended := "", false
	for line := range strings.Lines(decodeWHOIS(answer)) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case line == "":
			heading = ""
			continue
		case ended || strings.HasPrefix(line, ">>>") || strings.ContainsRune("%#;*", rune(line[0])):
			ended = ended || line[0] == '>'
			p.comments = append(p.comments, line)
			continue
		}
		label, value, ok := cutLabel(line)
		switch {
		case ok && value == "":
			heading = label
			p.add(label)
		case ok:
			p.add(label, value)
		case heading != "":
			p.add(heading, line)
		default:
			p.comments = append(p.comments, line)
		}
	}
	p.state = p.stateOf()
	return p
}

// decodeWHOIS reads UTF-8 or, where it is none, Latin-1, as most clients do.
func decodeWHOIS(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func cutLabel(line string) (label, value string, ok bool) {
	m := labelled.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return strings.TrimRight(m[1]+m[2], ". "), strings.TrimSpace(m[3]), true
}

func (p *whoisPage) add(label string, values ...string) {
	if _, known := p.labels[label]; !known && len(p.labels) == maxLabels {
		return
	}
	for i, v := range values {
		values[i] = canonicalValue(v)
	}
	p.labels[label] = append(p.labels[label], values...)
}

// dateForms are those in which WHOIS servers write times. Without a zone, UTC is
// meant.
var dateForms = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05 MST", time.DateOnly, "2006/01/02", "2006/01/02 15:04:05", "2006.01.02", "2006.01.02 15:04:05",
	"02.01.2006", "2.1.2006", "02.01.2006 15:04:05", "2.1.2006 15:04:05", "02-01-2006", "02/01/2006",
	"02-Jan-2006", "02-Jan-2006 15:04:05 MST", "2 Jan 2006", "January 2 2006", "2 January 2006", "Mon Jan 2 15:04:05 2006",
	"Mon Jan _2 2006", "20060102",
}

// canonicalValue is the same for values that say the same: dates as instants,
// all else without the blanks that only align.
func canonicalValue(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return "\x00" + t.UTC().Format(time.RFC3339)
		}
	}
	return s
}

// sameValues compares the values of a label, whose order says nothing.
func sameValues(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// whoisState is what an answer says of the name that was asked for.
type whoisState uint8

const (
	unclear whoisState = iota
	registered
	absent
	reserved
	refused   // the question was not taken
	throttled // too many questions
	outOfOrder
)

func (s whoisState) String() string {
	return [...]string{"unclear", "registered", "not there", "reserved", "refused", "throttled", "out of order"}[s]
}

// wordings are how servers say what they do not say by a record, the first that
// fits: a throttle may speak of entries that are not found.
var wordings = []struct {
	state whoisState
	words *regexp.Regexp
}{
	{throttled, regexp.MustCompile(`(?i)limit (is |was |has been )?exceeded|quota\b.*exceeded|too many (requests|connections|queries)|excessive quer|` +
		`maximum quer(ies|y)|access (control )?limit|error:(201|306)|access denied|only \d+ requests?|whois-limit|too busy|grace period|` +
		`not permitted|slow down|code: (201|306)`)},
	{outOfOrder, regexp.MustCompile(`(?i)out of order|temporar(il)?y|unavailable|internal (server )?error|database error|try (again )?later|code: 503|error:305`)},
	{reserved, regexp.MustCompile(`(?i)\breserved\b|\bblocked\b|not allowed|cannot be registered|code: 15\d`)},
	{absent, regexp.MustCompile(`(?i)not found|no entries found|no match|nothing found|no (data|object|record)s? found|not (been )?registered|` +
		`is (free|available)|available for registration|no information available|does not exist|no such domain`)},
	{refused, regexp.MustCompile(`(?i)%+ ?error|invalid|syntax error|code: 102|outside the zones`)},
}

// freeStatus are the statuses by which some registries say that a name is free.
var freeStatus = regexp.MustCompile(`(?i)^(free|available|not registered|unassigned)$`)

// recordLabels is how many labels make a record: answers without one have up to
// two, as a name and its status.
const recordLabels = 3

// stateOf looks for words only where there is no record: terms of use hold them too.
func (p *whoisPage) stateOf() whoisState {
	if len(p.labels) <= recordLabels {
		for label, values := range p.labels {
			if strings.EqualFold(label, "status") && slices.ContainsFunc(values, freeStatus.MatchString) {
				return absent
			}
		}
	}
	if len(p.labels) >= recordLabels {
		return registered
	}
	lines := slices.Clone(p.comments)
	for label, values := range p.labels {
		lines = append(lines, label+": "+strings.Join(values, " "))
	}
	for _, w := range wordings {
		if slices.ContainsFunc(lines, w.words.MatchString) {
			return w.state
		}
	}
	return unclear
}
