package holder

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var client = netip.MustParseAddr("192.0.2.7")

func TestALinkOpensOnce(t *testing.T) {
	s := newScene(t)
	key, id, err := s.links.Make(t.Context(), "P1-EX", s.now.Add(time.Hour))
	s.must(err)
	session, err := s.links.Open(t.Context(), key, client)
	s.must(err)
	got, err := s.links.Session(t.Context(), session)
	if want := (Session{id, "P1-EX"}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if _, err := s.links.Open(t.Context(), key, client); !errors.Is(err, ErrNoLink) {
		t.Errorf("a second time: %v", err)
	}
	want := []Step{{What: Made, Link: id, ROID: "P1-EX"}, {What: Opened, Link: id, ROID: "P1-EX", Client: client}}
	if diff := cmp.Diff(want, s.steps, cmp.Comparer(func(x, y netip.Addr) bool { return x == y })); diff != "" {
		t.Error(diff)
	}
}

func TestOfManyWhoOpenALinkAtOnceOneDoes(t *testing.T) {
	s := newScene(t)
	key := s.make()
	stores := []*Links{s.links, s.openLinks()}
	var all sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for i := range 16 {
		all.Go(func() {
			_, err := stores[i%2].Open(t.Context(), key, client)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				opened++
			case !errors.Is(err, ErrNoLink):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if opened != 1 {
		t.Errorf("%d opened it", opened)
	}
}

func TestWhatOpensNothing(t *testing.T) {
	for what, open := range map[string]func(s *scene, key string) string{
		"nothing":          func(*scene, string) string { return "" },
		"a word":           func(*scene, string) string { return "please" },
		"another key":      func(*scene, string) string { k, _ := newKey(); return k },
		"a letter less":    func(_ *scene, key string) string { return key[1:] },
		"another letter":   func(_ *scene, key string) string { return flip(key) },
		"its time is over": func(s *scene, key string) string { s.now = s.now.AddDate(0, 0, 7); return key },
		"it was ended": func(s *scene, key string) string {
			_, err := s.links.End(s.t.Context(), "P1-EX")
			s.must(err)
			return key
		},
		"a session's key": func(s *scene, _ string) string {
			k, err := s.links.Open(s.t.Context(), s.make(), client)
			s.must(err)
			return k
		},
		"not even a million": func(*scene, string) string { return strings.Repeat("a", 1<<20) },
	} {
		s := newScene(t)
		if _, err := s.links.Open(t.Context(), open(s, s.make()), client); !errors.Is(err, ErrNoLink) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func flip(key string) string {
	if key[0] == 'a' {
		return "b" + key[1:]
	}
	return "a" + key[1:]
}

func TestAWholeLinkCanBePasted(t *testing.T) {
	s := newScene(t)
	if _, err := s.links.Open(t.Context(), " "+strings.ToUpper(LinkTo(base, s.make()))+"\r\n", client); err != nil {
		t.Error(err)
	}
}

func TestASessionEnds(t *testing.T) {
	for what, end := range map[string]func(s *scene, key string){
		"by time":     func(s *scene, _ string) { s.now = s.now.Add(sessionTime) },
		"by leaving":  func(s *scene, key string) { s.must(s.links.Leave(s.t.Context(), key)) },
		"by the desk": func(s *scene, _ string) { _, err := s.links.End(s.t.Context(), "P1-EX"); s.must(err) },
	} {
		s := newScene(t)
		key, err := s.links.Open(t.Context(), s.make(), client)
		s.must(err)
		end(s, key)
		if _, err := s.links.Session(t.Context(), key); !errors.Is(err, ErrNoSession) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestEndingCountsWhatThereWasAndLeavesOthersAlone(t *testing.T) {
	s := newScene(t)
	_, err := s.links.Open(t.Context(), s.make(), client)
	s.must(err)
	other, _, err := s.links.Make(t.Context(), "P2-EX", s.now.Add(time.Hour))
	s.must(err)
	if n, err := s.links.End(t.Context(), "P1-EX"); n != 2 || err != nil {
		t.Errorf("ended %d, %v; want a link and a session", n, err)
	}
	if _, err := s.links.Open(t.Context(), other, client); err != nil {
		t.Errorf("another's link: %v", err)
	}
}

func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	s := newScene(t)
	key := s.make()
	s.deaf = errors.New("the journal is full")
	if _, _, err := s.links.Make(t.Context(), "P1-EX", s.now.Add(time.Hour)); !errors.Is(err, s.deaf) {
		t.Errorf("making: %v", err)
	}
	if _, err := s.links.Open(t.Context(), key, client); !errors.Is(err, s.deaf) {
		t.Errorf("opening: %v", err)
	}
	if _, err := s.links.End(t.Context(), "P1-EX"); !errors.Is(err, s.deaf) {
		t.Errorf("ending: %v", err)
	}
	s.deaf = nil
	if _, err := s.links.Open(t.Context(), key, client); err != nil {
		t.Errorf("the link was used up, though that was not recorded: %v", err)
	}
}

func TestTheFileHoldsNoKeyAndForgets(t *testing.T) {
	s := newScene(t)
	key := s.make()
	used := s.make()
	session, err := s.links.Open(t.Context(), used, client)
	s.must(err)
	for _, name := range []string{s.path, s.path + "-wal"} {
		text, err := os.ReadFile(name)
		s.must(err)
		for _, secret := range []string{key, used, session} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds a key", filepath.Base(name))
			}
		}
	}
	s.now = s.now.AddDate(0, 1, 0)
	s.must(s.links.Leave(t.Context(), session)) // any change
	var left int
	s.must(s.links.db.QueryRow("SELECT (SELECT count(*) FROM link) + (SELECT count(*) FROM session)").Scan(&left))
	if left != 0 {
		t.Errorf("%d rows are kept past their time", left)
	}
}

func TestWhichFilesAreRefused(t *testing.T) {
	for what, make := range map[string]func(path string) error{
		"others may read it": func(path string) error { return os.WriteFile(path, nil, 0o640) },
		"a folder":           func(path string) error { return os.Mkdir(path, 0o700) },
		"not SQLite":         func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("text ", 1000)), 0o600) },
	} {
		s := newScene(t)
		s.path = filepath.Join(t.TempDir(), "other.db")
		s.must(make(s.path))
		l, err := OpenLinks(t.Context(), LinksConfig{Path: s.path, Now: time.Now, Record: s.links.cfg.Record})
		if err == nil {
			t.Errorf("%s: it was opened", what)
			l.Close()
		}
	}
}

func TestALinkHasToBeSomebodysAndToLast(t *testing.T) {
	s := newScene(t)
	if _, _, err := s.links.Make(t.Context(), "", s.now.Add(time.Hour)); err == nil {
		t.Error("nobody's link was made")
	}
	if _, _, err := s.links.Make(t.Context(), "P1-EX", s.now); err == nil {
		t.Error("a link was made whose time is over")
	}
}
