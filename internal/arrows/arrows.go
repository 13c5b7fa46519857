// Package arrows holds the plan of the house: which folder may import which.
// A test reads the imports of every file and fails on an arrow that is not
// drawn here. docs/architecture.md shows the same as a picture.
package arrows

// Drawn lists, for each folder, the folders of this module that its code may
// import. Tests may import more: what they build their scene of.
var Drawn = map[string][]string{
	"register":             {},
	"disclose":             {"register"},
	"access":               {"disclose", "register"},
	"account":              {"access", "disclose", "register", "internal/sqlfile"},
	"federated":            {"access"},
	"request":              {"disclose", "register", "internal/sqlfile", "internal/wholefile"},
	"request/intake":       {"request", "register", "access", "ratelimit", "quota", "lookup", "listen", "page"},
	"holder":               {"register", "disclose", "access", "ratelimit", "quota", "lookup", "listen", "page", "publication", "internal/sqlfile"},
	"holder/receipts":      {"holder", "audit", "disclose", "register", "store"},
	"page":                 {"register"},
	"ratelimit":            {},
	"quota":                {"ratelimit"},
	"audit":                {},
	"listen":               {"internal/wholefile"},
	"store":                {"register"},
	"store/sqlite":         {"store", "register"},
	"store/storetest":      {"store", "register"},
	"ratelimit/tabletest":  {"ratelimit"},
	"escrow":               {"store", "register"},
	"referral":             {"register", "internal/wholefile"},
	"lookup":               {"register", "disclose", "access", "ratelimit", "audit", "store", "referral"},
	"rdap":                 {"register", "disclose", "access", "federated", "ratelimit", "quota", "lookup", "listen"},
	"whois":                {"register", "disclose", "access", "ratelimit", "quota", "lookup", "listen"},
	"das":                  {"register", "disclose", "access", "ratelimit", "quota", "lookup", "listen"},
	"publication":          {"disclose", "register"},
	"backup":               {"audit", "internal/sqlfile", "internal/wholefile"},
	"statistics":           {"store", "register", "page", "internal/sqlfile"},
	"config":               {"register", "disclose", "access", "federated", "ratelimit", "audit", "listen", "referral", "rdap", "whois", "das"},
	"service":              server,
	"testdata":             {},
	"internal/arrows":      {},
	"internal/build":       {},
	"internal/conformance": {},
	"internal/example":     {"config", "access", "disclose", "register", "escrow", "store/sqlite", "testdata"},
	"internal/fairness":    {},
	"internal/idp":         {},
	"internal/manual":      {},
	"internal/marker":      {},
	"internal/newregister": {"store/sqlite"},
	"internal/pki":         {},
	"internal/sqlfile":     {},
	"internal/visitor":     {},
	"internal/wholefile":   {},
	"cmd/registerd":        anyone,
	"cmd/bench":            anyone,
}

// server lists those of service, which opens all that a question needs.
var server = []string{
	"config", "register", "disclose", "access", "account", "federated", "ratelimit", "audit", "listen", "referral", "lookup", "rdap", "whois", "das",
	"request", "request/intake", "holder", "holder/receipts", "statistics", "backup", "store", "store/sqlite", "internal/build", "internal/wholefile",
}

// anyone marks a folder that may import every other.
var anyone = []string{"*"}
