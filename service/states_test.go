package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/access"
	"registerd/audit"
	"registerd/das"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// told is what a window says of a name: the state's word, and the reason's where
// the window has it.
type told struct{ state, why string }

// windowsOfStates are all windows over one register whose zone has rules.
type windowsOfStates struct {
	*side
	http string // where availability over HTTP listens
}

// labelCharacters are so few that drawn names meet, and variants of each other.
var labelCharacters = []rune("abøöo1-åxn")

func openStates(t *testing.T) *windowsOfStates {
	t.Helper()
	path := filepath.Join(t.TempDir(), "register.db")
	writer, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	must(t, err)
	t.Cleanup(func() { writer.Close() })
	must(t, writer.Change(t.Context(), fillStates))
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { reader.Close() })
	who, err := access.New(access.Config{Now: time.Now})
	must(t, err)
	rules := &register.LabelRules{Min: 2, Max: 6, NoDoubleHyphens: true}
	must(t, errors.Join(rules.ParseCharacters("a-z 0-9 - ø ö"), rules.ParseVariants([]string{"ø ö o", "1 x"})))
	config := lookup.Config{
		Store: reader, Limiter: ratelimit.Unlimited(), AccessLog: audit.Discard(), Now: time.Now, Kept: 64,
		Published: lookup.Published{
			Policy: disclose.GDPR(), Access: who, Sandbox: "sandbox.invalid",
			Zones: map[register.Name]lookup.Zone{"example": {Languages: []string{"en"}, Names: rules}},
		},
	}
	w := &windowsOfStates{side: openSide(t, config)}
	log := slog.New(slog.DiscardHandler)
	config.Journal = audit.None()
	desk, err := lookup.New(config)
	must(t, err)
	handler, err := das.NewHTTP(das.HTTPConfig{Desk: desk, Base: "https://rdap.nic.example/", Log: log})
	must(t, err)
	w.http = listenOn(t, serveHTTP(rdap.Server(handler.Beside(http.NotFoundHandler()), log), log))
	return w
}

// fillStates puts names of all sorts into the register.
func fillStates(tx store.Tx) error {
	state := tx.State()
	state.Zones, state.Serial, state.Watermark = []register.Name{"example", "co.example"}, 1, time.Now()
	tx.SetState(state)
	r := rand.New(rand.NewPCG(5, 5))
	for range 400 {
		label := make([]rune, 1+r.IntN(4))
		for i := range label {
			label[i] = labelCharacters[r.IntN(len(labelCharacters))]
		}
		name, err := register.ParseName(string(label) + []string{".example", ".example", ".co.example"}[r.IntN(3)])
		if err != nil {
			continue
		}
		d := register.Domain{Name: name, Statuses: []string{"ok"}}
		bytes := d.Append(nil)
		switch r.IntN(5) {
		case 0:
			d.Statuses, d.Deletes = []string{"pendingDelete"}, time.Now().AddDate(0, 0, 5)
			bytes = d.Append(nil)
		case 1:
			d.RGP = []string{"pendingRestore"}
			bytes = d.Append(nil)
		case 2:
			bytes = (&register.Reserved{Name: name, State: register.ReservedState(r.IntN(4))}).Append(nil)
		}
		if err := tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: string(name)}, Bytes: bytes}); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryWindowSaysTheSameStateOfAName(t *testing.T) {
	w := openStates(t)
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		name := drawnName(rt)
		want := w.overDAS(t, name)
		for window, got := range map[string]told{"RDAP": w.overRDAP(t, name), "HTTP": w.overHTTP(t, name)} {
			if got != want {
				rt.Fatalf("%s: availability says %v, %s %v", name, want, window, got)
			}
		}
		if got := w.overWHOIS(t, name); got != want.state {
			rt.Fatalf("%s: availability says %v, WHOIS %q", name, want, got)
		}
		seen[want.state]++
		seen[want.why]++
	})
	// One of each, whatever was drawn.
	for label, word := range map[string]string{"free": "free", "registered": "registered", "reserved": "reserved", "blocked": "blocked",
		"leaving": "leaving", "out-of-policy": "out-of-policy", "invalid": "invalid", "failed": "unknown"} {
		name := label + ".sandbox.invalid"
		got := []string{w.overDAS(t, name).state, w.overRDAP(t, name).state, w.overHTTP(t, name).state, w.overWHOIS(t, name)}
		if want := []string{word, word, word, word}; !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	t.Log(seen)
}

