package das

import (
	"strconv"
	"strings"
	"time"

	"registerd/lookup"
	"registerd/quota"
	"registerd/register"
)

// Dialect is how names are asked for in lines, and how answers are written. What
// is answered is the same in all of them.
//
// The codes of a dialect never change: programs read them. Of what stands beside
// them the text may.
type Dialect struct {
	Name string

	read   func(line string) question
	write  func(b []byte, a *answer) []byte
	single bool // one question a connection
}

// Dialects are all there are, the usual one first.
var Dialects = []*Dialect{&beEU, &ch, &ukDAC, &digit, &finger}

// ParseDialect finds a dialect by its name.
func ParseDialect(name string) (d *Dialect, ok bool) {
	for _, d := range Dialects {
		if d.Name == name {
			return d, true
		}
	}
	return nil, false
}

// question is a line as a dialect understands it.
type question struct {
	line string // without the blanks around it
	name string // that is asked about
	form form   // that the answer is wanted in
	bare bool   // the name is a label, whose zone goes without saying
	last bool   // nothing is asked, and nothing more will be
}

// form tells the forms of one dialect apart.
type form uint8

// plain takes the whole line for a name.
func plain(line string) question { return question{line: line, name: line} }

// outcome is what became of a question. The zero outcome is a failure.
type outcome uint8

const (
	failed  outcome = iota // nothing is known of the name now
	told                   // its state is
	limited                // too many names were asked for
	blocked                // the operator wants no questions from there, for a while
	crowded                // there are too many connections: no question was read
)

// answer is what a dialect writes.
type answer struct {
	question
	outcome outcome
	name    *lookup.Name  // of told alone
	wait    time.Duration // of limited and blocked: when to come again
	why     []string      // of blocked: until when, and the operator's reason
	about   *lookup.About
}

// outcomeOf takes a state that is not known for the failure it is.
func outcomeOf(n *lookup.Name) outcome {
	if n.State == lookup.Unknown {
		return failed
	}
	return told
}

const lineEnd = "\r\n"

// seconds are whole ones: whoever waits that long is let in.
func (a *answer) seconds() int64 { return int64(quota.Seconds(a.wait)) }

// appendReason writes a state, why, and until when, in words that never change,
// and then what they mean, in words that may.
func appendReason(b []byte, n *lookup.Name, layout string) []byte {
	b = append(b, n.Word()...)
	if n.Why != lookup.WhyNothing {
		b = append(append(b, ", "...), n.Why...)
	}
	if !n.Until.IsZero() {
		b = n.Until.UTC().AppendFormat(append(b, ", until "...), layout)
	}
	if s := sentence(n); s != "" {
		b = append(append(b, ". "...), s...)
	}
	return b
}

// sentence is why a name is as it is, for people; it may be empty.
func sentence(n *lookup.Name) string {
	if n.Syntax != nil {
		return n.Says + ": " + n.Syntax.Reason
	}
	return n.Says
}

// keeper is whom to turn to; "" when nobody is named. It comes from the
// configuration.
func keeper(a *lookup.About) string {
	known := []string{}
	for _, s := range [...]string{a.Operator.Name, a.Operator.Email, a.Operator.URL} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			known = append(known, s)
		}
	}
	return strings.Join(known, ", ")
}

// echo is what was asked for, in a form that can be repeated in a line: as it was
// sent if that is letters, digits, hyphens and dots, else in U-labels. What is no
// name and could be anything else is "".
func echo(line string) string {
	if strings.Trim(line, letterDigitHyphen) == "" {
		return line
	}
	if name, err := register.ParseName(line); err == nil {
		return name.Unicode()
	}
	return ""
}

const letterDigitHyphen = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

// trim takes off the blanks that clients leave around a name.
func trim(line string) string { return strings.Trim(line, " \t") }

func appendSeconds(b []byte, a *answer) []byte {
	b = strconv.AppendInt(b, a.seconds(), 10)
	return append(b, " seconds"...)
}
