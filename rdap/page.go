package rdap

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"registerd/lookup"
)

// Page is where people read about a domain name: the address of a web page with
// a place for the name. The nil Page is none.
type Page struct{ address string }

const placeOfName = "{name}"

var errPage = errors.New(`it is not an https address with {name} in its path, its query or its fragment`)

// ReadPage reads the address of a page. The name is asked for by anybody, so it
// has no place where the host stands.
func ReadPage(address string) (*Page, error) {
	example := strings.ReplaceAll(address, placeOfName, "name.example")
	u, err := url.Parse(example)
	switch {
	case example == address, err != nil, !isURL(example), u.Host == "",
		!strings.HasPrefix(address, "https://"+u.Host+"/"):
		return nil, fmt.Errorf("%q: %w", address, errPage)
	}
	return &Page{address}, nil
}

// orPage has people sent to the page who prefer reading to JSON (RFC 7480
// section 4.2). Nothing is looked up for them, and it costs a look-up. Whoever
// shows a credential is a program: the page would not know it.
func (h *Handler) orPage(answer http.HandlerFunc) http.HandlerFunc {
	if h.page == nil {
		return answer
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Authorization"]) > 0 || !prefersHTML(r.Header["Accept"]) {
			answer(w, r)
			return
		}
		text, why := h.tail(r, "/domain/")
		if why != nil {
			h.problem(w, r, h.anybody(r), h.refuse(r, lookup.KindDomain, why))
			return
		}
		name, err := h.desk.Name(lookup.Question{Caller: h.anybody(r), Window: lookup.RDAP, Text: text})
		if err != nil {
			h.problem(w, r, h.anybody(r), err)
			return
		}
		header := w.Header()
		delete(header, "Content-Type")
		header["Cache-Control"] = noStore
		header["Location"] = []string{strings.ReplaceAll(h.page.address, placeOfName, url.PathEscape(string(name)))}
		write(w, r, http.StatusSeeOther, nil)
	}
}
