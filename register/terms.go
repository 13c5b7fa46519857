package register

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Index is what objects of one kind are searched by. Numbers are kept in
// databases and never reused.
type Index uint8

// The indexes, and the objects that are found by them.
const (
	IndexName     Index = 1 // domains and hosts by name; contacts and registrars by full name
	IndexServer   Index = 2 // domains by a name server's name
	IndexAddress  Index = 3 // hosts by address; domains by that of a name server they hold themselves
	IndexHandle   Index = 4 // contacts and registrars by handle
	IndexOriginal Index = 5 // domains and reserved names by the name they are a variant of
	IndexEmail    Index = 6 // contacts by e-mail address
)

// Term is one thing an object is found by in searches.
//
// Class is the traits of a contact, 0 of any other object: a search visits only
// the classes that its caller may see, so that what is withheld takes no part
// in it, neither in what is found nor in how long that takes.
//
// Value compares by bytes: what is matched, EndOfTerm, and, where several
// objects match exactly, by what they are sorted.
type Term struct {
	Index Index
	Class Traits
	Value string
}

// maxTerm bounds the length of a text in a term, in bytes.
const maxTerm = 255

// Terms are what a domain is found by.
func (d *Domain) Terms() []Term {
	out := make([]Term, 0, 2+len(d.Hosts))
	out = append(out, Term{IndexName, 0, TermOfName(d.Name) + EndOfTerm})
	sorted := d.Name.Unicode()
	for i := range d.Hosts {
		h := &d.Hosts[i]
		out = addTerm(out, Term{IndexServer, 0, TermOfName(h.Name) + EndOfTerm + sorted})
		for _, a := range h.Addrs {
			out = addTerm(out, Term{IndexAddress, 0, TermOfAddress(a) + EndOfTerm + sorted})
		}
	}
	return append(out, variantTerms(d.Original, sorted)...)
}

// Terms are what a reserved name is found by: its original alone. A search
// finds what is registered.
func (r *Reserved) Terms() []Term { return variantTerms(r.Original, r.Name.Unicode()) }

func variantTerms(original Name, sorted string) []Term {
	if original == "" {
		return nil
	}
	return []Term{{IndexOriginal, 0, TermOfName(original) + EndOfTerm + sorted}}
}

// Terms are what a contact is found by: the name that answers show, the handle,
// and the e-mail address.
func (ct *Contact) Terms() []Term {
	form, class := ct.Form(), ct.Traits()
	out := entityTerms(class, form.Name, ct.Handle)
	if text := TermOfText(ct.Email); text != "" {
		out = append(out, Term{IndexEmail, class, text + EndOfTerm})
	}
	return out
}

// Terms are what a registrar is found by.
func (r *Registrar) Terms() []Term { return entityTerms(0, r.Name, r.ID) }

func entityTerms(class Traits, name, handle string) (out []Term) {
	if text := TermOfText(name); text != "" {
		out = append(out, Term{IndexName, class, text + EndOfTerm})
	}
	if text := TermOfText(handle); text != "" {
		out = append(out, Term{IndexHandle, class, text + EndOfTerm})
	}
	return out
}

// Terms are what a host is found by.
func (h *Host) Terms() []Term {
	out := make([]Term, 0, 1+len(h.Addrs))
	out = append(out, Term{IndexName, 0, TermOfName(h.Name) + EndOfTerm})
	sorted := h.Name.Unicode()
	for _, a := range h.Addrs {
		out = addTerm(out, Term{IndexAddress, 0, TermOfAddress(a) + EndOfTerm + sorted})
	}
	return out
}

// addTerm adds a term unless it is there: a name server may be named twice.
func addTerm(terms []Term, t Term) []Term {
	for i := range terms {
		if terms[i] == t {
			return terms
		}
	}
	return append(terms, t)
}

// EndOfTerm stands behind what is matched, and in no name, text or address. A
// prefix that ends with it finds exact matches only.
const EndOfTerm = "\x00"

// TermOfName is a name as it is searched: what is above the first label, then
// that label, both as people write them. All names of a zone lie together, and
// a part of a label finds U-labels too. The dot at the end makes the order that
// of whole names.
func TermOfName(n Name) string {
	label, above, _ := strings.Cut(n.Unicode(), ".")
	return TermOfZone(above) + label + "."
}

// TermOfZone is how the terms of all names directly below a zone begin. The
// zone is given as people write it: with U-labels.
func TermOfZone(zone string) string { return zone + "/" }

// TermOfAddress is an address as it is searched.
func TermOfAddress(a netip.Addr) string { return a.Unmap().WithZone("").String() }

// TermOfText is a full name or a handle as it is searched: NFKC and case-folded
// (RFC 9082 section 6.1), cut to 255 bytes.
func TermOfText(s string) string {
	folded := strings.TrimSpace(foldText(s))
	if len(folded) <= maxTerm {
		return folded
	}
	end := maxTerm
	for end > 0 && !utf8.RuneStart(folded[end]) {
		end--
	}
	return folded[:end]
}

// foldText is a text as all spellings of it have it, spaces around it included.
func foldText(s string) string {
	folded, ascii := foldASCII(s)
	if !ascii {
		folded = norm.NFKC.String(strings.Map(cherokee, cases.Fold().String(norm.NFKC.String(s))))
	}
	return strings.ReplaceAll(folded, EndOfTerm, " ")
}
