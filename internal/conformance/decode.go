package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// decode reads JSON as encoding/json does, with numbers as they are written,
// and returns the pointers of members that stand twice in their object.
func decode(body []byte) (root any, twice []string, err error) {
	r := &reader{json.NewDecoder(bytes.NewReader(body)), nil}
	r.UseNumber()
	if root, err = r.value(""); err != nil {
		return nil, nil, err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("something follows the value")
	}
	return root, r.twice, nil
}

type reader struct {
	*json.Decoder
	twice []string
}

func (r *reader) value(at string) (any, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return r.object(at)
	case json.Delim('['):
		return r.array(at)
	}
	return token, nil
}

func (r *reader) object(at string) (any, error) {
	out := map[string]any{}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string) // in an object, a decoder returns nothing else here
		here := below(at, name)
		if _, there := out[name]; there {
			r.twice = append(r.twice, here)
		}
		if out[name], err = r.value(here); err != nil {
			return nil, err
		}
	}
	_, err := r.Token()
	return out, err
}

func (r *reader) array(at string) (any, error) {
	out := []any{}
	for r.More() {
		v, err := r.value(item(at, len(out)))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := r.Token()
	return out, err
}

var escaped = strings.NewReplacer("~", "~0", "/", "~1")

// below and item are JSON pointers to what is in at.
func below(at, name string) string { return at + "/" + escaped.Replace(name) }

func item(at string, i int) string { return at + "/" + strconv.Itoa(i) }

// integer is a number without a fraction.
func integer(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(n.String())
	return i, err == nil
}
