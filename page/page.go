// Package page writes pages for people: those of the request desk and of holders.
// They need no script, look alike, and nobody keeps them. What stands on a page is
// its window's.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the frame
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"registerd/register"
)

//go:embed frame.html
var frameHTML string

//go:embed frame.css
var frameCSS string

// Set is the pages of one window.
type Set struct {
	all    *template.Template
	style  template.CSS
	policy string // Content-Security-Policy
}

// New reads pages as templates, each between the templates "top" and "bottom", and
// what their style has beyond that of all pages.
func New(html, css string) (*Set, error) {
	all, err := template.New("pages").Option("missingkey=error").Parse(frameHTML)
	if err == nil {
		all, err = all.Parse(html)
	}
	if err != nil {
		return nil, err
	}
	style := strings.TrimSpace(frameCSS) + "\n" + strings.TrimSpace(css)
	sum := sha256.Sum256([]byte(style))
	return &Set{all: all, style: template.CSS(style), policy: "default-src 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}, nil
}

// Page is one on its way out.
type Page struct {
	Lang     string
	Title    string // what Say is asked for
	Operator register.Operator
	Say      func(language, text string) string // a text in a language
	Body     any
}

// framed is a page with what is around it.
type framed struct {
	Page
	Style template.CSS
}

// T is a text in the page's language.
func (f framed) T(text string) string { return f.Say(f.Lang, text) }

// Write gives a page by the name of its template.
func (s *Set) Write(name string, p Page) ([]byte, error) {
	var out bytes.Buffer
	err := s.all.ExecuteTemplate(&out, name, framed{p, s.style})
	return out.Bytes(), err
}

// Head is for every answer of a window of pages, whoever reads it. Nothing of it is
// kept by anybody, and no other site learns where its reader was.
func (s *Set) Head(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", s.policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex")
}
