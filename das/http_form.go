package das

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"registerd/lookup"
)

// httpForm is how names and answers are written over HTTP.
type httpForm uint8

const (
	asJSON  httpForm = iota // an array; a single answer is an object
	asLines                 // an object a line
	asText                  // a line: state, name, why, until, with tabs between them
)

var forms = map[string]httpForm{
	"application/json": asJSON, "application/x-ndjson": asLines, "text/plain": asText,
}

var contentTypes = [...]string{"application/json", "application/x-ndjson", "text/plain; charset=utf-8"}

// formFor chooses by Accept (RFC 9110 section 12.5.1): the form that is liked best,
// the first of those, and without any the one of the question. Nobody is turned
// away for what we cannot write.
func formFor(accept []string, asked httpForm) httpForm {
	form, best := asked, 0.0
	for _, header := range accept {
		for element := range strings.SplitSeq(header, ",") {
			media, parameters, _ := strings.Cut(element, ";")
			f, known := forms[strings.ToLower(strings.Trim(media, " \t"))]
			if weight := weightIn(parameters); known && weight > best {
				form, best = f, weight
			}
		}
	}
	return form
}

// weightIn is the weight among parameters: 1 without one, and for one that cannot
// be read.
func weightIn(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		if value, ok := strings.CutPrefix(strings.ToLower(strings.Trim(p, " \t")), "q="); ok {
			if weight, err := strconv.ParseFloat(value, 64); err == nil && weight >= 0 && weight <= 1 {
				return weight
			}
		}
	}
	return 1
}

// answers are the answers to one question, as far as they are not passed on.
type answers struct {
	form    httpForm
	one     bool
	asked   []string
	state   lookup.State // of the last
	out     bytes.Buffer
	written bool // the head is
	passOn  func()
}

// row is an answer about one name.
type row struct {
	// Asked is what was asked about, where it has no name.
	Asked string `json:"asked,omitempty"`

	Name        string `json:"name,omitempty"`        // in A-labels
	UnicodeName string `json:"unicodeName,omitempty"` // if it differs
	State       string `json:"state"`
	Reason      string `json:"reason,omitempty"` // a word that never changes
	Description string `json:"description,omitempty"`
	Until       string `json:"until,omitempty"`      // RFC 3339, in UTC
	RetryAfter  int64  `json:"retryAfter,omitempty"` // seconds
}

// tell takes in what the desk says of the names from the first on.
func (a *answers) tell(first int, told []lookup.Name, _ *lookup.About) {
	for i := range told {
		n := &told[i]
		r := row{Name: string(n.Name), State: n.Word(), Reason: string(n.Why), Description: sentence(n)}
		switch {
		case n.State == lookup.Unknown:
			r.Reason = errUnknown.word
		case n.Name.IsIDN():
			r.UnicodeName = n.Name.Unicode()
		}
		if n.Name == "" {
			r.Asked = a.asked[first+i]
		}
		if !n.Until.IsZero() {
			r.Until = n.Until.UTC().Format(time.RFC3339)
		}
		a.add(&r, first+i == 0)
		a.state = n.State
	}
	if a.passOn != nil {
		a.passOn()
	}
}

// leave says of the names from the first on that nothing is known of them.
func (a *answers) leave(first int, p *problem) {
	for i, asked := range a.asked[first:] {
		a.add(&row{Asked: asked, State: lookup.Unknown.String(), Reason: p.word, RetryAfter: p.retry}, first+i == 0)
	}
}

func (a *answers) add(r *row, first bool) {
	switch {
	case a.form == asText:
		name := r.Asked
		if r.Name != "" {
			name = r.Name
		}
		columns := [...]string{r.State, echo(trim(name)), r.Reason, r.Until}
		a.out.WriteString(strings.TrimRight(strings.Join(columns[:], "\t"), "\t"))
		a.out.WriteByte('\n')
		return
	case a.form == asJSON && !a.one && first:
		a.out.WriteString("[\n")
	case a.form == asJSON && !first:
		a.out.Truncate(a.out.Len() - len("\n"))
		a.out.WriteString(",\n")
	}
	e := json.NewEncoder(&a.out) // ends the line
	e.SetEscapeHTML(false)
	_ = e.Encode(r) // into memory, of strings and numbers: nothing can fail
}

// write sends what there is. What is passed on early has a length that nobody
// knows yet.
func (a *answers) write(w http.ResponseWriter, r *http.Request) {
	if a.form == asJSON && !a.one {
		a.out.WriteString("]\n")
	}
	if !a.written {
		a.written = true
		header := w.Header()
		header.Set("Content-Type", contentTypes[a.form])
		if a.passOn == nil {
			header.Set("Content-Length", strconv.Itoa(a.out.Len()))
		}
		w.WriteHeader(http.StatusOK)
	}
	if r.Method != http.MethodHead {
		_, _ = a.out.WriteTo(w) // the client is gone: nobody is left to be told
	}
	if a.passOn != nil {
		_ = http.NewResponseController(w).Flush()
	}
}
