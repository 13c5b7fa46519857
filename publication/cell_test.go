package publication

import (
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/register"
)

// read is what a citizen takes a cell to say of who meets the conditions: the
// last of those that hold, as the text tells.
func (c cell) read(conditions []string) disclose.Explained {
	lacks := func(word string) bool { return !slices.Contains(conditions, word) }
	out := c.usual
	for _, v := range c.unless {
		if !slices.ContainsFunc(v.when, lacks) {
			out = v.then
		}
	}
	return out
}

// twoForms puts one form in place of another's address, and has a consent beaten
// by a restriction: what the text may not leave out.
const twoForms = `format = 1
name = "two-forms"
version = "1"
effective = 2026-01-01
operator = "Example Registry"
languages = ["en"]
protection.basis = "Act 1"
protection.reason.en = "Protected."
[[rule]]
id = "asked-not-to"
basis = "Act 2"
reason.en = "Asked not to."
audience = ["public"]
fields = ["contact phone"]
restricted = true
do = "withhold"
[[rule]]
id = "consent"
basis = "Act 3"
reason.en = "Agreed to."
audience = ["public"]
fields = ["contact phone"]
consented = true
do = "show"
[[rule]]
id = "identified"
basis = "Act 4"
reason.en = "Write to the holder."
audience = ["public"]
fields = ["contact e-mail"]
verification = ["verified"]
do = "replace"
with = "https://one.example/"
[[rule]]
id = "others"
basis = "Act 5"
reason.en = "Write to us."
audience = ["public"]
fields = ["contact e-mail"]
do = "replace"
with = "https://two.example/"
[[rule]]
id = "contacts"
basis = "Act 6"
reason.en = "Public."
audience = ["public"]
fields = ["domain contacts"]
do = "show"
`

func TestACellReadsAsWhatIsDecided(t *testing.T) {
	oncePerGate(t)
	policies := []*disclose.Policy{read(t, twoForms)}
	for _, name := range disclose.ShippedNames() {
		policies = append(policies, shipped(t, name))
	}
	for _, p := range policies {
		b := &booklet{policy: p}
		for _, who := range beholders(p.Rules...) {
			for _, at := range places(p.Rules...) {
				for _, h := range holders {
					checkColumn(t, b, who, at, h)
				}
			}
		}
	}
}

func checkColumn(t *testing.T, b *booklet, who beholder, at place, h register.HolderType) {
	t.Helper()
	names, column := b.column(who.viewer, at, h)
	for _, p := range everyPerson(b.policy.Rules) {
		if p.holder != h {
			continue
		}
		for i, d := range decided(b.policy, who.viewer, at, p.contact()) {
			if got := column[i].read(p.conditions()); !sameOutcome(got, d.Explained) {
				t.Errorf("%s: %s of a %s who is %q to %s reads as %v, and is %v", b.policy.Version(), names[i],
					holderName(h), p.conditions(), who.name, got.Status, d.Status)
			}
		}
	}
}

func TestAPurposeDoesNotBreakATable(t *testing.T) {
	p := read(t, strings.Replace(twoForms, `audience = ["public"]`, "audience = [\"authority\"]\npurpose = [\"a|b\"]", 1))
	b := &booklet{policy: p}
	if text := b.othersTable(beholders(p.Rules...), disclose.WHOIS); !strings.Contains(text, `(a\|b)`) || strings.Contains(text, "(a|b)") {
		t.Errorf("%s", text)
	}
}
