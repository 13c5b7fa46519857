package whois

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
	"registerd/lookup"
)

// The pages are compared whole: labels, their order and line ends are what
// scripts depend on.

const personsPage = `% Register of .example, .test, kept by Example Registry

Domain Name: xn--blbr-roah.example
IDN: blåbær.example
Registry Domain ID: D1-EXAMPLE
Registrar URL: https://registrar.example/
Updated Date: 2025-11-03T09:00:00Z
Creation Date: 2019-04-01T09:00:00Z
Registry Expiry Date: 2027-04-01T09:00:00Z
Registrar: Prøve Registrar ApS
Registrar IANA ID: 9999
Registrar Abuse Contact Email: abuse@registrar.example
Registrar Abuse Contact Phone: +999.5550100
Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
Domain Status: autoRenewPeriod https://icann.org/epp#autoRenewPeriod
Suspension: 2025-12-24T09:00:00Z
Registry Registrant ID: REDACTED FOR PRIVACY
Registrant Name: REDACTED FOR PRIVACY
Registrant Organization: REDACTED FOR PRIVACY
Registrant Street: REDACTED FOR PRIVACY
Registrant City: REDACTED FOR PRIVACY
Registrant State/Province: REDACTED FOR PRIVACY
Registrant Postal Code: REDACTED FOR PRIVACY
Registrant Country: DK
Registrant Phone: REDACTED FOR PRIVACY
Registrant Fax: REDACTED FOR PRIVACY
Registrant Email: REDACTED FOR PRIVACY
Registrant Verification: verified
Name Server: ns1.host.test
Name Server: ns2.host.test
DNSSEC: signedDelegation
DS Data: 12345 13 2 0A1B
>>> Last update of WHOIS database: 2026-01-02T03:04:05Z <<<

% Data as of 2026-01-02T03:04:05Z, serial 7
% Questions to Example Registry, hostmaster@registry.example, https://registry.example/
% Publication policy https://registry.example/publication
% Terms of use https://registry.example/terms
% Withheld by rule person of gdpr-2, GDPR Art. 5(1)(c), Art. 25 - Personal data of the holder.
`

// crlf is text as it goes over the wire.
func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestAPersonsDomain(t *testing.T) {
	page := domainPage(domainFor(anyone, personsDomain), false).Body
	if diff := cmp.Diff(crlf(personsPage), string(page)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnOrganisationsDomain(t *testing.T) {
	page := string(domainPage(domainFor(anyone, organizationsDomain), false).Body)
	want := crlf(`Registry Registrant ID: C2-EXAMPLE
Registrant Name: REDACTED FOR PRIVACY
Registrant Organization: Ærø Fabrik A/S
Registrant Street: Prøvevej 12, 3. sal
Registrant Street: Att. Postrum
Registrant City: Eksempelkøbing
Registrant Postal Code: 0000
Registrant Country: DK
Registrant Phone: +999.5550142
Registrant Phone Ext: 7
Registrant Fax: REDACTED FOR PRIVACY
Registrant Email: REDACTED FOR PRIVACY
Registry Admin ID: REDACTED FOR PRIVACY
`)
	if !strings.Contains(page, want) {
		t.Errorf("it lacks\n%s\nin\n%s", want, page)
	}
	for _, role := range []string{"Admin", "Tech", "Billing"} {
		if !strings.Contains(page, "\r\nRegistry "+role+" ID: ") {
			t.Errorf("the role %s is missing", role)
		}
	}
	if !strings.Contains(page, "\r\nDNSSEC: unsigned\r\n") {
		t.Error("it does not say that it is unsigned")
	}
}

func TestOtherObjects(t *testing.T) {
	for name, want := range map[string]string{
		"host": `Server Name: ns1.fabrik.example
Registry Host ID: H1-EXAMPLE
IP Address: 192.0.2.1
IP Address: 2001:db8::1
Registrar URL: https://registrar.example/
Creation Date: 2012-03-01T09:00:00Z
Registrar: Prøve Registrar ApS
Registrar IANA ID: 9999
Registrar Abuse Contact Email: abuse@registrar.example
Registrar Abuse Contact Phone: +999.5550100
>>> `,
		"registrar": `Registrar: Prøve Registrar ApS
Registrar ID: R1
Registrar IANA ID: 9999
Street: Prøvevej 1
City: Eksempelkøbing
Postal Code: 0000
Country: DK
Phone Number: +999.5550100x2
Email: info@registrar.example
Registrar URL: https://registrar.example/
Registrar Abuse Contact Email: abuse@registrar.example
Registrar Abuse Contact Phone: +999.5550100
>>> `,
		"contact": `Registry Contact ID: C2-EXAMPLE
Contact Person: REDACTED FOR PRIVACY
Contact Organization: Ærø Fabrik A/S
Contact Street: Prøvevej 12, 3. sal
Contact Street: Att. Postrum
Contact City: Eksempelkøbing
Contact Postal Code: 0000
Contact Country: DK
Contact Phone: +999.5550142
Contact Phone Ext: 7
Contact Fax: REDACTED FOR PRIVACY
Contact Email: REDACTED FOR PRIVACY
Updated Date: 2025-12-01T09:00:00Z
Creation Date: 2012-02-29T09:00:00Z
>>> `,
	} {
		_, data, _ := strings.Cut(string(found(t)[name]), "\r\n\r\n")
		if !strings.HasPrefix(data, crlf(want)) {
			t.Errorf("%s: (-want +got):\n%s", name, cmp.Diff(crlf(want), data))
		}
	}
}

func TestAWithheldValueIsNeverWritten(t *testing.T) {
	for name, page := range found(t) {
		if strings.Contains(string(page), canary) {
			t.Errorf("%s:\n%s", name, page)
		}
		lines(t, page)
	}
	// The canary must be there for those who may see it, or the search above
	// would find nothing whatever was written.
	page := domainPage(domainFor(disclose.Viewer{Audience: disclose.Operator}, personsDomain), false).Body
	if n := strings.Count(string(page), canary); n < 8 {
		t.Errorf("the operator sees %d private values", n)
	}
}

func TestWhatIsAbsentHasNoLine(t *testing.T) {
	about := exampleAbout()
	about.Operator.Email, about.Policies.Terms = "", ""
	a := domainFor(anyone, organizationsDomain)
	a.About = about
	page := string(domainPage(a, false).Body)
	for _, l := range []string{"Updated Date", "Suspension", "Registrant State/Province", "IDN", "Terms", "%\r"} {
		if strings.Contains(page, "\n"+l) {
			t.Errorf("a line begins with %q:\n%s", l, page)
		}
	}
}

func TestARegisterOfUnknownAgeClaimsNone(t *testing.T) {
	page := string(domainPage(&lookup.DomainAnswer{Domain: &disclose.Domain{}}, false).Body)
	if strings.Contains(page, "0001") || strings.Contains(page, "Last update") {
		t.Errorf("%s", page)
	}
	if got := lines(t, []byte(page)); len(got) != 0 {
		t.Errorf("a view that shows nothing is written as %q", got)
	}
}

func BenchmarkDomainPage(b *testing.B) {
	a := domainFor(anyone, personsDomain)
	b.ReportAllocs()
	for b.Loop() {
		domainPage(a, false)
	}
}
