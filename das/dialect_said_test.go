package das_test

import (
	"time"

	"registerd/lookup"
	"registerd/register"
)

// said is one answer in every dialect, and in the older forms of be-eu.
type said struct {
	what          string
	beEU, ch      string
	ukDAC         string
	digit, finger string
	get1, get2    string
	tell          lookup.Name
	limited       bool
}

var says = []said{
	{
		what: "free", tell: lookup.Name{Name: "shop.example", State: lookup.Free},
		beEU:   "%RC=0|Domain: shop.example|Status: AVAILABLE||",
		get1:   "%% RC = 0|Domain: shop|Status: FREE||",
		get2:   "%% RC = 0|Domain: shop|Status: AVAILABLE||",
		ch:     "1: This name can be registered|",
		ukDAC:  "shop.example,N|",
		digit:  "0|",
		finger: "shop.example is available for registration|",
	}, {
		what: "registered", tell: lookup.Name{Name: "shop.example", State: lookup.Registered},
		beEU:   "%RC=0|Domain: shop.example|Status: NOT AVAILABLE||",
		get1:   "%% RC = 0|Domain: shop|Status: REGISTERED||",
		get2:   "%% RC = 0|Domain: shop|Status: NOT AVAILABLE||",
		ch:     "0: This name cannot be registered. Reason: registered|",
		ukDAC:  "shop.example,Y,N,,,|",
		digit:  "1|",
		finger: "shop.example is delegated and cannot be registered|",
	}, {
		what: "reserved",
		tell: lookup.Name{Name: "shop.example", State: lookup.Reserved, Why: lookup.WhyRegistry, Says: "It is kept back"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% reserved, registry. It is kept back||",
		get1: "%% RC = 0|% reserved, registry. It is kept back|Domain: shop|Status: RESERVED||",
		get2: "%% RC = 0|% reserved, registry. It is kept back|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: reserved, registry. It is kept back|", ukDAC: "shop.example,R|", digit: "3|",
		finger: "This domain can currently not be registered: reserved, registry. It is kept back|",
	}, {
		what: "blocked",
		tell: lookup.Name{Name: "shop.example", State: lookup.Blocked, Why: lookup.WhyVariant, Says: "It has a taken variant"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% blocked, variant. It has a taken variant||",
		get1: "%% RC = 0|% blocked, variant. It has a taken variant|Domain: shop|Status: BLOCKED||",
		get2: "%% RC = 0|% blocked, variant. It has a taken variant|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: blocked, variant. It has a taken variant|", ukDAC: "shop.example,R|", digit: "3|",
		finger: "This domain can currently not be registered: blocked, variant. It has a taken variant|",
	}, {
		what: "leaving, at a time",
		tell: lookup.Name{Name: "shop.example", State: lookup.Leaving, Why: lookup.WhyDeletion, Says: "It will go",
			Until: time.Date(2026, 12, 1, 22, 11, 0, 0, time.FixedZone("", 3600))},
		beEU: "%RC=0|Domain: shop.example|Status: NOT AVAILABLE|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go||",
		get1: "%% RC = 0|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go|Domain: shop|Status: SUSPENDED||",
		get2: "%% RC = 0|% leaving, deletion, until 2026-12-01T21:11:00Z. It will go|Domain: shop|Status: NOT AVAILABLE||",
		ch:   "0: This name cannot be registered. Reason: leaving, deletion, until 2026-12-01. It will go|", ukDAC: "shop.example,Y,N,,,|", digit: "1|",
		finger: "shop.example is delegated and cannot be registered: leaving, deletion, until 2026-12-01T21:11:00Z. It will go|",
	}, {
		what: "leaving, nobody knows when",
		tell: lookup.Name{Name: "shop.example", State: lookup.Leaving, Why: lookup.WhyDeletion},
		beEU: "%RC=0|Domain: shop.example|Status: NOT AVAILABLE|% leaving, deletion||",
		get1: "%% RC = 0|% leaving, deletion|Domain: shop|Status: SUSPENDED||",
		get2: "%% RC = 0|% leaving, deletion|Domain: shop|Status: NOT AVAILABLE||",
		ch:   "0: This name cannot be registered. Reason: leaving, deletion|", ukDAC: "shop.example,Y,N,,,|", digit: "1|",
		finger: "shop.example is delegated and cannot be registered: leaving, deletion|",
	}, {
		what: "out of policy",
		tell: lookup.Name{Name: "shop.example", State: lookup.OutOfPolicy, Why: lookup.WhyLength, Says: "It is too short"},
		beEU: "%RC=0|Domain: shop.example|Status: NOT ALLOWED|% out-of-policy, length. It is too short||",
		get1: "%% RC = 0|% out-of-policy, length. It is too short|Domain: shop|Status: NOT ALLOWED||",
		get2: "%% RC = 0|% out-of-policy, length. It is too short|Domain: shop|Status: NOT ALLOWED||",
		ch:   "0: This name cannot be registered. Reason: out-of-policy, length. It is too short|", ukDAC: "shop.example,E|", digit: "2|",
		finger: "Domain is not valid here: out-of-policy, length. It is too short|",
	}, {
		what: "invalid",
		tell: lookup.Name{State: lookup.Invalid, Why: lookup.WhySyntax, Says: "It is not a domain name",
			Syntax: &register.SyntaxError{What: "domain name", Reason: "it is empty"}},
		beEU: "%RC=0|Status: NOT ALLOWED|% invalid, syntax. It is not a domain name: it is empty||",
		get1: "%% RC = -7|% invalid, syntax. It is not a domain name: it is empty||",
		get2: "%% RC = -7|% invalid, syntax. It is not a domain name: it is empty||",
		ch:   "-1: This is not a name. Reason: invalid, syntax. It is not a domain name: it is empty|", ukDAC: "shop.example,E|", digit: "2|",
		finger: "Domain is not valid here: invalid, syntax. It is not a domain name: it is empty|",
	}, {
		what: "in Unicode", tell: lookup.Name{Name: "xn--blbr-roah.test", State: lookup.Registered},
		beEU:   "%RC=0|Domain: blåbær.test|A-label: xn--blbr-roah.test|Status: NOT AVAILABLE||",
		get1:   "%% RC = 0|Domain: blåbær|IDNA Domain: xn--blbr-roah|Status: REGISTERED||",
		get2:   "%% RC = 0|Domain: blåbær|IDNA Domain: xn--blbr-roah|Status: NOT AVAILABLE||",
		ch:     "0: This name cannot be registered. Reason: registered|",
		ukDAC:  "shop.example,Y,N,,,|",
		digit:  "1|",
		finger: "blåbær.test is delegated and cannot be registered|",
	}, {
		what: "a failure", tell: lookup.Name{Name: "shop.example"},
		beEU:   "%RC=-1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		get1:   "%% RC = -1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		get2:   "%% RC = -1|% Service temporarily out of order, nothing is said about this name|% Questions to Example Registry||",
		ch:     "-99: Service temporarily out of order, nothing is said about this name|",
		ukDAC:  "shop.example,I|",
		digit:  "9|",
		finger: "ERROR - Service temporarily out of order, nothing is said about this name|Questions to Example Registry|",
	}, {
		what: "a limit", limited: true,
		beEU:   "%RC=-2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		get1:   "%% RC = -2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		get2:   "%% RC = -2|% Limit exceeded, retry after 11 seconds|% Questions to Example Registry||",
		ch:     "-95: Limit exceeded, retry after 11 seconds|",
		ukDAC:  "shop.example,B,11|",
		digit:  "8|",
		finger: "ERROR - Quota exceeded, retry after 11 seconds|Questions to Example Registry|",
	},
}
