package escrow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

func TestALineIsAppliedWhole(t *testing.T) {
	r := smallRegister(t)
	report := r.mustFeed(line(101, `"delete":[{"host":"NS1.one.example."},{"reserved":"city.example"},{"idnTable":"LATN"}],`+
		`"put":[{"contact":{"handle":"c2"}},{"domain":{"name":"city.example","registrant":"c2"}},`+
		`{"domain":{"name":"one.example","registrant":"c1"}}]`))
	if report.Serial != 101 || report.Read != 6 || report.Counts != (register.Counts{Domains: 2, Contacts: 2, Registrars: 1}) {
		t.Errorf("the report says %+v", report)
	}
	if found := r.find(store.Names, "city.example"); found.Tag() != register.TagDomain || len(found.With) != 1 || !bytes.Contains(found.With[0].Bytes, []byte("c2")) {
		t.Errorf("the released name is %+v", found)
	}
	if s := r.state(); s.Serial != 101 || !s.Watermark.Equal(time.Date(2026, 3, 1, 10, 41, 0, 0, time.UTC)) {
		t.Errorf("the state is %+v", s)
	}
}

// refusedLines are lines after one that is good, with the rule they break.
var refusedLines = map[string]struct{ line, rule, detail string }{
	"gap":               {line(103, `"put":[]`), feedGap, "prev must be 101, where the register is, and is 102"},
	"fork":              {`{"serial":103,"prev":100,"time":"2026-03-01T10:00:00Z"}`, feedGap, "prev must be 101, where the register is, and is 100"},
	"heartbeat ahead":   {`{"serial":103,"time":"2026-03-01T10:00:00Z","heartbeat":true}`, feedGap, "the heartbeat is at 103, the register at 101: changes are missing"},
	"future":            {`{"serial":102,"prev":101,"time":"2026-03-01T12:10:01Z"}`, feedFuture, "its time is later than the clock here"},
	"other zone":        {line(102, `"put":[{"domain":{"name":"one.test"}}]`), feedZone, "domain one.test"},
	"the zone itself":   {line(102, `"put":[{"reserved":{"name":"example"}}]`), feedZone, "reserved name example"},
	"dangling put":      {line(102, `"put":[{"domain":{"name":"two.example","registrant":"c9"}}]`), feedDangling, "domain two.example refers to contact c9"},
	"dangling delete":   {line(102, `"delete":[{"contact":"c1"}]`), feedDangling, "name one.example refers to contact c1, and so do 0 more"},
	"ROID taken":        {line(102, `"put":[{"contact":{"handle":"c7","roid":"c1-ex"}}]`), feedTaken, "contact c7: its id, ROID or IANA id leads to contact c1"},
	"handle is a ROID":  {line(102, `"put":[{"contact":{"handle":"C1-ex"}}]`), feedTaken, "contact C1-ex: its id, ROID or IANA id leads to contact c1"},
	"ROID is a handle":  {line(102, `"put":[{"contact":{"handle":"c7","roid":"C1"}}]`), feedTaken, "contact c7: its id, ROID or IANA id leads to contact c1"},
	"IANA id taken":     {line(102, `"put":[{"registrar":{"id":"r2","iana":9001}}]`), feedTaken, "registrar r2: its id, ROID or IANA id leads to registrar r1"},
	"not JSON":          {`{"serial":102,`, feedForm, "it is not one JSON object"},
	"two objects":       {line(102, `"put":[]`) + `{}`, feedForm, "it is not one JSON object"},
	"not UTF-8":         {line(102, `"put":[{"contact":{"handle":"`+"\xff"+`"}}]`), feedForm, "it is not UTF-8"},
	"unknown member":    {line(102, `"undo":true`), feedForm, `member "undo" is not known`},
	"another's member":  {line(102, `"put":[{"contact":{"handle":"c2","hosts":[]}}]`), feedForm, `member "hosts": it does not belong there`},
	"another case":      {line(102, `"Put":[]`), feedForm, `member "Put" is not known`},
	"member twice":      {line(102, `"put":[{"contact":{"handle":"c2","email":"","email":"a@b.example"}}]`), feedForm, `member "email" is given twice`},
	"escaped name":      {line(102, `"pu\u0074":[]`), feedForm, `member "pu\\u0074" is not known`},
	"null":              {line(102, `"put":null`), feedForm, "null is not used: a member without a value is left out"},
	"control character": {line(102, `"put":[{"contact":{"handle":"c2","email":"a\nb"}}]`), feedForm, errControl.Error()},
	"C1 control":        {line(102, `"put":[{"contact":{"handle":"c2","email":"a\u0085"}}]`), feedForm, errControl.Error()},
	"half a surrogate":  {line(102, `"put":[{"contact":{"handle":"\ud800"}}]`), feedForm, "a string holds half of a surrogate pair"},
	"deep":              {strings.Repeat("[", 11) + strings.Repeat("]", 11), feedForm, "it is nested more than 10 deep"},
	"long list":         {line(102, `"put":[`+strings.Repeat(`{},`, 1000)+`{}]`), feedForm, "a list has more than 1000 items"},
	"long line":         {`{"serial":102` + strings.Repeat(" ", maxLine) + `}`, feedForm, "it is longer than 1048576 bytes"},
	"wrong type":        {line(102, `"put":[{"domain":{"name":5}}]`), feedForm, `member "put.domain.name": it must be a string`},
	"too great":         {line(102, `"put":[{"domain":{"name":"two.example","ds":[{"keyTag":65536}]}}]`), feedForm, `member "put.domain.ds.keyTag": it must be a whole number of 16 bits`},
	"bad time":          {line(102, `"put":[{"domain":{"name":"two.example","created":"yesterday"}}]`), feedForm, "a time is not in the form of RFC 3339"},
	"bad address":       {line(102, `"put":[{"host":{"name":"ns.example","addrs":["somebody"]}}]`), feedForm, "a time is not in the form of RFC 3339, or an address is not an IP address"},
	"no serial":         {`{"prev":101,"time":"2026-03-01T10:00:00Z"}`, feedForm, `member "serial": it is missing`},
	"no prev":           {`{"serial":102,"time":"2026-03-01T10:00:00Z"}`, feedForm, `member "prev": it is missing`},
	"no time":           {`{"serial":102,"prev":101}`, feedForm, `member "time": it is missing, or before 1970`},
	"backwards":         {`{"serial":102,"prev":102,"time":"2026-03-01T10:00:00Z"}`, feedForm, `member "prev": it is not less than "serial"`},
	"busy heartbeat":    {`{"serial":101,"time":"2026-03-01T10:00:00Z","heartbeat":true,"put":[]}`, feedForm, `a heartbeat has the members "serial" and "time" only`},
	"object twice":      {line(102, `"delete":[{"contact":"c1"}],"put":[{"contact":{"handle":"C1"}}]`), feedForm, "contact C1: it is named twice in one change"},
	"name twice":        {line(102, `"put":[{"domain":{"name":"x.example"}},{"reserved":{"name":"x.example"}}]`), feedForm, "reserved name x.example: it is named twice in one change"},
	"no object":         {line(102, `"put":[{}]`), feedForm, "an object has exactly one of the members domain, reserved, contact, host, registrar and idnTable"},
	"two deletes":       {line(102, `"delete":[{"domain":"one.example","contact":"c1"}]`), feedForm, "a delete has exactly one of the members domain, reserved, contact, host, registrar and idnTable"},
	"bad name":          {line(102, `"put":[{"domain":{"name":"a..example"}}]`), feedForm, `domain a..example: member "name": domain name: a label is empty`},
	"no handle":         {line(102, `"put":[{"contact":{"roid":"x"}}]`), feedForm, "contact : its id: handle: it is empty"},
	"a country is two":  {line(102, `"put":[{"contact":{"handle":"c2","local":{"address":{"country":"Anna Svensson"}}}}]`), feedForm, `contact c2: member "local.address.country": it is not an ISO 3166-1 alpha-2 code`},
	"holder type":       {line(102, `"put":[{"contact":{"handle":"c2","facts":{"holder":"company"}}}]`), feedForm, `contact c2: member "facts.holder": it is not a word of the list`},
	"registrant's role": {line(102, `"put":[{"domain":{"name":"x.example","contacts":[{"role":"registrant","handle":"c1"}]}}]`), feedForm, `domain x.example: member "contacts.role": it is not admin, tech or billing`},
	"addresses of ref":  {line(102, `"put":[{"domain":{"name":"x.example","hosts":[{"name":"ns.example","addrs":["192.0.2.1"]}]}}]`), feedForm, `domain x.example: member "hosts.addrs": only a host with "attr" has addresses here`},
	"digest":            {line(102, `"put":[{"domain":{"name":"x.example","ds":[{"keyTag":1,"algorithm":13,"digestType":2,"digest":"xy"}]}}]`), feedForm, `domain x.example: member "ds.digest": it is not hexadecimal`},
	"RDAP base":         {line(102, `"put":[{"registrar":{"id":"r2","rdapBase":"http://rdap.example/"}}]`), feedForm, `registrar r2: member "rdapBase": it is not an https URL that ends in a slash`},
}

