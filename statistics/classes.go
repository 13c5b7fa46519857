package statistics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"registerd/register"
)

// The rows that an object is counted in. An object is counted in one row of a sheet.

var (
	stateWords    = []string{"active", "inactive", "on-hold", "expired", "leaving"}
	ageWords      = []string{"0", "1", "2 to 4", "5 to 9", "10 to 19", "20 and more", "unknown"}
	serverWords   = []string{"0", "1", "2", "3", "4", "5 and more"}
	completeWords = []string{"complete", "no name", "no e-mail", "no telephone", "several missing"}
	reservedWords = []string{"withheld", "blocked", "mirrored", "unknown"}

	// The last of these are withheld before the first. A domain that names no holder is "none".
	holderWords = words(register.HolderNatural, register.HolderLegal, register.HolderPublicBody,
		register.HolderSoleProprietor, register.HolderUnknown, register.HolderEstate, none)
	verificationWords = words(register.Verified, register.Unverified, register.VerificationInProcess, register.VerificationFailed)
)

// none is a row of what is not given.
const none word = "none"

type word string

func (w word) String() string { return string(w) }

func words(all ...fmt.Stringer) []string {
	var out []string
	for _, w := range all {
		out = append(out, w.String())
	}
	return out
}

// stateOf is the first that fits: what is to be deleted is that before all else.
func stateOf(d *register.Domain, at time.Time) string {
	held := slices.ContainsFunc(d.Statuses, func(s string) bool { return s == "serverHold" || s == "clientHold" })
	switch {
	case d.Leaving():
		return "leaving"
	case held:
		return "on-hold"
	case !d.Expires.IsZero() && d.Expires.Before(at):
		return "expired"
	case len(d.Hosts) == 0:
		return "inactive"
	}
	return "active"
}

func ageOf(created, at time.Time) string {
	if created.IsZero() || created.After(at) {
		return "unknown"
	}
	years := at.Year() - created.Year()
	if created.AddDate(years, 0, 0).After(at) {
		years--
	}
	for i, from := range []int{1, 2, 5, 10, 20} {
		if years < from {
			return ageWords[i]
		}
	}
	return ageWords[5]
}

func serversOf(n int) string {
	if n >= len(serverWords)-1 {
		return serverWords[len(serverWords)-1]
	}
	return strconv.Itoa(n)
}

// scriptOf is the Unicode script of a name's own label, that of its zone aside: "ASCII"
// without other characters, "mixed" for several scripts.
func scriptOf(n register.Name) string {
	label, _, _ := strings.Cut(string(n), ".")
	if !register.Name(label).IsIDN() {
		return "ASCII"
	}
	found := ""
	for _, r := range register.Name(label).Unicode() {
		s := scriptOfRune(r)
		switch {
		case s == "" || s == found:
		case found == "":
			found = s
		default:
			return "mixed"
		}
	}
	if found == "" {
		return "unknown"
	}
	return found
}

// scriptOfRune is "" for characters that all scripts use.
func scriptOfRune(r rune) string {
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for _, common := range []string{"Latin", "Cyrillic", "Greek", "Han", "Arabic"} {
		if unicode.Is(unicode.Scripts[common], r) {
			return common
		}
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// completenessOf looks for what a register has to know of a holder (Directive (EU)
// 2022/2555 article 28(2)): a name, an e-mail address and a telephone number. It does
// not look at whether they are right.
func completenessOf(c *register.Contact) string {
	form := c.Form()
	missing := []string{}
	if !says(form.Name) && !says(form.Organization) {
		missing = append(missing, "no name")
	}
	if local, domain, ok := strings.Cut(c.Email, "@"); !ok || local == "" || domain == "" {
		missing = append(missing, "no e-mail")
	}
	if !says(c.Voice.Number) {
		missing = append(missing, "no telephone")
	}
	switch len(missing) {
	case 0:
		return "complete"
	case 1:
		return missing[0]
	}
	return "several missing"
}

// says tells a value from what forms are filled in with.
func says(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func addressesOf(h *register.Host) string {
	four, six := false, false
	for _, a := range h.Addrs {
		four, six = four || a.Is4(), six || a.Is6()
	}
	switch {
	case four && six:
		return "both"
	case four:
		return "ipv4"
	case six:
		return "ipv6"
	}
	return string(none)
}
