package disclose_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/escrow"
	"registerd/internal/newregister"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
	"registerd/testdata"
)

// canary is what marks a private value of the example register, by text, by
// the digits of a telephone and by a date's time of day (testdata/README.md).
var canary = regexp.MustCompile(`(?i)canary|226279|T02:26:27`)

// unmarked are values that cannot be marked, registrars' ids and words of
// closed lists, and the postal form that is not shown beside the other.
var unmarked = regexp.MustCompile(`\.Sponsor$|\.Statuses\[|^Transfer\.Status$|` +
	`^Contact\.International\.(Organization|Address)|^Registrar\.International`)

// expected are the warnings that the example's deposit has on purpose.
var expected = []string{"a FULL deposit has a prevId", "domain expired.example", "registrar cornershop: gurid"}

func TestTheExampleMarksExactlyWhatThePublicMayNotSee(t *testing.T) {
	policy, public := disclose.GDPR(), disclose.Viewer{Audience: disclose.Public}
	reader := example(t)
	objects := 0
	for _, kind := range []store.Kind{store.Names, store.Contacts, store.Hosts, store.Registrars} {
		err := reader.Walk(t.Context(), kind, func(o store.Object) error {
			objects++
			raw, view := publicView(t, policy, public, o)
			shown := map[string]bool{}
			for path, text := range leaves(view) {
				shown[text] = true
				if canary.MatchString(text) {
					t.Errorf("%s: the public sees %s: %s", o.Key, path, text)
				}
			}
			for path, text := range leaves(raw) {
				if !shown[text] && !canary.MatchString(text) && !unmarked.MatchString(path) {
					t.Errorf("%s: the public does not see %s, and it is not marked: %s", o.Key, path, text)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if objects != 30+5+20+15+4 {
		t.Errorf("%d objects; testdata/README.md says otherwise", objects)
	}
}

// What a seeker is shown beyond the public is shown by a rule that is for seekers,
// and tells of no person.
func TestASeekerIsShownWhatIsMarkedByARuleOfItsOwnAlone(t *testing.T) {
	policy, reader := disclose.GDPR(), example(t)
	by := map[string]int{}
	for _, who := range everySeeker {
		err := reader.Walk(t.Context(), store.Contacts, func(o store.Object) error {
			raw, _ := publicView(t, policy, who, o)
			contact := raw.(*register.Contact)
			view := inRole(policy, who, contact, registrant)
			for _, told := range disclose.Tell(view) {
				if !canary.MatchString(told.Text) {
					continue
				}
				by[told.Rule.ID]++
				if h := contact.Traits().Holder(); h != register.HolderLegal && h != register.HolderPublicBody || !told.Rule.For(who) || told.Rule.For(disclose.Viewer{Audience: disclose.Public}) {
					t.Errorf("%s: %s is shown to %+v by %s: %s", o.Key, told.Field, who, told.Rule.ID, told.Text)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if by["certification"]+by["legal-actions"] == 0 {
		t.Errorf("nothing that is marked was shown, by %v", by)
	}
}

// example is the example register: its deposit and its changes, imported.
func example(t *testing.T) *sqlite.Reader {
	t.Helper()
	w, r := newregister.Open(t)
	now := func() time.Time { return time.Date(2026, 11, 20, 5, 0, 0, 0, time.UTC) }
	im, err := escrow.New(escrow.Config{Writer: w, Reader: r, Now: now, Wider: disclose.GDPR().Wider})
	if err != nil {
		t.Fatal(err)
	}
	report, err := im.Deposit(t.Context(), bytes.NewReader(testdata.Deposit))
	explain(t, report, err)
	if len(report.Problems) != len(expected) {
		t.Errorf("the deposit has other problems than expected: %v", report.Problems)
	}
	for i, p := range report.Problems[:min(len(expected), len(report.Problems))] {
		if !strings.Contains(p.String(), expected[i]) {
			t.Errorf("problem %d is %s, want %s", i, p, expected[i])
		}
	}
	report, err = im.Changes(t.Context(), bytes.NewReader(testdata.Changes), escrow.FeedOptions{})
	explain(t, report, err)
	return r
}

func explain(t *testing.T, report *escrow.Report, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if refused := (*escrow.RefusedError)(nil); errors.As(err, &refused) {
		report = refused.Report
	}
	t.Fatalf("%v\n%v", err, report)
}

// publicView decodes an object and makes the view of it. The contact's is made
// as a domain's, where it is seen most, and not by its handle.
func publicView(t *testing.T, p *disclose.Policy, v disclose.Viewer, o store.Object) (raw, view any) {
	t.Helper()
	var err error
	switch o.Tag().Type() {
	case register.TagDomain:
		var d *register.Domain
		if d, err = register.DecodeDomain(o.Bytes); err == nil {
			raw, view = d, p.Domain(v, &disclose.Record{Domain: withoutContacts(d), Hosts: make([]*register.Host, len(d.Hosts))})
		}
	case register.TagContact:
		var c *register.Contact
		if c, err = register.DecodeContact(o.Bytes); err == nil {
			d := &register.Domain{Registrant: c.Handle}
			raw, view = c, p.Domain(v, &disclose.Record{Domain: d, Contacts: []*register.Contact{c}})
		}
	case register.TagHost:
		var h *register.Host
		if h, err = register.DecodeHost(o.Bytes); err == nil {
			raw, view = h, p.Host(v, h, nil)
		}
	case register.TagRegistrar:
		var r *register.Registrar
		if r, err = register.DecodeRegistrar(o.Bytes); err == nil {
			raw, view = r, p.Registrar(v, r)
		}
	case register.TagReserved:
		var r *register.Reserved
		if r, err = register.DecodeReserved(o.Bytes); err == nil {
			raw, view = r, p.Reserved(v, r)
		}
	}
	if err != nil || raw == nil {
		t.Fatalf("%s: tag %d: %v", o.Key, o.Tag(), err)
	}
	return raw, view
}

// withoutContacts is the domain's own data: its contacts are looked at one by one.
func withoutContacts(d *register.Domain) *register.Domain {
	d.Registrant, d.Contacts = "", nil
	return d
}

// leaves lists texts, numbers and dates in v by their path, and of a
// disclose.Value what it shows.
func leaves(v any) map[string]string {
	out := map[string]string{}
	collect(reflect.ValueOf(v), reflect.TypeOf(v).Name(), out)
	return out
}

func collect(v reflect.Value, path string, out map[string]string) {
	if get := v.MethodByName("Get"); get.IsValid() {
		if got := get.Call(nil); got[1].Bool() {
			collect(got[0], path, out)
		}
		return
	}
	if !v.CanInterface() {
		return
	}
	switch x := v.Interface().(type) {
	case time.Time:
		if !x.IsZero() {
			out[path] = x.Format(time.RFC3339Nano)
		}
		return
	case fmt.Stringer:
		if v.Kind() == reflect.Struct { // an address
			out[path] = x.String()
		}
		return // or an enumeration
	}
	switch v.Kind() {
	case reflect.String:
		if v.String() != "" {
			out[path] = v.String()
		}
	case reflect.Pointer:
		if !v.IsNil() {
			collect(v.Elem(), v.Elem().Type().Name(), out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), fmt.Sprintf("%s[%d]", path, i), out)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			collect(v.Field(i), path+"."+v.Type().Field(i).Name, out)
		}
	}
}
