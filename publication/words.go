package publication

import (
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// named names the fields of a view by words in place of Go's names, and
// without the names of name servers.
func named(decided []disclose.Explained) []namedField {
	out := make([]namedField, len(decided))
	for i, d := range decided {
		words := strings.Fields(d.Field)
		last := len(words) - 1
		name := fieldWords[words[last]]
		switch {
		case last == 0:
		case words[0] == "Sponsor":
			name = "registrar " + name
		case isRole(words[0]):
			name = words[0] + " " + name
		default:
			name = "name server " + name
		}
		d.Field = name
		out[i] = namedField{d, last > 0}
	}
	return out
}

// namedField is a decision on a field; within says that it is one of an object
// within the object.
type namedField struct {
	disclose.Explained
	within bool
}

// InWords names the fields of decisions by the words of the published text, and
// says once what is decided alike of several objects of a kind.
func InWords(decided []disclose.Explained) []disclose.Explained {
	var out []disclose.Explained
	for _, d := range named(decided) {
		if !slices.Contains(out, d.Explained) {
			out = append(out, d.Explained)
		}
	}
	return out
}

func isRole(s string) bool {
	r, known := register.ParseRole(s)
	return known && r != register.RoleNone
}

// fieldWords are the words for the fields of views.
var fieldWords = map[string]string{
	"AbuseEmail": "abuse e-mail", "AbusePhone": "abuse phone", "Address": "address", "Addrs": "addresses",
	"City": "city", "Code": "postal code", "Consent": "consent", "Contacts": "contacts", "Country": "country",
	"Created": "created", "Creator": "creator", "Deletes": "deletion", "DNSSEC": "DNSSEC", "Dispute": "dispute", "Email": "e-mail",
	"Existence": "found by its handle", "Expires": "expires", "Fax": "fax", "Grace": "grace period", "Handle": "handle", "Holder": "holder type",
	"IANA": "IANA id", "ID": "id", "IDNTable": "IDN table", "Language": "language", "Locked": "register lock",
	"Name": "name", "NameServers": "name servers", "Organization": "organisation", "Preference": "preference",
	"Protection": "protection", "Province": "province", "RDAPBase": "RDAP base", "ROID": "ROID",
	"Sponsor": "registrar", "State": "state", "Status": "status", "Statuses": "status", "Street": "street",
	"Suspension": "suspension", "Transfer": "transfer", "Transferred": "transferred", "URL": "web address",
	"Updated": "updated", "Updater": "updater", "VariantOf": "variant of", "Variants": "variants", "Verification": "verification",
	"Voice": "phone", "WHOISServer": "WHOIS server", "WHOISURL": "WHOIS web address",
}
