// Package disclose says what of the register may be seen, by whom, and why
// not: the publication rules, and the views they make of raw objects.
//
// It is the only place where something is withheld, and a withheld value is
// dropped here: windows receive views and cannot reach behind them. It does
// not know who is asking (access), nor how an answer is written (the windows).
package disclose

import "registerd/register"

// Audience is who an answer is for. The zero value is nobody, who sees nothing.
type Audience uint8

// The audiences.
const (
	Nobody Audience = iota
	Public
	Seeker // who may see more than the public for a purpose, and is no authority
	Holder // who sees what is held about itself
	Registrar
	Authority
	Operator
)

func (a Audience) String() string {
	words := [...]string{"nobody", "public", "seeker", "holder", "registrar", "authority", "operator"}
	if int(a) < len(words) {
		return words[a]
	}
	return "nobody"
}

// ParseAudience reads an audience's word, nobody excepted.
func ParseAudience(s string) (Audience, bool) {
	for a := Public; a <= Operator; a++ {
		if a.String() == s {
			return a, true
		}
	}
	return Nobody, false
}

// Viewer is whoever an answer is made for. The zero value sees nothing.
type Viewer struct {
	Audience  Audience
	Kind      Kind   // what a seeker or an authority is
	Registrar string // HandleKey of the registrar's id; only with audience Registrar
	Holder    string // ROID of the contact that a holder is; only with audience Holder
	Purpose   string // why a seeker or an authority asks
	Window    Window // where the answer leaves
	Grant     *Grant // what was decided for it alone, whatever its audience; nil mostly
}

// Above reports a viewer who may be shown more than the public is.
func (v Viewer) Above() bool { return v.Audience > Public || v.Audience == Public && v.Grant != nil }

// Standing is how a viewer stands to an object: what rules go by.
type Standing uint8

// The standings. A registrar is that of record or another one, and a holder the
// object's or one of the public, object by object.
const (
	ToNobody Standing = iota
	ToPublic
	ToSeeker
	ToOtherRegistrar
	ToRegistrarOfRecord
	ToHolder
	ToAuthority
	ToOperator
)

// standing is that of the viewer to an object that sponsor is the registrar of,
// and nobody the holder.
func (v Viewer) standing(sponsor string) Standing {
	switch v.Audience {
	case Public, Holder:
		return ToPublic
	case Seeker:
		return ToSeeker
	case Authority:
		return ToAuthority
	case Operator:
		return ToOperator
	case Registrar:
		if key, err := register.HandleKey(sponsor); err == nil && v.Registrar != "" && key == v.Registrar {
			return ToRegistrarOfRecord
		}
		return ToOtherRegistrar
	default:
		return ToNobody
	}
}

// At is the viewer where answers leave by the window.
func (v Viewer) At(w Window) Viewer {
	v.Window = w
	return v
}

// Holds reports that the viewer is the contact itself. It goes by the ROID,
// which nobody else is given later.
func (v Viewer) Holds(c *register.Contact) bool {
	if v.Audience != Holder || c == nil {
		return false
	}
	own, err := register.HandleKey(v.Holder)
	if err != nil {
		return false
	}
	key, err := register.HandleKey(c.ROID)
	return err == nil && key == own
}

// Status is what became of a value.
type Status uint8

// The statuses. The zero value is withheld.
const (
	Withheld Status = iota
	Absent          // may be seen, and the register holds none
	Shown
	Part     // a part of the value is shown
	Replaced // something is shown in its place
)

func (s Status) String() string {
	words := [...]string{"withheld", "absent", "shown", "part", "replaced"}
	if int(s) < len(words) {
		return words[s]
	}
	return "withheld"
}

// Value is one field of a view. Only this package sets it; the zero Value is
// withheld from everybody. A withheld Value holds nothing: what was there, and
// whether anything was there, is gone.
type Value[T any] struct {
	value  T
	rule   *Rule
	status Status
}

// Get returns the value, and whether there is one to be seen.
func (v Value[T]) Get() (T, bool) { return v.value, v.status >= Shown }

// Status is what became of the value.
func (v Value[T]) Status() Status { return v.status }

// Redacted reports that the value is withheld and that answers say so. Fields
// that no public answer has a place for are withheld without a word.
func (v Value[T]) Redacted() bool { return v.status == Withheld && v.rule != nil && !v.rule.Silent }

// Rule is the rule that decided. It is nil for the zero Value.
func (v Value[T]) Rule() *Rule { return v.rule }

// decide makes the Value that a decision allows of a raw value.
func decide[T any](d decision, raw T, present bool) Value[T] {
	if !d.shows() {
		return Value[T]{rule: d.rule}
	}
	if !present {
		return Value[T]{rule: d.rule, status: Absent}
	}
	return Value[T]{value: raw, rule: d.rule, status: Shown}
}

func text[T ~string](d decision, raw T) Value[T] { return decide(d, raw, raw != "") }

func items[T any](d decision, raw []T) Value[[]T] { return decide(d, raw, len(raw) != 0) }
