package escrow

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// element is a start tag. Line is where it begins.
type element struct {
	space space
	uri   string
	name  string
	attrs []xml.Attr
	line  int64
}

// attr is the trimmed value of an attribute without a prefix.
func (e *element) attr(name string) (string, bool) {
	for i := range e.attrs {
		if a := &e.attrs[i]; a.Name.Space == "" && a.Name.Local == name {
			return strings.TrimSpace(a.Value), true
		}
	}
	return "", false
}

func (e *element) is(s space, name string) bool { return e.space == s && e.name == name }

// scanner reads a document element by element. Its error is kept, and ends
// every loop: whoever reads asks for it once, at the end.
//
// It works on raw tokens: to pair tags and to resolve the few prefixes of a
// deposit ourselves costs less than the maps of xml.Decoder.Token do.
type scanner struct {
	guard    *guard
	decoder  *xml.Decoder
	open     []openTag
	bindings []binding
	err      error
	buf      []byte

	unknown func(element) // told of each element that is passed over
}

type openTag struct {
	name     xml.Name // as written
	bindings int      // how many there were outside
}

type binding struct {
	prefix, uri string
	space       space
}

func newScanner(g *guard, unknown func(element)) *scanner {
	s := &scanner{guard: g, decoder: xml.NewDecoder(g), unknown: unknown}
	s.decoder.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errNotUTF8 }
	s.bindings = []binding{{prefix: "xml", uri: "http://www.w3.org/XML/1998/namespace"}}
	return s
}

func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *scanner) line() int64 {
	line, _ := s.decoder.InputPos()
	return int64(line)
}

// next returns the next tag or text; nil after an error, and at the end.
func (s *scanner) next() (xml.Token, int64) {
	for s.err == nil {
		s.guard.begin()
		line := s.line()
		token, err := s.decoder.RawToken()
		if err != nil {
			s.fail(s.ended(err))
			return nil, line
		}
		switch t := token.(type) {
		case xml.StartElement:
			if s.push(t); s.err == nil {
				return token, line
			}
		case xml.EndElement:
			if s.pop(t.Name); s.err == nil {
				return token, line
			}
		case xml.CharData:
			return token, line
		case xml.Directive:
			s.fail(errors.New("it has a document type (DTD), which is not read"))
		}
	}
	return nil, 0
}

// ended turns the end of the input into an error where something is open.
func (s *scanner) ended(err error) error {
	if errors.Is(err, io.EOF) && len(s.open) > 0 {
		return fmt.Errorf("the input ends within %s", printable(s.open[len(s.open)-1].name.Local))
	}
	return err
}

func (s *scanner) push(t xml.StartElement) {
	switch {
	case len(s.open) == maxDepth:
		s.fail(&limitError{fmt.Sprintf("elements are nested more than %d deep", maxDepth)})
		return
	case len(t.Attr) > maxAttrs:
		s.fail(&limitError{fmt.Sprintf("an element has more than %d attributes", maxAttrs)})
		return
	}
	s.open = append(s.open, openTag{name: t.Name, bindings: len(s.bindings)})
	for i, a := range t.Attr {
		for _, b := range t.Attr[:i] {
			if a.Name == b.Name {
				s.fail(errors.New("an attribute stands twice in one tag"))
			}
		}
		switch {
		case a.Name.Space == "xmlns":
			s.bind(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			s.bind("", a.Value)
		}
	}
}

func (s *scanner) bind(prefix, uri string) {
	uri = strings.TrimSpace(uri)
	s.bindings = append(s.bindings, binding{prefix: prefix, uri: uri, space: spaces[uri]})
}

func (s *scanner) pop(name xml.Name) {
	if len(s.open) == 0 {
		s.fail(errors.New("an end tag without a start tag"))
		return
	}
	top := s.open[len(s.open)-1]
	if top.name != name {
		s.fail(fmt.Errorf("%s is ended as %s", printable(top.name.Local), printable(name.Local)))
		return
	}
	s.open, s.bindings = s.open[:len(s.open)-1], s.bindings[:top.bindings]
}

// element resolves a start tag's prefix.
func (s *scanner) element(t xml.StartElement, line int64) element {
	e := element{name: t.Name.Local, attrs: t.Attr, line: line}
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if b := &s.bindings[i]; b.prefix == t.Name.Space {
			e.uri, e.space = b.uri, b.space
			return e
		}
	}
	if t.Name.Space != "" {
		s.fail(fmt.Errorf("the prefix %s is not declared", printable(t.Name.Space)))
	}
	return e
}

// children yields the elements directly in the open one, and reads its end. An
// element that the loop's body did not read is unknown, and passed over.
func (s *scanner) children(yield func(element) bool) {
	depth := len(s.open)
	for {
		token, line := s.next()
		switch t := token.(type) {
		case nil:
			return
		case xml.EndElement:
			if len(s.open) < depth {
				return
			}
		case xml.StartElement:
			e := s.element(t, line)
			if s.err == nil && !yield(e) {
				return
			}
			if s.err == nil && len(s.open) > depth {
				s.unknown(e)
				s.skip()
			}
		}
	}
}

// skip reads the open element to its end, whatever is in it.
func (s *scanner) skip() {
	for depth := len(s.open); len(s.open) >= depth && s.err == nil; {
		s.next()
	}
}

// text reads the open element to its end and returns its text as one line,
// without white space around it.
func (s *scanner) text() string {
	s.buf = s.buf[:0]
	for {
		token, line := s.next()
		switch t := token.(type) {
		case nil:
			return ""
		case xml.CharData:
			if len(s.buf)+len(t) > maxToken { // in pieces, with comments between
				s.fail(&limitError{fmt.Sprintf("a text is longer than %d bytes", maxToken)})
			}
			s.buf = append(s.buf, t...)
		case xml.StartElement:
			s.unknown(s.element(t, line))
			s.skip()
		case xml.EndElement:
			return oneLine(s.buf)
		}
	}
}

func oneLine(b []byte) string {
	b = bytes.TrimSpace(b)
	for i, c := range b {
		if c == '\n' || c == '\t' || c == '\r' {
			b[i] = ' '
		}
	}
	return string(b)
}

// printable makes a word of the input fit for a report: quoted, and short.
func printable(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}
