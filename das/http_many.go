package das

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"registerd/access"
	"registerd/lookup"
)

// many answers about the names in a body, in their order.
func (h *HTTP) many(w http.ResponseWriter, r *http.Request, _ string) {
	caller, err := h.caller(r)
	if err != nil {
		h.problem(w, r, h.anybody(r), err)
		return
	}
	leave, ok := h.reading.take(caller)
	if !ok {
		w.Header().Set("Connection", "close")
		h.problem(w, r, caller, errBusy)
		return
	}
	defer leave()
	asked, form, why := namesIn(w, r)
	if why != nil {
		w.Header().Set("Connection", "close") // the body may not be read to its end
		h.refuse(w, r, why)
		return
	}
	h.answerAll(w, r, caller, &answers{form: formFor(r.Header["Accept"], form), asked: asked})
}

// answerAll answers a question, or refuses it when nothing of it can be answered.
// If its budget ends half-way, or the register cannot be read then, it is answered
// all the same: the names that are left are unknown, and why.
func (h *HTTP) answerAll(w http.ResponseWriter, r *http.Request, caller access.Caller, a *answers) {
	ctx, cancel := context.WithTimeout(r.Context(), manyTime)
	defer cancel()
	if a.form == asLines {
		a.passOn = func() {
			if !a.written {
				h.tellLeft(w.Header(), caller) // after the first of them: there is one head
			}
			a.write(w, r)
		}
	}
	n, _, err := ask(ctx, h.desk, lookup.Question{Caller: caller, Window: lookup.Availability}, a.asked, a.tell)
	switch {
	case err != nil && n == 0:
		h.problem(w, r, caller, err)
		return
	case err != nil:
		p := problemOf(err)
		if p.ours && r.Context().Err() == nil {
			h.log.Error("das: the rest of the names of a request could not be answered", "names", len(a.asked)-n, "error", err)
		}
		a.leave(n, p)
		if a.passOn == nil {
			h.setRetry(w.Header(), caller, p)
		}
	case a.passOn == nil:
		h.tellLeft(w.Header(), caller)
	}
	a.write(w, r)
}

// namesIn reads the names that are asked about, and in which form.
func namesIn(w http.ResponseWriter, r *http.Request) (names []string, f httpForm, why *refusal) {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	f, known := forms[media]
	if coding := r.Header.Get("Content-Encoding"); !known || coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, f, errMedia
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, f, errTooLarge
	case err != nil:
		return nil, f, errBroken
	}
	switch f {
	case asJSON:
		names, err = namesInJSON(body)
	case asLines:
		names, err = namesInLines(body, nameInLine)
	default:
		names, err = namesInLines(body, func(line []byte) (string, error) { return string(line), nil })
	}
	switch {
	case err != nil:
		return nil, f, errUnreadable
	case len(names) == 0:
		return nil, f, errNoNames
	case len(names) > maxNames:
		return nil, f, errTooMany
	}
	return names, f, nil
}

// namesInJSON reads an array of names, or an object that has one.
func namesInJSON(body []byte) (names []string, err error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		var object struct{ Names []string }
		err = strictly(body, &object)
		return object.Names, err
	}
	err = strictly(body, &names)
	return names, err
}

// nameInLine reads a name, or an object that has one.
func nameInLine(line []byte) (name string, err error) {
	if line[0] == '{' {
		var object struct{ Name string }
		err = strictly(line, &object)
		return object.Name, err
	}
	err = strictly(line, &name)
	return name, err
}

var errMore = errors.New("there is more than one value")

// strictly reads one value and nothing else. What is not understood was meant to
// matter.
func strictly(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errMore
	}
	return nil
}

// namesInLines reads lines that are not empty, and no more than show that there
// are too many.
func namesInLines(body []byte, read func(line []byte) (string, error)) (names []string, err error) {
	for line := range bytes.Lines(body) {
		line = bytes.Trim(line, " \t\r\n")
		if len(line) == 0 {
			continue
		}
		name, err := read(line)
		if err != nil {
			return nil, err
		}
		if names = append(names, name); len(names) > maxNames {
			break
		}
	}
	return names, nil
}
