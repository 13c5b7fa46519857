package publication

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/register"
)

func TestEveryFieldOfAViewHasAWord(t *testing.T) {
	for _, view := range []any{
		disclose.Domain{}, disclose.Contact{}, disclose.Host{}, disclose.NameServer{}, disclose.RegistrarView{}, disclose.Reserved{},
	} {
		for _, d := range disclose.Explain(view) {
			if fieldWords[d.Field] == "" {
				t.Errorf("%T: %s has no word", view, d.Field)
			}
		}
	}
}

func TestEveryWordOfThePublishedTextIsThereInDanish(t *testing.T) {
	var all []string
	for _, w := range fieldWords {
		all = append(all, w)
	}
	for _, h := range holders {
		all = append(all, holderName(h))
	}
	for s := disclose.Withheld; s <= disclose.Replaced; s++ {
		all = append(all, seen(s).String())
	}
	for _, b := range slices.Concat(beholders(), beholders(shipped(t, "nis2").Rules...), searchers(beholders())) {
		name, _, _ := strings.Cut(b.name, " (") // a purpose is a word of the rules
		all = append(all, name)
	}
	for _, d := range decidedOfSearches(nothing(t), disclose.Viewer{Window: disclose.RDAP}) {
		all = append(all, d.Field, inSearch(disclose.Shown), inSearch(disclose.Withheld))
	}
	everything := person{protected: true, restricted: true, permitted: true, consented: true, roleEmail: true, locked: true}
	all = append(all, everything.conditions()...)
	for everything.verification = 1; everything.verification <= 3; everything.verification++ {
		all = append(all, everything.conditions()...)
	}
	for _, w := range all {
		if danish[w] == "" {
			t.Errorf("%q is not there in Danish", w)
		}
	}
}

// shipped are rules that come with the program.
func shipped(t *testing.T, name string) *disclose.Policy {
	t.Helper()
	text, err := disclose.Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(text))
}

func read(t *testing.T, text string) *disclose.Policy {
	t.Helper()
	p, err := disclose.ReadPolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// nothing is rules that show nothing.
func nothing(t *testing.T) *disclose.Policy {
	t.Helper()
	p, err := disclose.NewPolicy("nothing-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheDifferenceFindsAllThatWidens holds two ways to the same result against
// each other: the comparison by views, and that of the decisions themselves.
func TestTheDifferenceFindsAllThatWidens(t *testing.T) {
	oncePerGate(t)
	usual := shipped(t, "gdpr")
	all := []*disclose.Policy{nothing(t)}
	for _, name := range disclose.ShippedNames() {
		all = append(all, shipped(t, name))
	}
	for _, p := range all {
		for _, pair := range [][2]*disclose.Policy{{p, usual}, {usual, p}} {
			old, new := pair[0], pair[1]
			d := newDifference(old, new)
			d.beholders = d.beholders[:1] // the public
			d.everyContact()
			d.others(nil)
			d.searches()
			more := false
			for tr := range d.found {
				more = more || tr.to > tr.from && tr.to != disclose.Replaced
			}
			if wider := new.WiderThan(old); more != (len(wider) > 0) {
				t.Errorf("%s -> %s: the difference says %t, wider are %v", old.Version(), new.Version(), more, wider)
			}
		}
	}
}

func TestEveryTableOfThePublishedTextIsWhole(t *testing.T) {
	for _, name := range disclose.ShippedNames() {
		p := shipped(t, name)
		for _, language := range p.Languages {
			text := Text(p, language)
			columns := 0
			for line := range strings.Lines(text) {
				n := strings.Count(line, "|")
				if columns > 0 && n > 0 && n != columns {
					t.Errorf("%s in %s: %d columns in place of %d: %s", name, language, n, columns, line)
				}
				columns = n
			}
		}
	}
}

// techMail shows the e-mail address of technical contacts.
const techMail = `format = 1
name = "tech-mail"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en"]
protection = { basis = "Art. 21", reason = { en = "Protected." } }
[[rule]]
id = "tech"
basis = "Art. 6"
reason.en = "A technical contact can be reached."
audience = ["public"]
role = ["tech"]
fields = ["contact e-mail"]
do = "show"
[[rule]]
id = "contacts"
basis = "Art. 6"
reason.en = "That a domain has contacts is known."
audience = ["public"]
fields = ["domain contacts"]
do = "show"
`

// twoContacts is a register with one domain, which names A-1 as its technical
// contact, and B-1 as its registrant.
func twoContacts() Register {
	return Register{
		Domains: 1,
		EachContact: func(visit func(*register.Contact)) error {
			for _, handle := range []string{"A-1", "B-1"} {
				c := &register.Contact{Handle: handle, Sponsor: "r1"}
				c.Facts.Protection = register.NotProtected
				visit(c)
			}
			return nil
		},
		EachDomain: func(visit func(*register.Domain)) error {
			visit(&register.Domain{Registrant: "B-1", Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "a-1"}}})
			return nil
		},
	}
}

func TestAContactIsCountedOnlyInTheRolesInWhichADomainNamesIt(t *testing.T) {
	d, err := CompareIn(nothing(t), read(t, techMail), twoContacts())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	var line string
	for l := range strings.Lines(text.String()) {
		if strings.HasSuffix(l, " e-mail\n") {
			line = strings.Join(strings.Fields(l), " ")
		}
	}
	if want := "the public withheld -> shown natural person 1 A-1 e-mail"; line != want {
		t.Errorf("it says %q in place of %q; all of it:\n%s", line, want, &text)
	}
}

func TestCountingLeavesAContactAsItWas(t *testing.T) {
	in, contact := twoContacts(), &register.Contact{Handle: "A-1", Sponsor: "r1"}
	in.EachContact = func(visit func(*register.Contact)) error {
		visit(contact)
		return nil
	}
	if _, err := CompareIn(nothing(t), read(t, techMail), in); err != nil {
		t.Fatal(err)
	}
	if contact.Sponsor != "r1" {
		t.Errorf("its sponsor became %q", contact.Sponsor)
	}
}

func TestARegisterThatCannotBeReadIsNotCounted(t *testing.T) {
	broken := errors.New("broken")
	contacts, domains := twoContacts(), twoContacts()
	contacts.EachContact = func(func(*register.Contact)) error { return broken }
	domains.EachDomain = func(func(*register.Domain)) error { return broken }
	for _, in := range []Register{contacts, domains} {
		if d, err := CompareIn(nothing(t), read(t, techMail), in); !errors.Is(err, broken) || d != nil {
			t.Errorf("%v, %v", d, err)
		}
	}
}
