package holder

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the pages
	"encoding/base64"
	"html/template"
	"strings"

	"registerd/register"
)

//go:embed pages.html
var pagesHTML string

//go:embed pages.css
var pagesCSS string

// pages writes them.
type pages struct {
	all       *template.Template
	style     template.CSS
	styleHash string // as a Content-Security-Policy names it
}

func newPages() (*pages, error) {
	style := strings.TrimSpace(pagesCSS)
	sum := sha256.Sum256([]byte(style))
	all, err := template.New("pages").Option("missingkey=error").Parse(pagesHTML)
	if err != nil {
		return nil, err
	}
	return &pages{all, template.CSS(style), "sha256-" + base64.StdEncoding.EncodeToString(sum[:])}, nil
}

// shown is a page on its way out.
type shown struct {
	Lang     string
	Operator register.Operator
	Style    template.CSS
	Body     any
}

// T is a text in the page's language.
func (s shown) T(text string) string { return say(s.Lang, text) }

func (v *visit) page(status int, name string, body any) error {
	var out bytes.Buffer
	about := v.h.cfg.Desk.About()
	tag := speaks(v.language)
	err := v.h.pages.all.ExecuteTemplate(&out, name, shown{tag, about.Operator, v.h.pages.style, body})
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Language", tag)
	v.send(status, "text/html; charset=utf-8", out.Bytes())
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
