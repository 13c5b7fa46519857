package statistics

import (
	_ "embed" // the page
	"html/template"

	"registerd/page"
	"registerd/register"
)

//go:embed page.html
var pageHTML string

const pageCSS = `.plot{display:block;margin:1rem 0;max-width:100%}
table{margin:1rem 0}
caption{font-weight:bold;text-align:left}
td.number{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}`

// shown is what stands on the page.
type shown struct {
	*Report
	Pictures []template.HTML
	Shown    []Table // those by day are in the files
}

// AsOfWords says what the register's numbers are as of.
func (s shown) AsOfWords() string { return s.asOf() }

// HTML is the report as a page that needs nothing else: no script and no other file.
func (r *Report) HTML(operator register.Operator) ([]byte, error) {
	set, err := page.New(pageHTML, pageCSS)
	if err != nil {
		return nil, err
	}
	body := shown{Report: r}
	for _, p := range r.Plots() {
		body.Pictures = append(body.Pictures, template.HTML(p.SVG())) // all text in it is escaped
	}
	for _, t := range r.Tables {
		if !t.daily() {
			body.Shown = append(body.Shown, t)
		}
	}
	return set.Write("statistics", page.Page{
		Lang: "en", Title: "Statistics of " + r.Month, Operator: operator, Body: body,
		Say: func(_, text string) string { return text },
	})
}
