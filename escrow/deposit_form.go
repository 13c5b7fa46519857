package escrow

// field is an element of an object: what it is called, how often it stands
// there, and how it is read into a record.
type field[T any] struct {
	space  space
	name   string
	number number
	read   func(*depositReader, *T, element)
}

// number is how often an element may stand in an object.
type number uint8

const (
	optional  number = iota // once or not
	expected                // once; that it is missing is a warning
	mandatory               // once; an object without it is refused
	anyNumber
	several // at least one; that it is missing is a warning
)

// form is the elements of a kind of object, in the order of its schema. At
// most 64.
type form[T any] []field[T]

// find returns the index of the element, looking from where the last one was,
// and -1 for an unknown one.
func (f form[T]) find(e *element, last int) int {
	for n := range f {
		i := (last + n) % len(f)
		if f[i].name == e.name && f[i].space == e.space {
			return i
		}
	}
	return -1
}

// read reads the open element into o. Elements may come in any order; one that
// is out of order, missing or repeated is reported.
func (f form[T]) read(d *depositReader, o *T) {
	var seen uint64
	last, ordered := 0, true
	for e := range d.children {
		i := f.find(&e, last)
		if i < 0 {
			continue
		}
		if i < last && ordered {
			ordered = false
			d.warn(e.line, ruleOrder, e.name+" is out of order")
		}
		bit := uint64(1) << i
		if seen&bit != 0 && f[i].number < anyNumber {
			d.refuse(e.line, ruleOnce, e.name+" stands twice")
			d.skip()
			continue
		}
		seen |= bit
		last = i
		depth := len(d.open)
		f[i].read(d, o, e)
		if len(d.open) == depth && d.err == nil {
			d.skip()
		}
	}
	if d.err == nil {
		f.missing(d, seen)
	}
}

func (f form[T]) missing(d *depositReader, seen uint64) {
	for i := range f {
		if seen&(1<<i) != 0 {
			continue
		}
		switch f[i].number {
		case mandatory:
			d.refuse(d.object.line, ruleKey, f[i].name+" is missing")
		case expected, several:
			d.warn(d.object.line, ruleComplete, f[i].name+" is missing")
		}
	}
}
