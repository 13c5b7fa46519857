package intake

import (
	"slices"
	"strings"

	"registerd/access"
	"registerd/request"
)

// choice is one of several.
type choice struct {
	Word, Says string
	Chosen     bool
}

// input is a line or a text of the form.
type input struct {
	Name, Label, Help, Value, Type, Fill, Optional string
	Rows, Max                                      int
	Required, Wrong                                bool
}

// formPage is the form, as it was filled in, and what is wrong with it.
type formPage struct {
	Action, Other       string
	Says, Where, Label  string
	Kinds, Purposes     []choice
	Fields              []choice
	Who, What, Why, How []input
	Earlier             input
	Urgent              bool
	MiB                 int64
}

// form is the form, as somebody has filled it in.
func (v *visit) form(s sent, wrong *request.InvalidError) formPage {
	f := filling{v, s, ""}
	p := formPage{
		Action: v.h.at.Path(), Other: v.h.at.Path() + "?lang=" + v.say("other"),
		Urgent: s.values.Get("urgent") != "", MiB: v.h.evidence >> 20,
	}
	if wrong != nil {
		f.wrong = anchor(wrong.Member)
		p.Says, p.Where, p.Label = wrong.Reason, f.wrong, v.say(f.wrong)
	}
	p.Who = []input{
		f.line("organisation", maxLine, "organization").needed(), f.line("person", maxLine, "name").needed(),
		f.line("email", maxEmail, "email").as("email").needed(), f.line("phone", maxPhone, "tel").as("tel"),
		f.line("country", maxCountry, "country").needed(), f.line("reference", maxLine, ""),
	}
	p.What = []input{f.line("domains", maxText, ""), f.line("contacts", maxText, "")}
	p.Why = []input{f.line("basis", maxText, "").needed(), f.line("why", maxText, "").needed()}
	p.How = []input{f.line("urgency", maxText, ""), f.line("confidential", maxText, "")}
	p.Earlier = f.line("earlier", maxNumber, "")
	for _, k := range request.Kinds {
		p.Kinds = append(p.Kinds, f.choice("kind", string(k), v.say("kind."+string(k))))
	}
	for _, known := range access.Purposes {
		says := known.Says
		if v.language == languages[1] {
			says = purposesInDanish[known.Word]
		}
		p.Purposes = append(p.Purposes, f.choice("purpose", known.Word, says))
	}
	for _, word := range offered {
		p.Fields = append(p.Fields, f.choice("fields", word, v.field(word)))
	}
	return p
}

// filling fills in a form again as it was sent.
type filling struct {
	*visit
	sent  sent
	wrong string // the name of what is
}

// line is an input of so many characters; fill is what browsers know it as.
func (f *filling) line(name string, most int, fill string) input {
	i := input{
		Name: name, Label: f.say(name), Value: f.sent.values.Get(name), Type: "text", Fill: fill, Rows: 5, Max: most,
		Optional: f.say("optional"), Wrong: name == f.wrong,
	}
	if _, helps := words[name+".help"]; helps {
		i.Help = f.say(name + ".help")
	}
	return i
}

func (i input) needed() input        { i.Required = true; return i }
func (i input) as(kind string) input { i.Type = kind; return i }

func (f *filling) choice(name, word, says string) choice {
	return choice{word, says, slices.Contains(f.sent.values[name], word)}
}

// What a form holds at most, in characters, as the desk takes it.
const (
	maxLine    = 200
	maxText    = 4000
	maxEmail   = 254
	maxPhone   = 40
	maxCountry = 2
	maxNumber  = 13 // R-2026-000123
)

// anchor is the name of the field of the form that a member of a submission comes
// from; "" is of none.
func anchor(member string) string {
	name := strings.TrimPrefix(member, "requester.")
	switch before, _, _ := strings.Cut(name, "."); before {
	case "objects":
		return "domains"
	case "evidence":
		return "evidence"
	}
	if _, known := words[name]; known {
		return name
	}
	return ""
}