func TestABadLineStopsTheFeedAndLosesNoGoodOne(t *testing.T) {
	for name, tt := range refusedLines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := smallRegister(t)
			good := line(101, `"put":[{"contact":{"handle":"good"}}]`)
			after := line(102, `"put":[{"contact":{"handle":"after"}}]`)
			report, err := r.feed(good, tt.line, after)
			var stopped *StoppedError
			if !errors.As(err, &stopped) {
				t.Fatalf("the feed ended with %v", err)
			}
			if stopped.Line != 2 || stopped.Rule != tt.rule || stopped.Detail != tt.detail {
				t.Errorf("stopped with %+v", stopped)
			}
			if len(report.Problems) != 1 || report.Refusals != 1 || report.Problems[0] != stopped.Problem || report.Read != 1 {
				t.Errorf("the report says %+v", report)
			}
			if s := r.state(); s.Serial != 101 || s.Counts.Contacts != 2 || s.Counts.Domains != 1 {
				t.Errorf("the state is %+v", s)
			}
			if r.mustFeed(after); r.state().Serial != 102 {
				t.Error("the feed does not go on after the line was put right")
			}
		})
	}
}

func TestARepeatIsPassedOver(t *testing.T) {
	r := smallRegister(t)
	first := line(101, `"put":[{"contact":{"handle":"c2","email":"first@one.example"}}]`)
	r.mustFeed(first, line(102, `"delete":[{"contact":"c2"}]`))
	before, err := r.Reader.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	report := r.mustFeed(first, `{"serial":101,"time":"2026-03-01T11:00:00Z","heartbeat":true}`)
	if report.Read != 0 || r.find(store.Contacts, "c2").There() {
		t.Errorf("the repeat was applied: %+v", report)
	}
	after, err := r.Reader.Edition(t.Context())
	if err != nil || after.Version != before.Version {
		t.Errorf("nothing was changed, but published: version %d, then %d, %v", before.Version, after.Version, err)
	}
}

