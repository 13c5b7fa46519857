package whois

import (
	"slices"
	"strings"

	"registerd/disclose"
)

// statuses writes EPP statuses: one word for all, or each, with the page that
// explains it where the line wants that.
func statuses(p *page, l *line, v disclose.Value[[]string]) {
	if v.Status() == disclose.Absent && l.form == oneWord {
		p.put(l, l.other)
		return
	}
	value(p, l, v, func(all []string) {
		switch {
		case l.form == oneWord:
			p.put(l, l.wordFor(all))
		case l.form == eppAddress && l.join == "" && !l.first:
			for _, s := range all {
				p.status(l, s)
			}
		default:
			p.list(l, len(all), func(i int) string { return all[i] })
		}
	})
}

func (l *line) wordFor(all []string) string {
	for _, w := range l.words {
		if slices.Contains(all, w.Is) {
			return w.Say
		}
	}
	return l.other
}

func (p *page) status(l *line, s string) {
	if strings.Trim(s, letters) != "" || s == "" {
		p.put(l, s)
		return
	}
	p.b = append(p.b, l.label...)
	p.b = append(p.b, s...)
	p.b = append(p.b, " https://icann.org/epp#"...)
	p.b = append(p.b, s...)
	p.end()
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