func drawnName(t *rapid.T) string {
	label := rapid.StringOfN(rapid.RuneFrom(labelCharacters), 1, 7, -1).Draw(t, "label")
	under := rapid.SampledFrom([]string{".example", ".example", ".example", ".co.example", ".example.", ".EXAMPLE", ".b.example", ".test"}).Draw(t, "zone")
	return label + under
}

var (
	dasRemark  = regexp.MustCompile(`(?m)^% ([a-z-]+)(?:, ([a-z]+))?`)
	whoisCode  = regexp.MustCompile(`(?m)^%(?: code: |ERROR:)(\d+)`)
	rdapNotice = regexp.MustCompile(`"State: ([a-z-]+)"(?:,"Reason: ([a-z]+)")?`)
)

func (w *windowsOfStates) overDAS(t *testing.T, name string) told {
	answer := overTCP(t, w.das, name)
	switch {
	case strings.Contains(answer, "Status: AVAILABLE"):
		return told{"free", ""}
	case strings.Contains(answer, "%RC=-1"):
		return told{"unknown", ""}
	}
	if said := dasRemark.FindStringSubmatch(answer); said != nil {
		return told{said[1], said[2]}
	}
	if strings.Contains(answer, "Status: NOT AVAILABLE") {
		return told{"registered", ""}
	}
	t.Fatalf("%s: %s", name, answer)
	return told{}
}

func (w *windowsOfStates) overWHOIS(t *testing.T, name string) string {
	answer := overTCP(t, w.port43, "-- "+name)
	switch {
	case strings.Contains(answer, "Domain Status: pendingDelete"), strings.Contains(answer, "Domain Status: pendingRestore"):
		return "leaving"
	case strings.Contains(answer, "Domain Name: "):
		return "registered"
	case strings.Contains(answer, "% It is blocked"), strings.Contains(answer, "% It is mirrored"):
		return "blocked"
	}
	code := whoisCode.FindStringSubmatch(answer)
	if code == nil {
		t.Fatalf("%s: %s", name, answer)
	}
	return map[string]string{"101": "free", "102": "out-of-policy", "115": "invalid", "150": "reserved", "151": "blocked",
		"152": "out-of-policy", "503": "unknown"}[code[1]]
}

func (w *windowsOfStates) overRDAP(t *testing.T, name string) told {
	status, body := w.fetch(t, "http://"+w.rdap+"/domain/"+url.PathEscape(name))
	switch {
	case status == http.StatusBadRequest:
		return told{"invalid", "syntax"}
	case status == http.StatusServiceUnavailable:
		return told{"unknown", ""}
	case status == http.StatusOK && (strings.Contains(body, `"pending delete"`) || strings.Contains(body, `"pending restore"`)):
		return told{"leaving", "deletion"}
	case status == http.StatusOK:
		return told{"registered", ""}
	}
	said := rdapNotice.FindStringSubmatch(body)
	if said == nil {
		t.Fatalf("%s: %d %s", name, status, body)
	}
	return told{said[1], said[2]}
}

func (w *windowsOfStates) overHTTP(t *testing.T, name string) told {
	status, body := w.fetch(t, "http://"+w.http+"/availability/"+url.PathEscape(name))
	if status == http.StatusServiceUnavailable {
		return told{"unknown", ""}
	}
	var said struct{ State, Reason string }
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatalf("%s: %d %s: %v", name, status, body, err)
	}
	return told{said.State, said.Reason}
}

func (w *windowsOfStates) fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	a, err := w.client.RoundTrip(q)
	must(t, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", address, err))
	}
	return a.StatusCode, string(body)
}