func TestAHeartbeatMovesTheWatermarkForwardOnly(t *testing.T) {
	r := smallRegister(t)
	for _, tt := range []struct{ said, want string }{
		{"2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z"},
		{"2026-03-01T10:30:00Z", "2026-03-01T11:00:00Z"},
		{"2026-03-01T12:30:00+01:00", "2026-03-01T11:30:00Z"},
	} {
		r.mustFeed(`{"serial":100,"time":"` + tt.said + `","heartbeat":true}`)
		if got := r.state().Watermark.Format(time.RFC3339); got != tt.want {
			t.Errorf("after a heartbeat of %s the watermark is %s; want %s", tt.said, got, tt.want)
		}
	}
}

func TestWhatALineMayDoDoesNotDependOnTheNextOne(t *testing.T) {
	domain := line(101, `"put":[{"domain":{"name":"two.example","registrant":"c2"}}]`)
	contact := line(102, `"put":[{"contact":{"handle":"c2"}}]`)
	for name, reader := range map[string]io.Reader{
		"together": strings.NewReader(domain + "\n" + contact + "\n"),
		"singly":   io.MultiReader(strings.NewReader(domain+"\n"), strings.NewReader(contact+"\n")),
	} {
		r := smallRegister(t)
		_, err := r.Changes(t.Context(), reader, FeedOptions{})
		var stopped *StoppedError
		if !errors.As(err, &stopped) || stopped.Rule != feedDangling || r.state().Serial != 100 {
			t.Errorf("%s: the feed ended with %v at serial %d", name, err, r.state().Serial)
		}
	}
}

