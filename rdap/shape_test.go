package rdap_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
	"registerd/internal/conformance"
	"registerd/register"
)

var update = flag.Bool("update", false, "write the answers in testdata anew")

// TestAnswersAreAsTheyWere compares whole answers with those in testdata, which
// are there to be read too.
func TestAnswersAreAsTheyWere(t *testing.T) {
	w := open(t, setup{})
	for file, path := range map[string]string{
		"domain-person":       "domain/shop.example",
		"domain-organisation": "domain/firm.example",
		"domain-idn":          "domain/xn--bcher-kva.example",
		"domain-dangling":     "domain/lost.example",
		"domain-hostile":      "domain/evil.example",
		"domain-reserved":     "domain/kept.example",
		"domain-absent":       "domain/free.example",
		"nameserver":          "nameserver/ns1.shop.example",
		"contact":             "entity/F1",
		"registrar":           "entity/reg-a",
		"help":                "help",
	} {
		got := w.ask(t, "GET", path)
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, got.body, "", " "); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		pretty.WriteByte('\n')
		name := filepath.Join("testdata", file+".json")
		if *update {
			if err := os.WriteFile(name, pretty.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), pretty.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}

func TestStatusesAreTranslatedAndAgree(t *testing.T) {
	for _, c := range []struct{ epp, rgp, want string }{
		{"ok", "", "active"},
		{"ok", "addPeriod", "active,add period"},
		{"ok clientHold", "", "client hold"},
		{"ok serverRenewProhibited", "", "server renew prohibited"},
		{"ok", "pendingDelete", "pending delete"},
		{"pendingDelete", "redemptionPeriod pendingDelete", "pending delete,redemption period"},
		{"ok", "redemptionPeriod", "redemption period"},
		{"inactive ok linked", "", "inactive,associated"},
		{"ok ok", "", "active"},
		{"nonsense", "", ""},
		{"", "", ""},
	} {
		r := &disclose.Record{Domain: &register.Domain{
			Name: "a.example", Statuses: strings.Fields(c.epp), RGP: strings.Fields(c.rgp),
		}}
		var v struct{ Status []string }
		body := answerBy(disclose.GDPR(), disclose.Viewer{Audience: disclose.Public}, r)
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(v.Status, ","); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.epp, c.rgp, got, c.want)
		}
		if empty := c.want == ""; empty == bytes.Contains(body, []byte(`"status"`)) {
			t.Errorf("%q: an empty member: %s", c.epp, body)
		}
	}
}

func TestAPhoneThatNoURIHoldsIsText(t *testing.T) {
	for _, c := range []struct {
		phone register.Phone
		want  string
	}{
		{register.Phone{Number: "+999.5550142"}, `["tel",{"type":"voice"},"uri","tel:+999.5550142"]`},
		{register.Phone{Number: "+999.5550142", Extension: "12"}, `["tel",{"type":"voice"},"uri","tel:+999.5550142;ext=12"]`},
		{register.Phone{Number: "call me;ext=1"}, `["tel",{"type":"voice"},"text","call me;ext=1"]`},
		{register.Phone{Number: "+999.5550142", Extension: "a;b"}, `["tel",{"type":"voice"},"text","+999.5550142 a;b"]`},
	} {
		holder := &register.Contact{Handle: "X", Voice: c.phone}
		r := &disclose.Record{Domain: &register.Domain{Name: "a.example", Registrant: "X"}, Contacts: []*register.Contact{holder}}
		body := answerBy(disclose.GDPR(), disclose.Viewer{Audience: disclose.Operator}, r)
		if !bytes.Contains(body, []byte(c.want)) {
			t.Errorf("%+v: want %s in %s", c.phone, c.want, body)
		}
	}
}

// TestEveryAnswerConforms has the strict reader of package conformance look at
// every kind of answer.
func TestEveryAnswerConforms(t *testing.T) {
	w := open(t, setup{})
	for _, q := range requests {
		got := w.ask(t, q.method, q.path, q.headers...)
		asked := http.Header{}
		for i := 0; i < len(q.headers); i += 2 {
			asked.Add(q.headers[i], q.headers[i+1])
		}
		a := conformance.Answer{
			Request: conformance.Request{Method: q.method, URL: base + q.path, Header: asked},
			Status:  got.status, Header: got.header, Body: got.body,
		}
		for _, f := range conformance.Check(a, conformance.Plain) {
			t.Errorf("%s %s: %s\n%s", q.method, q.path, f, got.body)
		}
		if err := conformance.Matches(a); err != nil {
			t.Errorf("%s %s: %v\n%s", q.method, q.path, err, got.body)
		}
	}
}
