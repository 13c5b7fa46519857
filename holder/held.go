package holder

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/publication"
	"registerd/register"
)

// held is what is held, as programs read it.
type held struct {
	Holder   string       `json:"holder"` // ROID
	Rules    string       `json:"rules"`
	Objects  []heldObject `json:"objects"`
	More     bool         `json:"more"` // there are more domains than are told of
	Received []Receipt    `json:"received"`
}

type heldObject struct {
	Kind   string      `json:"kind"` // "entity" or "domain"
	Name   string      `json:"name"`
	Roles  []string    `json:"roles"` // of the domain, those of the contact; of the contact, the one it is shown in
	Fields []heldField `json:"fields"`
}

type heldField struct {
	Field string   `json:"field"`
	Value string   `json:"value"` // "" where nothing is held
	To    []heldTo `json:"to"`
}

// heldTo is what was decided for those whom it was decided alike for.
type heldTo struct {
	Who      []string `json:"who"`
	Decision string   `json:"decision"`
	Rule     string   `json:"rule,omitempty"` // "" where no rule speaks of the field
	Basis    string   `json:"basis,omitempty"`
	Reason   string   `json:"reason,omitempty"`
}

func (v *visit) heldJSON(roid string, a *lookup.ShownAnswer, given []Receipt) held {
	out := held{Holder: roid, Rules: a.About.Rules, More: a.More, Received: given}
	windows := severalWindows(a.To)
	for _, o := range a.Objects {
		object := heldObject{Kind: string(o.Kind), Name: o.Name, Roles: roleWords(o.Roles)}
		for _, f := range o.Fields {
			object.Fields = append(object.Fields, heldField{
				publication.Word(f.Field, "en"), f.Text, together(a.To, f.To, windows, a.About.Language),
			})
		}
		out.Objects = append(out.Objects, object)
	}
	return out
}

func roleWords(roles []register.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = r.String()
	}
	return out
}

// severalWindows reports rules that tell windows apart.
func severalWindows(to []disclose.Viewer) bool {
	return slices.ContainsFunc(to, func(b disclose.Viewer) bool { return b.Window != to[0].Window })
}

// together are the decisions on one field, those that are alike as one, in the order
// of whom rules tell apart.
func together(who []disclose.Viewer, decided []lookup.Visible, windows bool, language string) (out []heldTo) {
	var seen []lookup.Visible
	for i, d := range decided {
		if d.Status == disclose.Absent {
			d.Status = disclose.Shown // if there were anything
		}
		name := publication.Who(who[i], language)
		if anyPurpose(who, who[i]) {
			name, _, _ = strings.Cut(name, " (")
		}
		if windows {
			name += " (" + who[i].Window.String() + ")"
		}
		at := slices.Index(seen, d)
		if at < 0 {
			at = len(out)
			seen = append(seen, d)
			to := heldTo{Decision: d.Status.String()}
			if d.Rule != nil {
				to.Rule, to.Basis, to.Reason = d.Rule.ID, d.Rule.Basis, d.Rule.ReasonIn(language)
			}
			out = append(out, to)
		}
		out[at].Who = append(out[at].Who, name)
	}
	return out
}

// anyPurpose reports somebody of a kind whose purposes rules do not tell apart.
func anyPurpose(who []disclose.Viewer, v disclose.Viewer) bool {
	return v.OtherPurpose() && !slices.ContainsFunc(who, func(other disclose.Viewer) bool { return other.Kind == v.Kind && other.Purpose != v.Purpose })
}

// heldPage is the same for people.
func (v *visit) heldPage(a *lookup.ShownAnswer, given []Receipt) heldPage {
	page := heldPage{
		Rules: a.About.Rules, More: a.More, Most: lookup.MaxHeld, Leave: v.h.at.Path() + leavePath,
	}
	windows := severalWindows(a.To)
	for _, o := range a.Objects {
		table := objectTable{Title: v.title(&o)}
		for _, f := range o.Fields {
			row := fieldRow{Name: v.word(f.Field), Value: f.Text}
			for _, to := range together(a.To, f.To, windows, a.About.Language) {
				row.To = append(row.To, decisionLine{
					strings.Join(to.Who, ", "), v.word(to.Decision), cmp.Or(to.Reason, v.say("No rule shows it.")), to.Basis,
				})
			}
			table.Rows = append(table.Rows, row)
		}
		page.Objects = append(page.Objects, table)
	}
	for _, r := range given {
		page.Received = append(page.Received, v.receiptRow(&r))
	}
	return page
}

func (v *visit) word(w string) string { return publication.Word(w, v.language) }

func (v *visit) title(o *lookup.ShownObject) string {
	kind, as := "Contact", []string{}
	if o.Kind == lookup.KindDomain {
		kind = "Domain"
	}
	for _, r := range o.Roles {
		as = append(as, v.word(r.String()))
	}
	title := v.say(kind) + " " + o.Name
	if len(as) > 0 {
		title += " (" + strings.Join(as, ", ") + ")"
	}
	return title
}

func (v *visit) receiptRow(r *Receipt) receiptRow {
	row := receiptRow{
		Time: r.Time.Format(time.RFC3339), Organisation: r.Organisation, Kind: v.say(r.Kind), Purpose: r.Purpose, Basis: r.Basis, Object: r.Object,
	}
	for _, f := range r.Fields {
		// A field's own word has its object's before it.
		object, field, _ := strings.Cut(f, " ")
		row.Fields = append(row.Fields, v.word(object)+": "+v.word(field))
	}
	return row
}
