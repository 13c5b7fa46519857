package rdap

import (
	"net/http"
	"net/url"
	"strings"

	"registerd/disclose"
)

// readPart reads how much of an object is asked for. RFC 8982 has the parameter
// for searches; with a look-up it means the same here, so that whoever needs no
// person uses up nothing of what is counted of persons.
func (s site) readPart(query string) (disclose.FieldSet, error) {
	part, given := disclose.Full, false
	if query == "" || !s.supports(usesSubsetting) {
		return part, nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		raw, rawValue, _ := strings.Cut(pair, "=")
		if name, err := url.PathUnescape(raw); err != nil || name != paramFieldSet {
			continue
		}
		if given {
			return part, errFieldSetTwice
		}
		value, err := url.PathUnescape(rawValue)
		if part, given = disclose.ParseFieldSet(value); err != nil || !given {
			return part, errFieldSet
		}
	}
	return part, nil
}

// partLine tells of the parameter; "" where it is not known.
func (s site) partLine() string {
	if !s.supports(usesSubsetting) {
		return ""
	}
	return "domain/NAME?" + paramFieldSet + "=brief, likewise of the others, tells of no person, so that no record of one is counted."
}

var errFieldSetTwice = refuse(http.StatusBadRequest, "Bad Request", "the parameter "+paramFieldSet+" is given twice")

// encodePart is encode for an object that was looked up. How much of it there is
// stands in its own address alone: RFC 8982 has members for that in searches only.
func (s site) encodePart(self, lang string, part disclose.FieldSet, write func(*encoder)) []byte {
	if part == disclose.Full {
		return s.encode(self, lang, write)
	}
	return s.encode(self+"?"+paramFieldSet+"="+part.String(), lang, func(e *encoder) {
		e.part = part
		write(e)
	})
}
