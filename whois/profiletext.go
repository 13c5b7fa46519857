package whois

import (
	"fmt"
	"slices"
	"strings"
)

// A wording is lines that the operator wrote. In braces stands what is known only
// when it is said. A line in which that is empty is left out.
type wording [][]part

// part is a piece of a line: a place, or what stands between places.
type part struct {
	literal string
	place   place
}

// place is what braces may hold.
type place uint8

const (
	noPlace place = iota
	placeRegister
	placeOperator
	placeContact
	placeZones
	placeProfile
	placeVersion
	placeName
	placeSeconds
	placeCode
	placeProblem
	placeTime
	placeReason
	placesEnd
)

var placeWords = [placesEnd]string{
	placeRegister: "register", placeOperator: "operator", placeContact: "contact", placeZones: "zones",
	placeProfile: "profile", placeVersion: "version", placeName: "name", placeSeconds: "seconds",
	placeCode: "code", placeProblem: "problem", placeTime: "time", placeReason: "reason",
}

// everywhere may stand in any text.
var everywhere = []place{placeRegister, placeOperator, placeContact, placeZones, placeProfile, placeVersion, placeCode}

// readText reads lines in which the places may stand.
func readText(lines []string, also ...place) (wording, error) {
	out := make(wording, 0, len(lines))
	for _, l := range lines {
		parts, err := readLine(l, also)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", l, err)
		}
		out = append(out, parts)
	}
	return out, nil
}

func readLine(l string, also []place) ([]part, error) {
	if err := printable(l); err != nil {
		return nil, err
	}
	out := []part{} // of an empty line, which is one all the same
	for l != "" {
		before, rest, found := strings.Cut(l, "{")
		if before != "" {
			out = append(out, part{literal: before})
		}
		if !found {
			return out, nil
		}
		word, after, closed := strings.Cut(rest, "}")
		at := placeNamed(word, also)
		if !closed || at == noPlace {
			return nil, fmt.Errorf("{%s} is not among %s", word, placesInWords(also))
		}
		out = append(out, part{place: at})
		l = after
	}
	return out, nil
}

func placeNamed(word string, also []place) place {
	for _, list := range [][]place{everywhere, also} {
		for _, at := range list {
			if placeWords[at] == word {
				return at
			}
		}
	}
	return noPlace
}

func placesInWords(also []place) string {
	var out []string
	for _, list := range [][]place{everywhere, also} {
		for _, at := range list {
			out = append(out, "{"+placeWords[at]+"}")
		}
	}
	return strings.Join(out, " ")
}

// printable refuses what could end a line, or not be seen in it.
func printable(s string) error {
	for _, r := range s {
		if hidden(r) || r == '\uFFFD' {
			return fmt.Errorf("the character %U is not seen", r)
		}
	}
	return nil
}

// stands reports whether a line is there whatever is known. An answer without
// one would be empty, which programs take for all sorts of things.
func (t wording) stands() bool {
	return slices.ContainsFunc(t, func(parts []part) bool {
		said := false
		for _, p := range parts {
			if p.place == placeOperator || p.place == placeContact {
				return false
			}
			said = said || p.place != noPlace || strings.TrimSpace(p.literal) != ""
		}
		return said
	})
}

// plainLines are the lines with their places in words, for whoever looks for
// traps in them.
func (t wording) plainLines() []string {
	out := make([]string, len(t))
	for i, parts := range t {
		for _, p := range parts {
			if p.place == noPlace {
				out[i] += p.literal
			} else {
				out[i] += "{" + placeWords[p.place] + "}"
			}
		}
	}
	return out
}

// sayings are the texts of a profile. All but banner, help and ask are whole
// lines; those three are remarks.
type sayings struct {
	banner, help, ask                     wording
	absentDomain, absentHost, absentOther wording
	reserved, blocked, refused            wording
	elsewhereName, elsewhereHandle, zone  wording
	limited, crowded, failed, problem     wording
	code                                  wording // a remark
}
