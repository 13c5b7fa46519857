package holder

import (
	_ "embed" // the pages

	"registerd/page"
)

//go:embed pages.html
var pagesHTML string

//go:embed pages.css
var pagesCSS string

// title is that of every page.
const title = "What the register holds of you"

func (v *visit) page(status int, name string, body any) error {
	tag := speaks(v.language)
	out, err := v.h.pages.Write(name, page.Page{
		Lang: tag, Title: title, Operator: v.h.cfg.Desk.About().Operator, Say: say, Body: body,
	})
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Language", tag)
	v.send(status, "text/html; charset=utf-8", out)
	return nil
}

func (v *visit) say(text string) string { return say(v.language, text) }

// The bodies of pages.
type (
	openPage struct {
		Over   bool // there was a session
		Action string
	}
	problemPage struct{ Says, Back string }
	heldPage    struct {
		Rules, Leave string
		Objects      []objectTable
		More         bool
		Most         int
		Received     []receiptRow
	}
	objectTable struct {
		Title string
		Rows  []fieldRow
	}
	fieldRow struct {
		Name, Value string
		To          []decisionLine
	}
	decisionLine struct{ Who, Decision, Reason, Basis string }
	receiptRow   struct {
		Time, Organisation, Kind, Purpose, Basis, Object string
		Fields                                           []string
	}
)
