// Package statistics counts what a register holds and what its windows are asked, and
// makes of it a month's report that may be published.
//
// It holds numbers, and words of the program. What it takes from the register are the
// names of zones, of IDN tables and of registrars. Numbers of holders below ten are not
// told, and cannot be computed from what is.
//
// It is not for watching a server: metrics are.
package statistics

import "time"

// schemaName and schemaVersion are the form of a Report. The version grows when something that
// is there changes its meaning or goes; tables and rows may be added without.
const (
	schemaName    = "registerd-statistics"
	schemaVersion = 1
)

// sheet is a table of a census: a number for each of its rows.
type sheet struct {
	id, title string
	row       string // what a row is
	of        string // the total that the rows sum up to; "" if they do not

	// words are the rows, in order. Without, rows are those that were counted:
	// names that the register publishes, months, or scripts.
	words []string

	// holders are counted: numbers below ten are not told.
	holders bool
}

// The totals: rows of the sheet "total".
const (
	totalDomains    = "domains"
	totalIDNs       = "internationalised"
	totalReserved   = "reserved"
	totalContacts   = "contacts"
	totalHosts      = "hosts"
	totalRegistrars = "registrars"
)

// sheets are all that a census counts, in the order of the report.
var sheets = []sheet{
	{id: "total", title: "What the register holds", row: "kind",
		words: []string{totalDomains, totalIDNs, totalReserved, totalContacts, totalHosts, totalRegistrars}},
	{id: "state", title: "Domains by state", row: "state", of: totalDomains, words: stateWords},
	{id: "zone", title: "Domains by zone", row: "zone", of: totalDomains},
	{id: "registrar", title: "Domains by registrar", row: "registrar", of: totalDomains},
	{id: "holder", title: "Domains by type of holder", row: "holder", of: totalDomains, words: holderWords, holders: true},
	{id: "identification", title: "Domains by identification of their holder", row: "identification", of: totalDomains, words: verificationWords, holders: true},
	{id: "age", title: "Domains by age", row: "years", of: totalDomains, words: ageWords},
	{id: "dnssec", title: "Domains signed with DNSSEC", row: "delegation", of: totalDomains, words: []string{"signed", "unsigned"}},
	{id: "nameservers", title: "Domains by number of name servers", row: "name servers", of: totalDomains, words: serverWords},
	{id: "script", title: "Domains by script", row: "script", of: totalDomains},
	{id: "idn-table", title: "Internationalised domains by IDN table", row: "table", of: totalIDNs},
	{id: "created", title: "Domains by month of creation", row: "month"},
	{id: "expired", title: "Expired domains by the month in which they expired", row: "month"},
	{id: "expires", title: "Domains by the month in which they will expire", row: "month"},
	{id: "transferred", title: "Domains by the month of their last transfer", row: "month"},
	{id: "reserved", title: "Reserved names by state", row: "state", of: totalReserved, words: reservedWords},
	{id: "verification", title: "Contacts by identification", row: "identification", of: totalContacts, words: verificationWords, holders: true},
	{id: "completeness", title: "Contacts by what is given of them", row: "given", of: totalContacts, words: completeWords, holders: true},
	{id: "host", title: "Name servers by place", row: "place", of: totalHosts, words: []string{"in-zone", "out-of-zone"}},
	{id: "host-address", title: "Name servers by address", row: "addresses", of: totalHosts, words: []string{"none", "ipv4", "ipv6", "both"}},
	{id: "dangling", title: "References of domains to objects that are not there", row: "to", words: []string{"contact", "host", "registrar"}},
}

func sheetOf(id string) sheet {
	for _, s := range sheets {
		if s.id == id {
			return s
		}
	}
	return sheet{}
}

const (
	dayForm   = "2006-01-02"
	monthForm = "2006-01"
)

func dayOf(t time.Time) string { return t.UTC().Format(dayForm) }

// monthOf is the first moment of the month that t is in.
func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
