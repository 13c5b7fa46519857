// Package testdata is the example register: made-up holders and names of the
// zone "example", for the demo, the tour and the tests. README.md lists them.
// Nothing in it is real, and no part of the program but the demo uses it. Beside
// it stands what public parsers read of WHOIS answers.
package testdata

import "embed"

// Deposit is a full escrow deposit (RFC 8909, RFC 9022).
//
//go:embed example.xml
var Deposit []byte

// Changes is a change feed that follows Deposit, with what a deposit cannot
// say. Its serials start at 1.
//
//go:embed example.jsonl
var Changes []byte

// Registrar is the id of a registrar of the example, who sponsors many of its
// names, bakery.example and karin.example among them, but not lighthouse.example.
const Registrar = "nordlys"

// Parsers says what public parsers look for; parsers/README.md has the keys.
//
//go:embed parsers/*.toml
var Parsers embed.FS
