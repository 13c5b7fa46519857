package rdap

import (
	"github.com/go-chi/chi/v5"

	"registerd/disclose"
	"registerd/lookup"
)

// The encoders, as the window of that base uses them.

func Domain(base string, a *lookup.DomainAnswer) []byte {
	return site{base: base}.domainAnswer(a, disclose.Full)
}

func Host(base string, a *lookup.HostAnswer) []byte {
	return site{base: base}.hostAnswer(a, disclose.Full)
}

func Contact(base string, a *lookup.EntityAnswer) []byte {
	return site{base: base}.contactAnswer(a, disclose.Full)
}

func Registrar(base string, a *lookup.EntityAnswer) []byte {
	return site{base: base}.registrarAnswer(a, disclose.Full)
}

func Search(base string, p Profile, a *lookup.SearchAnswer, s lookup.Search) []byte {
	return site{base: base, profile: p}.searchAnswer(a, s, "")
}

// AppendString is the string writer.
var AppendString = appendString

// CodingFor chooses how an answer of a length is sent.
var CodingFor = codingFor

// Routes are what the window's router knows.
func (h *Handler) Routes() chi.Router { return h.router }
