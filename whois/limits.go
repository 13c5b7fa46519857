package whois

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/quota"
	"registerd/ratelimit"
)

// published says what the limits are. What stands before a colon in a remark
// could be taken for a label; a line in which the operator's words could be taken
// for an answer is left out, and stands in RDAP's help.
func (p *page) published(limits []string) {
	if len(limits) == 0 {
		return
	}
	p.remark("How often may be asked")
	for _, l := range limits {
		l = strings.ReplaceAll(l, ":", " -")
		if _, misread := disclose.ReadsAsAnswer(l); !misread {
			p.remark("  ", l)
		}
	}
}

// standings are what is left to a caller: of all budgets, if that is all that is
// asked, else of those that an answer is taken from.
func (s *Server) standings(c access.Caller, q query) []ratelimit.Standing {
	if q.about == limitsTopic {
		return s.desk.Standings(c)
	}
	return []ratelimit.Standing{s.desk.Standing(c, ratelimit.Lookup), s.desk.Standing(c, ratelimit.Personal)}
}

// standing adds to a page that is written, for whoever asked before maybe, what is
// left to the one who asks.
func (f *Profile) standing(written []byte, left []ratelimit.Standing) []byte {
	if f.json {
		return f.member(written, "limits", inMembers(left))
	}
	p := &page{form: f, b: written}
	for _, l := range quota.Lines(left) {
		p.remark(l)
	}
	return p.b
}

// inMembers are standings for programs.
func inMembers(all []ratelimit.Standing) (out []*object) {
	seconds := func(d time.Duration) string {
		if d <= 0 {
			return ""
		}
		return strconv.Itoa(quota.Seconds(d))
	}
	for i := range all {
		s, o := &all[i], new(object)
		if s.Quota == 0 {
			continue
		}
		o.set("budget", s.Class.String())
		o.set("of", s.Budget)
		o.set("quota", strconv.Itoa(s.Quota))
		o.set("window", seconds(s.Window))
		o.set("left", strconv.Itoa(max(s.Left, 0)))
		o.setText("more", seconds(s.More))
		o.setText("full", seconds(s.Full))
		if s.Price > 1 {
			o.set("price", strconv.FormatFloat(s.Price, 'g', 4, 64))
		}
		if s.Pause {
			o.set("pause", "yes")
		}
		out = append(out, o)
	}
	return out
}

// member gives a page that is an object, and is written, one more member.
func (f *Profile) member(page []byte, key string, values []*object) []byte {
	body, whole := bytes.CutSuffix(page, []byte(f.lineEnd+"}"+f.lineEnd))
	if !whole {
		return page
	}
	b := comma(bytes.Clone(body), 1, f.lineEnd, 1)
	b = append(appendQuoted(b, key), ": "...)
	b = appendArray(b, values, f.lineEnd, 1, func(b []byte, o *object) []byte { return appendObject(b, o, f.lineEnd, 2) })
	return append(b, f.lineEnd+"}"+f.lineEnd...)
}
