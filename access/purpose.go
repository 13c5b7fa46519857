package access

import (
	"slices"
	"strings"
)

// Purpose is a purpose of a question that RFC 9560 registers, and what it is for.
type Purpose struct{ Word, Says string }

// Purposes are all that are registered, in the order of the RFC. Rules and
// accounts speak of them by these words.
var Purposes = []Purpose{
	{"domainNameControl", "looking after domains of one's own"},
	{"personalDataProtection", "finding out who a domain's service is run by that holds one's personal data"},
	{"technicalIssueResolution", "solving technical troubles of a domain, such as mail that is not delivered"},
	{"domainNameCertification", "issuing a certificate to the holder of a domain"},
	{"individualInternetUse", "knowing with whom one has to do, as a consumer"},
	{"businessDomainNamePurchaseOrSale", "buying or selling a domain"},
	{"academicPublicInterestDNSResearch", "research in the public interest"},
	{"legalActions", "looking into or acting against the use of a name that infringes rights"},
	{"regulatoryAndContractEnforcement", "supervision, taxation and disputes under a contract"},
	{"criminalInvestigationAndDNSAbuseMitigation", "investigating crime, and stopping abuse of the DNS"},
	{"dnsTransparency", "answering questions of the public about a domain, such as in journalism"},
}

// RegisteredPurpose reports a word of Purposes.
func RegisteredPurpose(word string) bool {
	return slices.ContainsFunc(Purposes, func(p Purpose) bool { return p.Word == word })
}

// maxWord is more than the longest registered purpose has, in bytes.
const maxWord = 64

// IsWord reports what may be the name of a purpose, and is no sentence, no address and
// no number of a person.
func IsWord(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && len(s) <= maxWord && strings.Trim(s, letters+"-") == ""
}
