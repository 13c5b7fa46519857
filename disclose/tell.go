package disclose

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"registerd/register"
)

// Told is what was decided of one field, and the value that is shown, in words.
type Told struct {
	Explained
	Text string // "" where nothing is shown
}

// Tell lists the fields of a view, in order, with their values. What is within
// a field is named in it, and not told by itself.
func Tell(view any) []Told {
	v := reflect.Indirect(reflect.ValueOf(view))
	var out []Told
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		if d, ok := v.Field(i).Interface().(decided); ok {
			out = append(out, Told{Explained{f.Name, d.Status(), d.Rule()}, d.words()})
		}
	}
	return out
}

// words are the value in words, as far as it is shown.
func (v Value[T]) words() string {
	if v.status < Shown {
		return ""
	}
	return inWords(v.value)
}

func inWords(value any) string {
	switch x := value.(type) {
	case string:
		return x
	case register.Name:
		return x.Unicode()
	case bool:
		return map[bool]string{true: "yes", false: "no"}[x]
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case []string:
		return strings.Join(x, ", ")
	case []netip.Addr:
		return list(x, netip.Addr.String)
	case []NameServer:
		return list(x, func(s NameServer) string { return s.Name.Unicode() })
	case []Variant:
		return list(x, func(v Variant) string { return v.Name.Unicode() })
	case []Contact:
		return list(x, func(c Contact) string { return c.Role.String() })
	case RegistrarView:
		return cmp.Or(x.Name.words(), x.ID.words())
	case DNSSEC:
		return map[bool]string{true: "signed", false: "unsigned"}[x.Signed()]
	}
	return recordInWords(value)
}

// recordInWords are the values that are made of others.
func recordInWords(value any) string {
	switch x := value.(type) {
	case register.Phone:
		if x.Extension != "" {
			return x.Number + "x" + x.Extension
		}
		return x.Number
	case register.Address:
		return joined(append(slices.Clip(x.Street), x.City, x.Province, x.Code, x.Country)...)
	case register.Verification:
		return joined(x.State.String(), x.Method.String(), day(x.Time))
	case register.Preference:
		return joined(labelled("not", x.Restrict), labelled("yes", x.Permit))
	case register.Element:
		return joined(x.Words()...)
	case *register.Transfer:
		return joined(x.Status, x.Requester, day(x.Requested), x.Actor, day(x.Acted), day(x.Expires))
	case *register.Proceeding:
		return joined(day(x.Since), x.Ground, x.Reference)
	}
	return fmt.Sprint(value) // a number, or a word of a closed list
}

func labelled(label string, e register.Element) string {
	if e == 0 {
		return ""
	}
	return label + " " + strings.Join(e.Words(), ", ")
}

// day is a day, or "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// joined are the texts that say something.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), ", ")
}

func list[T any](values []T, word func(T) string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = word(v)
	}
	return joined(texts...)
}
