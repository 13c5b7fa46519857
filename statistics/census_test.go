package statistics

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"registerd/internal/newregister"
	"registerd/register"
	"registerd/store"
)

func TestRowsSumUpToWhatTheyAreOf(t *testing.T) {
	for name, c := range map[string]*Census{"example": exampleCensus(t), "made up": censusOf(t, synthetic(t, 150))} {
		for _, s := range sheets {
			sum := 0
			for _, n := range c.Sheets[s.id] {
				sum += n
			}
			if s.of != "" && sum != c.Total(s.of) {
				t.Errorf("%s: %s: the rows are %d together, and there are %d %s", name, s.id, sum, c.Total(s.of), s.of)
			}
		}
	}
}

func TestACensusCountsWhatTheStoreCounts(t *testing.T) {
	r := synthetic(t, 150)
	e, err := r.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, want := censusOf(t, r), e.State.Counts
	got := register.Counts{
		Domains: c.Total(totalDomains), Reserved: c.Total(totalReserved), Contacts: c.Total(totalContacts),
		Hosts: c.Total(totalHosts), Registrars: c.Total(totalRegistrars),
	}
	if got != want {
		t.Errorf("counted %+v, the store has %+v", got, want)
	}
}

// Whatever a census holds is a number, a time, a word of the program, or a name that the
// register publishes.
func TestACensusNamesNobody(t *testing.T) {
	c := exampleCensus(t)
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToUpper(string(written)), "CANARY") {
		t.Errorf("a private value stands in it: %s", written)
	}
	open := map[string]func(string) bool{
		"zone":      func(s string) bool { return s == "example" },
		"registrar": func(s string) bool { return c.Registrars[s] != "" },
		"idn-table": func(s string) bool { return s == "da" || s == "sv" },
		"script":    func(s string) bool { return s == "ASCII" || s == "mixed" || unicode.Scripts[s] != nil },
	}
	for _, months := range []string{"created", "expired", "expires", "transferred"} {
		open[months] = regexp.MustCompile(`^20\d\d-\d\d$`).MatchString
	}
	for id, rows := range c.Sheets {
		s := sheetOf(id)
		for name := range rows {
			if known := open[id]; known == nil && !slices.Contains(s.words, name) || known != nil && !known(name) {
				t.Errorf("%s counts %q", id, name)
			}
		}
	}
}

func TestTypesOfStatisticsHaveNoPlaceForText(t *testing.T) {
	allowed := map[string]reflect.Type{
		"AsOf": reflect.TypeFor[time.Time](), "Taken": reflect.TypeFor[time.Time](), "Since": reflect.TypeFor[time.Time](),
		"CreatedSince": reflect.TypeFor[int](), "Said": reflect.TypeFor[*Said](), "Domains": reflect.TypeFor[int](), "Removed": reflect.TypeFor[int](),
		"Sheets":     reflect.TypeFor[map[string]map[string]int](), // whose rows the test above looks at
		"Registrars": reflect.TypeFor[map[string]string](),         // names of registrars
		"Number":     reflect.TypeFor[int64](), "Slow": reflect.TypeFor[int64](),
	}
	for _, kept := range []reflect.Type{reflect.TypeFor[Census](), reflect.TypeFor[Said](), reflect.TypeFor[amount]()} {
		for i := range kept.NumField() {
			if f := kept.Field(i); allowed[f.Name] != f.Type {
				t.Errorf("%s.%s: is it certain that a %s names nobody?", kept.Name(), f.Name, f.Type)
			}
		}
	}
}

func TestEveryWordOfARegisterHasARow(t *testing.T) {
	for v := range 256 {
		if h := register.HolderType(v); h == register.HolderUnknown || h.String() != "unknown" {
			if !slices.Contains(holderWords, h.String()) {
				t.Errorf("holder %s has none", h)
			}
		}
		if s := register.VerificationState(v); s.String() != "unknown" && !slices.Contains(verificationWords, s.String()) {
			t.Errorf("identification %s has none", s)
		}
		if s := register.ReservedState(v); s.String() != "" && !slices.Contains(reservedWords, s.String()) {
			t.Errorf("reserved state %s has none", s)
		}
	}
}

func TestReferencesThatLeadNowhereAreCounted(t *testing.T) {
	w, r := newregister.Open(t)
	d := register.Domain{Name: "shop.example", Registrant: "A1", Sponsor: "one", Hosts: []register.NameServer{{Name: "ns.shop.example"}}}
	err := w.Change(t.Context(), func(tx store.Tx) error {
		tx.SetState(register.State{Zones: []register.Name{"example"}, Watermark: november})
		return tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: "shop.example"}, Bytes: d.Append(nil), Refs: []store.Ref{
			{Kind: store.Contacts, Key: "a1"}, {Kind: store.Hosts, Key: "ns.shop.example"}, {Kind: store.Registrars, Key: "one"},
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	c := censusOf(t, r)
	for _, to := range []string{"contact", "host", "registrar"} {
		if n := c.Sheets["dangling"][to]; n != 1 {
			t.Errorf("%d references to a %s lead nowhere, want 1", n, to)
		}
	}
	if c.Sheets["holder"]["unknown"] != 1 || c.Sheets["registrar"]["none"] != 1 {
		t.Errorf("holder %v, registrar %v", c.Sheets["holder"], c.Sheets["registrar"])
	}
}

func TestANameIsOfTheScriptThatItIsWrittenIn(t *testing.T) {
	for text, want := range map[string]string{
		"shop.example": "ASCII", "blåbær.example": "Latin", "пример.example": "Cyrillic", "例え.example": "mixed",
		"例子.example": "Han", "shop.пример": "ASCII", "παράδειγμα2-3.example": "Greek",
	} {
		name, err := register.ParseName(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := scriptOf(name); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
