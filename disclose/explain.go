package disclose

import (
	"reflect"

	"registerd/register"
)

// Explained is what was decided of one field, and why. It holds no value.
type Explained struct {
	Field  string // "DNSSEC", "Email"; of a contact "registrant Email"
	Status Status
	Rule   *Rule // nil where no rule speaks of the field
}

// decided is a Value of any type.
type decided interface {
	Status() Status
	Rule() *Rule
	words() string
}

// Explain lists what was decided of every field of a view, in order, and of
// the views within it.
func Explain(view any) []Explained { return explain("", reflect.ValueOf(view)) }

func explain(prefix string, v reflect.Value) []Explained {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if role := v.FieldByName("Role"); role.IsValid() {
		if r, ok := role.Interface().(register.Role); ok && r != register.RoleNone {
			prefix = r.String() + " "
		}
	}
	var out []Explained
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		d, ok := v.Field(i).Interface().(decided)
		if !ok {
			continue
		}
		out = append(out, Explained{prefix + f.Name, d.Status(), d.Rule()})
		out = append(out, within(prefix+f.Name+" ", d)...)
	}
	return out
}

// within explains the views that a value holds.
func within(prefix string, d decided) []Explained {
	var out []Explained
	switch v := d.(type) {
	case Value[[]Contact]:
		for i := range v.value {
			out = append(out, explain("", reflect.ValueOf(v.value[i]))...)
		}
	case Value[[]NameServer]:
		for i := range v.value {
			out = append(out, explain(string(v.value[i].Name)+" ", reflect.ValueOf(v.value[i]))...)
		}
	case Value[RegistrarView]:
		if v.status >= Shown {
			out = explain(prefix, reflect.ValueOf(v.value))
		}
	}
	return out
}
