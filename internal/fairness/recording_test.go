package fairness

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/ratelimit"
)

const recordings = "../../testdata/limits"

// monday is when every recorded week begins.
var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// recording is what one kind of honest client asked in a week.
type recording struct {
	name  string
	about []string // its first lines: who this is
	// daily recordings hold one day, which every day repeats.
	daily bool
	// waits is how a client asks that has a list: the next question when the
	// last is answered, and after a refusal the same again, when it is told.
	waits     bool
	questions []question
}

type question struct {
	at      time.Duration // since the week or the day began
	from    ratelimit.Client
	window  string // rdap, brief, whois, das
	key     string // what was looked up
	names   int    // of a batch for availability; 1 otherwise
	persons int    // records of persons in the answer
	missed  bool   // not there
}

// The text of a recording is lines of: time, client, window, key, answer. A
// client is an address or account:NAME; a dot is that of the line before. The
// answer is a dash, "miss", or "persons=N"; a batch has "names=N" for its key.
func (r *recording) write() string {
	var b strings.Builder
	for _, line := range r.about {
		fmt.Fprintf(&b, "# %s\n", line)
	}
	if r.daily {
		b.WriteString("every day\n")
	}
	if r.waits {
		b.WriteString("waits when told\n")
	}
	last := ""
	for _, q := range r.questions {
		who := q.from.Addr.String()
		if q.from.Account != "" {
			who = "account:" + q.from.Account
		}
		shown := who
		if who == last {
			shown = "."
		}
		last = who
		fmt.Fprintf(&b, "%s %s %s %s %s\n", stamp(q.at), shown, q.window, q.what(), q.answer())
	}
	return b.String()
}

func (q question) what() string {
	if q.names > 1 {
		return "names=" + strconv.Itoa(q.names)
	}
	return q.key
}

func (q question) answer() string {
	switch {
	case q.missed:
		return "miss"
	case q.persons > 0:
		return "persons=" + strconv.Itoa(q.persons)
	}
	return "-"
}

// stamp writes the day of the week, from 1, and the time of day.
func stamp(at time.Duration) string {
	return fmt.Sprintf("%d/%s", 1+at/day, monday.Add(at).Format("15:04:05"))
}

const day = 24 * time.Hour

func readRecording(t testing.TB, name string) *recording {
	t.Helper()
	file, err := os.Open(filepath.Join(recordings, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := &recording{name: name}
	last := "."
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if err := r.read(lines.Text(), &last); err != nil {
			t.Fatalf("%s.txt: line %d: %v", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *recording) read(line string, last *string) error {
	if about, ok := strings.CutPrefix(line, "# "); ok {
		r.about = append(r.about, about)
		return nil
	}
	switch line {
	case "every day":
		r.daily = true
		return nil
	case "waits when told":
		r.waits = true
		return nil
	}
	f := strings.Fields(line)
	if len(f) != 5 {
		return fmt.Errorf("%d words, want time, client, window, key and answer", len(f))
	}
	if f[1] != "." {
		*last = f[1]
	}
	q := question{window: f[2], key: f[3], names: 1, missed: f[4] == "miss"}
	var err error
	if q.at, err = readStamp(f[0]); err != nil {
		return err
	}
	if account, ok := strings.CutPrefix(*last, "account:"); ok {
		q.from.Account = account
		q.from.Addr = netip.MustParseAddr("192.0.2.1")
	} else if q.from.Addr, err = netip.ParseAddr(*last); err != nil {
		return err
	}
	if n, ok := strings.CutPrefix(f[3], "names="); ok {
		q.key = ""
		if q.names, err = strconv.Atoi(n); err != nil {
			return err
		}
	}
	if n, ok := strings.CutPrefix(f[4], "persons="); ok {
		if q.persons, err = strconv.Atoi(n); err != nil {
			return err
		}
	}
	r.questions = append(r.questions, q)
	return nil
}

func readStamp(s string) (time.Duration, error) {
	date, clock, ok := strings.Cut(s, "/")
	n, err := strconv.Atoi(date)
	if !ok || err != nil {
		return 0, fmt.Errorf("%q: want DAY/HH:MM:SS", s)
	}
	at, err := time.Parse("15:04:05", clock)
	if err != nil {
		return 0, err
	}
	return time.Duration(n-1)*day + at.Sub(at.Truncate(day)), nil
}

// week is the questions of seven days.
func (r *recording) week() []question {
	if !r.daily {
		return r.questions
	}
	all := make([]question, 0, 7*len(r.questions))
	for d := range 7 {
		for _, q := range r.questions {
			q.at += time.Duration(d) * day
			all = append(all, q)
		}
	}
	return all
}
