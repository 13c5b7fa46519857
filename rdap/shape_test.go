package rdap_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
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

// TestNoMemberIsEmpty walks every answer: what is not there is left out.
func TestNoMemberIsEmpty(t *testing.T) {
	w := open(t, setup{})
	for _, q := range requests {
		got := w.ask(t, q.method, q.path, q.headers...)
		walkJSON(t, q.path, "$", parse(t, got.body))
	}
}

func walkJSON(t *testing.T, what, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s: %s is null", what, at)
	case []any:
		if len(v) == 0 {
			t.Errorf("%s: %s is empty", what, at)
		}
		for i, item := range v {
			walkJSON(t, what, fmt.Sprintf("%s[%d]", at, i), item)
		}
	case map[string]any:
		// A jCard property may be without parameters.
		if len(v) == 0 && !strings.Contains(at, ".vcardArray") {
			t.Errorf("%s: %s is empty", what, at)
		}
		if slices.Contains([]string{"self"}, fmt.Sprint(v["rel"])) && v["type"] != "application/rdap+json" {
			t.Errorf("%s: %s: a self link of type %v", what, at, v["type"])
		}
		for k, item := range v {
			walkJSON(t, what, at+"."+k, item)
		}
	}
}
