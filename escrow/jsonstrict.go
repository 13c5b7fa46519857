package escrow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of one line of JSON. They are far above what an object needs.
const (
	maxLine      = 1 << 20 // bytes
	maxLineDepth = 10      // of objects and lists within each other; a line needs 7
	maxListItems = 1000    // of one list or object
)

// decodeLine reads one line of JSON into v and refuses all that is not exactly
// the documented form. Errors never repeat a value: it may be somebody's.
func decodeLine(line []byte, v any) error {
	if !utf8.Valid(line) {
		return errors.New("it is not UTF-8")
	}
	if !json.Valid(line) {
		return errors.New("it is not one JSON object")
	}
	if err := strict(line); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var badType *json.UnmarshalTypeError
	var badTime *time.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &badType):
		return fmt.Errorf("member %q: it must be %s", badType.Field, plainType(badType.Type))
	case errors.As(err, &badTime):
		return errors.New("a time is not in the form of RFC 3339")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return errors.New("member " + strings.TrimPrefix(err.Error(), "json: unknown field ") + ": it does not belong there")
	default:
		return errors.New("a time is not in the form of RFC 3339, or an address is not an IP address")
	}
}

func plainType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Pointer:
		return "an object"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	default:
		return fmt.Sprintf("a whole number of %d bits", t.Bits())
	}
}

// level is an object or a list that is open while scanning.
type level struct {
	seen  [4]uint64 // member names met, by their number
	items int
}

// strict refuses what encoding/json passes over: members given twice or in
// another case, null, control characters, halves of surrogate pairs, and more
// than the bounds. The line is valid JSON.
func strict(line []byte) error {
	var levels [maxLineDepth + 1]level
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '{', '[':
			if depth++; depth > maxLineDepth {
				return fmt.Errorf("it is nested more than %d deep", maxLineDepth)
			}
			levels[depth] = level{}
		case '}', ']':
			depth--
		case ',':
			if levels[depth].items++; levels[depth].items >= maxListItems {
				return fmt.Errorf("a list has more than %d items", maxListItems)
			}
		case 'n':
			return errors.New("null is not used: a member without a value is left out")
		case '"':
			n, err := stringLength(line[i+1:])
			if err != nil {
				return err
			}
			s := line[i+1 : i+1+n]
			i += n + 1
			if bytes.HasPrefix(bytes.TrimLeft(line[i+1:], " \t\r"), []byte{':'}) {
				if err := levels[depth].member(s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// member notes a member's name.
func (l *level) member(name []byte) error {
	number, known := memberNumbers[string(name)]
	if !known {
		return fmt.Errorf("member %q is not known", shortened(name))
	}
	word, bit := number/64, uint64(1)<<(number%64)
	if l.seen[word]&bit != 0 {
		return fmt.Errorf("member %q is given twice", name)
	}
	l.seen[word] |= bit
	return nil
}

func shortened(name []byte) []byte { return name[:min(len(name), 40)] }

// stringLength is the length of a JSON string's inside.
func stringLength(b []byte) (int, error) {
	for i := 0; ; i++ {
		switch c := b[i]; {
		case c == '"':
			return i, nil
		case c == 0x7f, c == 0xc2 && b[i+1] < 0xa0:
			return 0, errControl
		case c == '\\':
			n, err := escapeLength(b[i:])
			if err != nil {
				return 0, err
			}
			i += n - 1
		}
	}
}

var errControl = errors.New("a string holds a control character (a line break or a tab is one)")

// escapeLength checks the escape at the start of b.
func escapeLength(b []byte) (int, error) {
	switch b[1] {
	case '"', '\\', '/':
		return 2, nil
	case 'u':
	default:
		return 0, errControl
	}
	switch r := escaped(b); {
	case r < 0x20, 0x7f <= r && r < 0xa0:
		return 0, errControl
	case 0xd800 <= r && r < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' && escaped(b[6:])&^0x3ff == 0xdc00:
		return 12, nil
	case 0xd800 <= r && r < 0xe000:
		return 0, errors.New("a string holds half of a surrogate pair")
	}
	return 6, nil
}

// escaped is the number of a \uXXXX escape, whose form is known to be right.
func escaped(b []byte) uint64 {
	n, _ := strconv.ParseUint(string(b[2:6]), 16, 16)
	return n
}

// memberNumbers has every member's name of every form. encoding/json takes
// names in any case; here a name must be in the table as it is written.
var memberNumbers = numberMembers(
	reflect.TypeFor[changeJSON](), reflect.TypeFor[headJSON](), reflect.TypeFor[endJSON]())

func numberMembers(types ...reflect.Type) map[string]uint8 {
	numbers := map[string]uint8{}
	visited := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || visited[t] {
			return
		}
		visited[t] = true
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				continue
			}
			if _, known := numbers[name]; !known {
				numbers[name] = uint8(len(numbers))
			}
			visit(f.Type)
		}
	}
	for _, t := range types {
		visit(t)
	}
	return numbers
}
