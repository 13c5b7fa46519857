package disclose_test

import (
	"reflect"
	"testing"
	"time"

	. "registerd/disclose"
	"registerd/register"
)

// never are the fields of the register that no view carries, with the reason.
var never = map[string]string{
	"Contact.Transfer":     "how a contact moved between registrars is the registry's own affair; when it did is carried",
	"Reserved.MirroringNS": "how the registry delegates a variant is in the DNS",
}

// instead are fields that show only in the absence of another.
var instead = map[string]func(any){
	"Contact.International":   func(o any) { o.(*register.Contact).Local = register.Postal{} },
	"Registrar.International": func(o any) { o.(*register.Registrar).Local = register.Address{} },
}

// A field that is added to the register is a question: this test fails until
// it is carried by a view, where a rule decides it, or stands in never.
func TestEveryFieldOfTheRegisterIsCarriedOrNeverShown(t *testing.T) {
	p, all := GDPR(), Viewer{Audience: Operator}
	carries(t, func(d *register.Domain) any {
		r := &Record{Domain: d, Registrar: &register.Registrar{ID: d.Sponsor}}
		r.Contacts = make([]*register.Contact, len(d.Roles()))
		for i, role := range d.Roles() {
			r.Contacts[i] = &register.Contact{Handle: role.Handle}
		}
		r.Hosts = make([]*register.Host, len(d.Hosts))
		return p.Domain(all, r)
	})
	carries(t, func(c *register.Contact) any { view, _ := p.Contact(all, c); return view })
	carries(t, func(h *register.Host) any { return p.Host(all, h, nil) })
	carries(t, func(r *register.Registrar) any { return p.Registrar(all, r) })
	carries(t, func(r *register.Reserved) any { return p.Reserved(all, r) })
}

func carries[T any](t *testing.T, view func(*T) any) {
	t.Helper()
	what := reflect.TypeFor[T]()
	for _, at := range parts(what) {
		path := what.Name() + "." + what.FieldByIndex(at).Name
		whole := what.Name() + "." + what.Field(at[0]).Name
		with, without := full[T](), full[T]()
		if prepare := instead[whole]; prepare != nil {
			prepare(with)
			prepare(without)
		}
		reflect.ValueOf(without).Elem().FieldByIndex(at).SetZero()
		carried := !reflect.DeepEqual(view(with), view(without))
		switch reason := never[whole]; {
		case !carried && reason == "":
			t.Errorf("%s (%s): no view carries it, and no reason is given", path, whole)
		case carried && reason != "":
			t.Errorf("%s (%s): a view carries what is never to be shown: %s", path, whole, reason)
		}
	}
}

// parts are the fields of a struct and of the structs in it, by index.
func parts(t reflect.Type) [][]int {
	var out [][]int
	for i := range t.NumField() {
		f := t.Field(i)
		out = append(out, []int{i})
		if f.Type.Kind() != reflect.Struct || f.Type == reflect.TypeFor[time.Time]() {
			continue
		}
		for _, inner := range parts(f.Type) {
			out = append(out, append([]int{i}, inner...))
		}
	}
	return out
}
