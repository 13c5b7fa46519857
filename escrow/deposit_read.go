package escrow

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"time"

	"registerd/register"
)

// depositHead is what a deposit says of itself.
type depositHead struct {
	Type, ID, PrevID string
	Resend           bool
	Watermark        time.Time
	Zone             register.Name
	Header           int64 // line of the header; 0 when there was none
}

func (h *depositHead) full() bool { return h.Type == "FULL" }

// item is an object or a delete of the deposit, on its way to the store.
type item struct {
	record  record
	gone    deletion // if there is no record
	roid    string   // of the host to delete, if its name is not given
	subject subject
}

type record interface{ Append([]byte) []byte }

// batchSize is how many items go to the store at once.
const batchSize = 256

// depositReader reads a deposit element by element. What it finds wrong goes
// to the report; what ends the reading is the scanner's error.
type depositReader struct {
	*scanner
	now      func() time.Time
	progress func(stage string, done, total int)

	report *Report
	base   register.State // what was published when the reading began
	head   depositHead
	object subject // that is being read

	menu     map[string]int64 // object URIs, with their lines
	counts   map[string]count
	seen     map[string]int // objects by namespace
	params   int
	contents bool

	roids  *unique
	keys   *unique // of a DIFF or INCR; the store does it for a FULL
	tables map[string]place
	held   map[string]struct{} // IDN tables in the deposit
	iana   map[int]struct{}
	early  bool          // a name came before the header
	common register.Name // what all early names lie under

	batch  []item
	put    func([]item) bool
	broken error // a failure of ours, not of the deposit
}

type count struct {
	n    int
	line int64
}

// maxURIs bounds the menu, the counts and the unknown namespaces.
const maxURIs = 64

func newDepositReader(g *guard, r *Report) *depositReader {
	d := &depositReader{
		report: r,
		menu:   map[string]int64{}, counts: map[string]count{}, seen: map[string]int{},
		roids: newUnique(), keys: newUnique(),
		tables: map[string]place{}, held: map[string]struct{}{}, iana: map[int]struct{}{},
	}
	d.scanner = newScanner(g, d.passOver)
	d.object = subject{kind: kindDeposit}
	return d
}

func (d *depositReader) close() {
	d.roids.close()
	d.keys.close()
}

func (d *depositReader) warn(line int64, rule, detail string)   { d.note(Warning, line, rule, detail) }
func (d *depositReader) refuse(line int64, rule, detail string) { d.note(Refusal, line, rule, detail) }

// note reports a problem with the object at hand. What is found after the
// reading ended is a consequence of that, and not reported.
func (d *depositReader) note(s Severity, line int64, rule, detail string) {
	if d.err == nil {
		d.report.problem(s, line, d.object.label(), rule, detail)
	}
}

// breaks ends the reading by a failure that is not the deposit's.
func (d *depositReader) breaks(err error) {
	if err != nil && d.broken == nil {
		d.broken = err
		d.fail(err)
	}
}

// passOver counts an unknown element (RFC 8909 allows any object).
func (d *depositReader) passOver(e element) {
	name := e.name
	if len(name) > 80 || len(d.report.Skipped) >= maxProblems && d.report.Skipped[name] == 0 {
		name = "others"
	}
	d.report.Skipped[name]++
}

// root reads the start tag of the deposit.
func (d *depositReader) root() {
	for d.err == nil {
		token, line := d.next()
		switch t := token.(type) {
		case xml.StartElement:
			if e := d.element(t, line); d.err == nil {
				d.attributes(e)
			}
			return
		case xml.CharData:
			d.blank(t)
		}
	}
}

func (d *depositReader) attributes(e element) {
	d.object.line = e.line
	if !e.is(rdeSpace, "deposit") {
		d.fail(errors.New("its root is not a deposit of " + rdeURI))
		return
	}
	d.head.Type, _ = e.attr("type")
	d.head.ID, _ = e.attr("id")
	d.head.PrevID, _ = e.attr("prevId")
	if s, ok := e.attr("resend"); ok {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			d.refuse(e.line, ruleRoot, "resend is not a number of 16 bits")
		}
		d.head.Resend = n > 0
	}
	switch d.head.Type {
	case "FULL", "DIFF", "INCR":
	default:
		d.refuse(e.line, ruleRoot, "its type is not FULL, DIFF or INCR")
	}
	switch id := d.head.ID; {
	case id == "" || len(id) > maxID:
		d.refuse(e.line, ruleRoot, "its id is missing or longer than 64 bytes")
	case !wellFormedDepositID(id):
		d.warn(e.line, ruleID, "its id has another form")
	}
	if id := d.head.PrevID; id != "" && !wellFormedDepositID(id) {
		d.warn(e.line, ruleID, "its prevId has another form")
	}
	d.report.Kind, d.report.ID = d.head.Type, printableID(d.head.ID)
}

// read reads the rest of the deposit.
func (d *depositReader) read(put func([]item) bool) {
	d.put = put
	last := 0
	for e := range d.children {
		if e.space != rdeSpace {
			continue
		}
		at := 0
		switch e.name {
		case "watermark":
			at = 1
			d.watermark(e)
		case "rdeMenu":
			at = 2
			d.readMenu()
		case "deletes":
			at = 3
			d.readDeletes(e)
		case "contents":
			at = 4
			d.readContents()
		}
		if at != 0 && at < last {
			d.warn(e.line, ruleOrder, e.name+" is out of order")
		}
		last = max(at, last)
	}
	d.trailer()
	if d.err == nil {
		d.finish()
	}
}

// trailer makes sure that nothing follows the deposit.
func (d *depositReader) trailer() {
	for d.err == nil {
		switch t, _ := d.next(); t := t.(type) {
		case xml.StartElement:
			d.fail(errors.New("something follows the deposit"))
		case xml.CharData:
			d.blank(t)
		}
	}
	if errors.Is(d.err, io.EOF) && len(d.open) == 0 {
		d.err = nil
	}
}

func (d *depositReader) blank(t xml.CharData) {
	if len(bytes.TrimSpace(t)) != 0 {
		d.fail(errors.New("there is text outside of the deposit"))
	}
}

func (d *depositReader) watermark(e element) {
	if !d.head.Watermark.IsZero() {
		d.refuse(e.line, ruleOnce, "watermark stands twice")
	}
	t := d.date(e)
	if t.After(d.now().Add(24 * time.Hour)) {
		d.refuse(e.line, ruleClock, "the watermark is more than a day ahead")
	}
	d.head.Watermark, d.report.Watermark = t, t
}

// flush hands on what was read.
func (d *depositReader) flush() {
	if len(d.batch) > 0 && d.err == nil && !d.put(d.batch) {
		d.fail(errStopped)
	}
	d.batch = nil
}

var errStopped = errors.New("the store takes no more")

func (d *depositReader) take(i item) {
	i.subject = d.object
	d.batch = append(d.batch, i)
	if len(d.batch) == batchSize {
		d.flush()
	}
	d.report.Read++
	if d.report.Read%4096 == 0 {
		total := 0
		for _, c := range d.counts {
			total += c.n
		}
		d.progress("reading", d.report.Read, total)
	}
}
