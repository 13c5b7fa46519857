package rdap_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"pgregory.net/rapid"

	"registerd/disclose"
	"registerd/rdap"
	"registerd/register"
)

// slot is a value of a contact, with whether a view shows it.
type slot struct {
	name string
	of   func(*register.Contact) []string
	seen func(*disclose.Contact) bool
}

func shows[T any](field func(*disclose.Contact) *disclose.Value[T]) func(*disclose.Contact) bool {
	return func(c *disclose.Contact) bool { return field(c).Status() == disclose.Shown }
}

func postal(value func(*register.Postal) []string) func(*register.Contact) []string {
	return func(c *register.Contact) []string {
		return append(value(&c.Local), value(&c.International)...)
	}
}

func on(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

type (
	words = disclose.Value[string]
	times = disclose.Value[time.Time]
)

var slots = []slot{
	{"handle", func(c *register.Contact) []string { return []string{c.Handle, c.ROID} }, shows(func(c *disclose.Contact) *words { return &c.Handle })},
	{"name", postal(func(p *register.Postal) []string { return []string{p.Name} }), shows(func(c *disclose.Contact) *words { return &c.Name })},
	{"organisation", postal(func(p *register.Postal) []string { return []string{p.Organization} }), shows(func(c *disclose.Contact) *words { return &c.Organization })},
	{"street", postal(func(p *register.Postal) []string { return p.Address.Street }), shows(func(c *disclose.Contact) *disclose.Value[[]string] { return &c.Street })},
	{"city", postal(func(p *register.Postal) []string { return []string{p.Address.City} }), shows(func(c *disclose.Contact) *words { return &c.City })},
	{"province", postal(func(p *register.Postal) []string { return []string{p.Address.Province} }), shows(func(c *disclose.Contact) *words { return &c.Province })},
	{"code", postal(func(p *register.Postal) []string { return []string{p.Address.Code} }), shows(func(c *disclose.Contact) *words { return &c.Code })},
	{"phone", func(c *register.Contact) []string { return []string{c.Voice.Number, c.Voice.Extension} }, shows(func(c *disclose.Contact) *disclose.Value[register.Phone] { return &c.Voice })},
	{"fax", func(c *register.Contact) []string { return []string{c.Fax.Number, c.Fax.Extension} }, shows(func(c *disclose.Contact) *disclose.Value[register.Phone] { return &c.Fax })},
	{"e-mail", func(c *register.Contact) []string { return []string{c.Email} }, shows(func(c *disclose.Contact) *words { return &c.Email })},
	{"language", func(c *register.Contact) []string { return []string{c.Facts.Language} }, shows(func(c *disclose.Contact) *words { return &c.Language })},
	{"creator", func(c *register.Contact) []string { return []string{c.Creator} }, shows(func(c *disclose.Contact) *words { return &c.Creator })},
	{"updater", func(c *register.Contact) []string { return []string{c.Updater} }, shows(func(c *disclose.Contact) *words { return &c.Updater })},
	{"created", func(c *register.Contact) []string { return []string{on(c.Created)} }, shows(func(c *disclose.Contact) *times { return &c.Created })},
	{"updated", func(c *register.Contact) []string { return []string{on(c.Updated)} }, shows(func(c *disclose.Contact) *times { return &c.Updated })},
	{"transferred", func(c *register.Contact) []string { return []string{on(c.Transferred)} }, shows(func(c *disclose.Contact) *times { return &c.Transferred })},
	{"identification", func(c *register.Contact) []string {
		method := c.Facts.Verification.Method.String()
		return []string{method, strings.ReplaceAll(method, "-", " "), on(c.Facts.Verification.Time)}
	}, shows(func(c *disclose.Contact) *disclose.Value[register.Verification] { return &c.Verification })},
}

// withheld are the values that none of the views shows, by what they are.
func withheld(contacts []*register.Contact, views func(*register.Contact) []disclose.Contact) map[string][]string {
	out := map[string][]string{}
	for _, c := range contacts {
		all := views(c)
		for _, s := range slots {
			if !slices.ContainsFunc(all, func(v disclose.Contact) bool { return s.seen(&v) }) {
				out[s.name] = append(out[s.name], s.of(c)...)
			}
		}
	}
	return out
}

// spellings are the ways in which a text can hide in an answer, in lower case.
func spellings(s string) []string {
	quoted, _ := json.Marshal(s)
	out := []string{s, string(quoted[1 : len(quoted)-1]), url.PathEscape(s), url.QueryEscape(s), hex.EncodeToString([]byte(s)), latin1(s)}
	own := rdap.AppendString(nil, s)
	out = append(out, string(own[1:len(own)-1]))
	if ascii, err := idna.Punycode.ToASCII(s); err == nil {
		out = append(out, ascii)
	}
	// In base64 a text has three forms, by where it begins; the ends depend on
	// what stands beside it.
	for shift := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + s))
		coded = strings.TrimRight(coded, "=")
		if core := coded[min(len(coded), 4*min(shift, 1)) : len(coded)-1]; len(core) >= 6 {
			out = append(out, core, strings.NewReplacer("+", "-", "/", "_").Replace(core))
		}
	}
	for i, form := range out {
		out[i] = strings.ToLower(form)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func latin1(s string) string {
	var out []byte
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// spelt remembers the spellings of what the drawn contacts hold.
var spelt = map[string][]string{}

func searchFor(t *rapid.T, hidden map[string][]string, where string, answer []byte) {
	lower := strings.ToLower(string(answer))
	for what, values := range hidden {
		for _, v := range values {
			if v == "" {
				continue
			}
			if spelt[v] == nil {
				spelt[v] = spellings(v)
			}
			for _, form := range spelt[v] {
				if strings.Contains(lower, form) {
					t.Fatalf("%s: the %s %q is withheld, and sent as %q:\n%s", where, what, v, form, answer)
				}
			}
		}
	}
}
