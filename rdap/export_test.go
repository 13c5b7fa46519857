package rdap

import "registerd/lookup"

// The encoders, as the window of that base uses them.

func Domain(base string, a *lookup.DomainAnswer) []byte { return site{base: base}.domainAnswer(a) }

func Host(base string, a *lookup.HostAnswer) []byte { return site{base: base}.hostAnswer(a) }

func Contact(base string, a *lookup.EntityAnswer) []byte { return site{base: base}.contactAnswer(a) }

func Registrar(base string, a *lookup.EntityAnswer) []byte {
	return site{base: base}.registrarAnswer(a)
}

// AppendString is the string writer.
var AppendString = appendString