func TestDanglingIsKeptAndListedIfAsked(t *testing.T) {
	r := smallRegister(t)
	r.KeepDangling = true
	report := r.mustFeed(line(101, `"put":[{"domain":{"name":"two.example","registrant":"c9"}}]`), line(102, `"delete":[{"contact":"c1"},{"contact":"c8"}]`))
	var got []string
	for _, p := range report.Problems {
		got = append(got, p.String())
	}
	want := []string{
		"name two.example: contact c9 is missing [" + feedDangling + "]",
		"line 2: contact c8 [" + feedAbsent + "]",
		"name one.example: contact c1 is missing [" + feedDangling + "]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || report.Refusals != 0 {
		t.Errorf("reported %q\nwant %q", got, want)
	}
}

func TestALineOnAnOpenPipeIsAppliedAtOnce(t *testing.T) {
	r := smallRegister(t)
	in, out := io.Pipe()
	applied := make(chan int)
	r.Progress = func(_ string, done, _ int) { applied <- done }
	ended := make(chan error)
	go func() {
		_, err := r.Changes(t.Context(), in, FeedOptions{})
		ended <- err
	}()
	for i := range 3 {
		// Half of the next line is there already, and must not hold up this one.
		text := line(101+i, fmt.Sprintf(`"put":[{"contact":{"handle":"p%d"}}]`, i)) + "\n"
		if i > 0 {
			text = text[10:]
		}
		if _, err := io.WriteString(out, text+line(102+i, "")[:10]); err != nil {
			t.Fatal(err)
		}
		if done := <-applied; done != i+1 || !r.find(store.Contacts, fmt.Sprintf("p%d", i)).There() {
			t.Errorf("after line %d, %d objects are applied", i+1, done)
		}
	}
	out.Close()
	var stopped *StoppedError
	if err := <-ended; !errors.As(err, &stopped) || stopped.Line != 4 {
		t.Errorf("a feed that ends within a line: %v", err)
	}
}

func TestAFeedBeginsWhereTheRegisterIs(t *testing.T) {
	r := newFeedRegister(t)
	_, err := r.feed(line(1, `"put":[{"contact":{"handle":"c2"}}]`))
	var stopped *StoppedError
	if !errors.As(err, &stopped) || stopped.Rule != feedEmpty {
		t.Errorf("a feed into nothing ended with %v", err)
	}
	head := strings.Replace(smallHead, `"serial":100`, `"serial":0`, 1)
	if _, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(head, smallObjects...))); err != nil {
		t.Fatal(err)
	}
	if _, err := r.feed(line(8, `"put":[]`)); !errors.As(err, &stopped) || stopped.Rule != feedGap {
		t.Errorf("a register without a serial took serial 8: %v", err)
	}
	if _, err := r.Changes(t.Context(), strings.NewReader(line(8, `"put":[]`)), FeedOptions{Start: 7}); err != nil || r.state().Serial != 8 {
		t.Errorf("told to start at 7, it is at %d: %v", r.state().Serial, err)
	}
	if _, err := r.Changes(t.Context(), strings.NewReader(line(9, `"put":[]`)), FeedOptions{Start: 7}); err != nil || r.state().Serial != 9 {
		t.Errorf("a start is for a register without a serial only: %v", err)
	}
}

func TestThroughputDoesNotNeedATransactionForEachLine(t *testing.T) {
	const lines = 600
	r := smallRegister(t)
	var feed strings.Builder
	for i := range lines {
		feed.WriteString(line(101+i, fmt.Sprintf(`"put":[{"contact":{"handle":"t%d","sponsor":"r1"}},{"domain":{"name":"t%d.example","registrant":"t%d"}}]`, i, i, i)) + "\n")
	}
	before, _ := r.Reader.Edition(t.Context())
	begun := time.Now()
	if _, err := r.Changes(t.Context(), strings.NewReader(feed.String()), FeedOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d changes took %v", lines, time.Since(begun))
	after, _ := r.Reader.Edition(t.Context())
	if n := after.Version - before.Version; n > lines/100 || after.State.Counts.Domains != lines+1 {
		t.Errorf("%d transactions for %d lines, %+v", n, lines, after.State.Counts)
	}
}
