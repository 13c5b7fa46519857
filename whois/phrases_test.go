package whois

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What public parsers search an answer for, in our own words: each is the
// least that makes one of them say so, whatever the case. Sources are the
// parsers likexian (Go), python-whois, php-whois, flipbit, weppos and the
// scripts that check domains.
var (
	absentWords = []string{
		"is free", "status: free", "no found", "no match", "not match", "not found", "no data found", "nothing found",
		"no entries found", "no matching record", "no object", "not registered", "not been registered",
		"not currently registered", "does not exist", "0 objects", "no information", "is available", "not available",
		"available", "status: invalid", "no such domain", "can be registered", "unregistered", "not exist", "no record",
	}
	limitWords = []string{"limit exceeded", "quota exceeded", "server too busy", "too many requests", "too many connections"}

	// searched are labels that python-whois finds anywhere in a line.
	searched = []string{
		"status:", "name:", "domain:", "registrar:", "registrant:", "nameserver:", "nameservers:", "name server:", "nserver:",
		"created:", "changed:", "updated:", "modified:", "expires:", "expire:", "expiry date:", "creation date:",
		"updated date:", "dnssec:", "whois server:", "owner:", "holder:", "country:", "city:", "address:", "state:",
		"e-mail:", "email:", "phone:", "registered:", "organization:", "org:", "reseller:",
	}
)

func holds(page []byte, words []string) (string, bool) {
	text := strings.ToLower(string(page))
	for _, w := range words {
		if strings.Contains(text, w) {
			return w, true
		}
	}
	return "", false
}

func TestNothingButAnAbsenceReadsAsAbsent(t *testing.T) {
	pages := neither()
	for name, page := range found(t) {
		pages[name] = page
	}
	for name, page := range pages {
		if w, bad := holds(page, absentWords); bad {
			t.Errorf("%s: a parser that searches for %q takes this for a free name:\n%s", name, w, page)
		}
	}
}

func TestAnAbsenceReadsAsAbsent(t *testing.T) {
	page := notFound(exampleAbout(), query{kind: "domain", text: "Ledig.example."})
	// The three sentences that were measured: together they are known for the
	// most country codes.
	for _, want := range []string{"\nDomain not found.\r\n", "\nNo match for \"ledig.example\".\r\n", "\nNo entries found for the selected source.\r\n"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("it lacks %q:\n%s", want, page)
		}
	}
	if w, bad := holds(page, limitWords); bad {
		t.Errorf("a parser that searches for %q takes this for a limit:\n%s", w, page)
	}
	for l := range strings.Lines(string(page)) {
		if strings.Contains(strings.ToLower(l), "domain:") || strings.Contains(strings.ToLower(l), "name:") {
			t.Errorf("the name stands behind a label: %q", l)
		}
	}
}

func TestOnlyALimitReadsAsALimit(t *testing.T) {
	pages := found(t)
	for name, page := range neither() {
		pages[name] = page
	}
	for name, page := range pages {
		_, got := holds(page, limitWords)
		if want := strings.HasPrefix(name, "limited") || name == "crowded"; got != want {
			t.Errorf("%s reads as a limit: %v, want %v", name, got, want)
		} else if want && !strings.HasPrefix(string(page), "WHOIS LIMIT EXCEEDED - ") {
			t.Errorf("%s does not begin with the limit", name)
		}
	}
}

func TestAReservedNameReadsAsReserved(t *testing.T) {
	page := domainPage(reservedAnswer(), false).Body
	if !strings.Contains(string(page), "reserved by the registry") {
		t.Errorf("%s", page)
	}
}

func TestNoRemarkHoldsALabel(t *testing.T) {
	pages := found(t)
	for name, page := range neither() {
		pages[name] = page
	}
	for name, page := range pages {
		for l := range strings.Lines(string(page)) {
			if !strings.HasPrefix(l, "%") {
				continue
			}
			if w, bad := holds([]byte(l), searched); bad {
				t.Errorf("%s: the remark %q holds the label %q", name, l, w)
			}
		}
	}
}

func TestNoLineStartsWithAHostNameAndAColon(t *testing.T) {
	host := regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+:`)
	for name, page := range neither() {
		for l := range strings.Lines(string(page)) {
			if host.MatchString(strings.ToLower(l)) {
				t.Errorf("%s: %q", name, l)
			}
		}
	}
}

// icannLabels are those that parsers know; all others are ours.
var icannLabels = []string{
	"Domain Name", "Registry Domain ID", "Registrar URL", "Updated Date", "Creation Date", "Registry Expiry Date",
	"Registrar", "Registrar IANA ID", "Registrar Abuse Contact Email", "Registrar Abuse Contact Phone", "Domain Status",
	"Name Server", "DNSSEC", "Server Name", "IP Address", "Phone Number", "Fax Number", "Street", "City",
	"State/Province", "Postal Code", "Country", "Email",
}

var contactLabels = []string{
	"Name", "Organization", "Street", "City", "State/Province", "Postal Code", "Country", "Phone", "Phone Ext", "Fax", "Fax Ext", "Email",
}

func known(label string) bool {
	for _, role := range []string{"Registrant", "Admin", "Tech", "Billing"} {
		if label == "Registry "+role+" ID" {
			return true
		}
		if field, ok := strings.CutPrefix(label, role+" "); ok && slices.Contains(contactLabels, field) {
			return true
		}
	}
	return slices.Contains(icannLabels, label)
}

func TestNoLabelOfOursEndsInOneThatParsersSearchFor(t *testing.T) {
	// Answers about contacts are not read by parsers of domain answers, which
	// search these for addresses; what they must not find there is a domain.
	allowed := map[string]bool{"Contact Organization": true, "Contact City": true, "Contact Country": true, "Contact Phone": true, "Contact Email": true}
	ours := map[string]bool{}
	for _, page := range found(t) {
		for _, l := range lines(t, page) {
			if !known(l.label) {
				ours[l.label] = true
			}
		}
	}
	for label := range ours {
		for _, w := range searched {
			if strings.HasSuffix(strings.ToLower(label)+":", w) && !allowed[label] {
				t.Errorf("%q ends in %q", label, w)
			}
		}
	}
	for _, want := range []string{"IDN", "Suspension", "Registrant Verification", "DS Data", "Contact Person"} {
		if !ours[want] {
			t.Errorf("no page has the label %q, so this test does not look at it", want)
		}
	}
}
