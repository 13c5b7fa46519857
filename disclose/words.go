package disclose

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"registerd/register"
)

// words reads the words of a key.
func words[T any](to *[]T, key string, list []string, parse func(string) (T, bool)) error {
	for _, s := range list {
		v, known := parse(s)
		if !known {
			return fmt.Errorf("%s: there is no %q", key, s)
		}
		*to = append(*to, v)
	}
	return nil
}

// parseHolder reads a holder type. A rule cannot tell an unknown holder from a
// natural person.
func parseHolder(s string) (register.HolderType, bool) {
	h, known := register.ParseHolderType(s)
	return h, known && h != register.HolderUnknown
}

// parseRole reads a role. A contact that is asked for by its handle has none,
// and no rule for a role fits it.
func parseRole(s string) (register.Role, bool) {
	r, known := register.ParseRole(s)
	return r, known && r != register.RoleNone
}

var standingWords = map[string]Standing{
	"public": ToPublic, "seeker": ToSeeker, "other-registrar": ToOtherRegistrar, "registrar-of-record": ToRegistrarOfRecord,
	"authority": ToAuthority, "holder": ToHolder, "operator": ToOperator,
}

func parseStanding(s string) (Standing, bool) {
	v, known := standingWords[s]
	return v, known
}

// fieldsOf reads field names; "contact *" are all of a contact, "*" all there
// are. No other part of a name can be starred: what a rule speaks of would
// change with each field that is added.
func fieldsOf(names, except []string) ([]Field, error) {
	in, err := expand("fields", names)
	if err != nil {
		return nil, err
	}
	out, err := expand("except", except)
	if err != nil {
		return nil, err
	}
	in = slices.DeleteFunc(in, func(f Field) bool { return slices.Contains(out, f) })
	if len(in) == 0 {
		return nil, errors.New("fields: there is none")
	}
	return in, nil
}

func expand(key string, names []string) ([]Field, error) {
	var out []Field
	for _, name := range names {
		prefix, wild := strings.CutSuffix(name, "*")
		wild = wild && (prefix == "" || strings.HasSuffix(prefix, " ") && strings.Count(prefix, " ") == 1)
		n := len(out)
		for f := None + 1; f < fieldCount; f++ {
			if f.String() == name || wild && strings.HasPrefix(f.String(), prefix) {
				out = append(out, f)
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("%s: there is no field %q", key, name)
		}
	}
	return out, nil
}
