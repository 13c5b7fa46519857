package intake

import (
	_ "embed" // the pages
	"net/http"
	"slices"
	"strings"
	"time"

	"registerd/page"
	"registerd/request"
)

//go:embed pages.html
var pagesHTML string

//go:embed pages.css
var pagesCSS string

func (v *visit) page(status int, name string, body any) {
	out, err := v.h.pages.Write(name, page.Page{
		Lang: v.language, Title: name + ".title", Operator: v.h.desk.About().Operator, Say: say, Body: body,
	})
	if err != nil {
		v.h.log.Error("request desk: a page could not be made", "page", name, "error", err)
		v.write(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte(saysFailure+"\n"))
		return
	}
	v.w.Header().Set("Content-Language", v.language)
	v.write(status, "text/html; charset=utf-8", out)
}

// The bodies of pages.
type (
	problemPage struct{ Says, Member, Back string }
	openPage    struct{ Number, Action string }
	madePage    struct {
		Number, Due, Link, Key, Action string
		Failed                         []string
	}
	tokenPage struct {
		Token, Until, Key, Action string
		Use                       []string
	}
	statePage struct {
		Number, State, Reason string
		Key, Action           string
		Times                 []moment
		Fields                []decided
		Evidence              []evidence
		Missing, Token        bool
	}
	moment   struct{ Says, At string }
	decided  struct{ Field, Decision, Reason string }
	evidence struct {
		What string
		Size int64
		Here bool
	}
)

// written is a time as pages have it.
func written(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

func (v *visit) say(key string) string { return say(v.language, key) }

// field is a field's word in the page's language, if the form offers it.
func (v *visit) field(word string) string {
	if slices.Contains(offered, word) {
		return v.say("field." + word)
	}
	return word
}

func (v *visit) statePage(s *request.Status, key string) statePage {
	p := statePage{
		Number: s.Number, State: v.say("state." + string(s.State)), Key: key, Action: v.action(), Token: s.Token,
		Times: []moment{{v.say("time.received"), written(s.Received)}},
	}
	if s.State.Open() {
		p.Times = append(p.Times, moment{v.say("time.due"), written(s.Due)})
	}
	if !s.Until.IsZero() {
		p.Times = append(p.Times, moment{v.say("time.until"), written(s.Until)})
	}
	for _, reason := range []string{s.Closing, s.Refusal, s.Extension} {
		if p.Reason == "" {
			p.Reason = reason
		}
	}
	for _, f := range s.Fields {
		decision := "decision.withheld"
		if f.Granted {
			decision = "decision.granted"
		}
		p.Fields = append(p.Fields, decided{v.field(f.Field.String()), v.say(decision), f.Reason})
	}
	for _, e := range s.Evidence {
		p.Evidence = append(p.Evidence, evidence{e.What, e.Size, !e.Kept.IsZero()})
		p.Missing = p.Missing || e.Kept.IsZero() && s.State.Open()
	}
	return p
}

func (v *visit) tokenPage(s *request.Status, token request.Token, key string) tokenPage {
	p := tokenPage{Token: token.Text, Until: written(token.Until), Key: key, Action: v.action()}
	for _, o := range s.Objects {
		path := "entity/"
		if strings.Contains(o, ".") {
			path = "domain/"
		}
		p.Use = append(p.Use, "curl -H 'Authorization: Bearer TOKEN' "+v.h.base+path+o)
	}
	return p
}
