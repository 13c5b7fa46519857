package rdap_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/escrow"
	"registerd/internal/newregister"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/register"
	"registerd/whois"
)

const holdersEmail = "gudrun@firm.example"

// TestAConsentOrAProtectionShowsInTheNextAnswer changes a holder through the
// feed, under answers that are kept: no window gives the old one once more.
func TestAConsentOrAProtectionShowsInTheNextAnswer(t *testing.T) {
	c := newConsentScene(t)
	var tag string
	for _, step := range []struct {
		what, facts  string
		email, phone bool
	}{
		{"an organisation", `"holder":"legal","protection":"none"`, false, true},
		{"that consents", `"holder":"legal","protection":"none","consent":["email"]`, true, true},
		{"that is protected", `"holder":"legal","protection":"protected","consent":["email"]`, false, false},
		{"and no longer is", `"holder":"legal","protection":"none","consent":["email"]`, true, true},
		{"that withdraws its consent", `"holder":"legal","protection":"none"`, false, true},
		{"and was a person all the time", `"holder":"natural","protection":"none","consent":["email"]`, false, false},
	} {
		c.feed(t, step.facts)
		for _, kept := range []bool{false, true} {
			body, now := c.askRDAP(t, tag)
			for window, answer := range map[string]string{"RDAP": body, "WHOIS": c.askWHOIS(t, lookup.WHOIS), "console": c.askWHOIS(t, lookup.Console)} {
				if got := strings.Contains(answer, holdersEmail); got != step.email {
					t.Errorf("%s, kept %v: %s shows the e-mail address: %v\n%s", step.what, kept, window, got, answer)
				}
				if got := strings.Contains(answer, "+999.5550177"); got != step.phone {
					t.Errorf("%s, kept %v: %s shows the telephone number: %v\n%s", step.what, kept, window, got, answer)
				}
			}
			if tag = ""; kept {
				tag = now // what a client keeps until the next step
			}
		}
	}
}

// consentScene is a register with one domain, filled through a feed, and the windows.
type consentScene struct {
	importer *escrow.Importer
	rdap     *rdap.Handler
	whois    *whois.Server
	serial   int
}

func newConsentScene(t *testing.T) *consentScene {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, r := newregister.Open(t)
	check((escrow.Synthetic{Domains: 1, Zone: "example", At: watermark}).Synthesize(t.Context(), w, nil))
	s := new(consentScene)
	var err error
	s.importer, err = escrow.New(escrow.Config{
		Writer: w, Reader: r, Now: time.Now, AcceptWiden: true,
		Wider: func(old, new register.Traits) bool { return disclose.GDPR().Wider(old, new) },
	})
	check(err)
	who, err := access.New(access.Config{Now: time.Now})
	check(err)
	desk, err := lookup.New(lookup.Config{
		Store: r, Limiter: ratelimit.Unlimited(), Journal: audit.None(), AccessLog: audit.Discard(), Now: time.Now, Kept: 8,
		Published: lookup.Published{Policy: disclose.GDPR(), Access: who},
	})
	check(err)
	log := slog.New(slog.DiscardHandler)
	s.rdap, err = rdap.New(rdap.Config{Desk: desk, Base: base, Log: log})
	check(err)
	s.whois, err = whois.New(whois.Config{Desk: desk, Log: log})
	check(err)
	return s
}

// feed applies one change: the holder with other facts.
func (s *consentScene) feed(t *testing.T, facts string) {
	t.Helper()
	s.serial++
	line := fmt.Sprintf(`{"serial":%d,"prev":%d,"time":"2026-01-02T03:04:05Z","put":[`+
		`{"contact":{"handle":"h1","roid":"H1-EX","sponsor":"registrar-1","international":{"name":"Gudrun","organization":"Firm Ltd","address":{"country":"DK"}},`+
		`"voice":{"number":"+999.5550177"},"email":%q,"facts":{%s}}}`, s.serial, s.serial-1, holdersEmail, facts)
	if s.serial == 1 {
		line += `,{"domain":{"name":"firm.example","registrant":"h1","sponsor":"registrar-1"}}`
	}
	report, err := s.importer.Changes(t.Context(), bytes.NewReader([]byte(line+"]}\n")), escrow.FeedOptions{})
	if err != nil {
		t.Fatalf("%v: %v", err, report.Problems)
	}
}

// askRDAP asks with the tag of an earlier answer: what has changed since may
// not be confirmed.
func (s *consentScene) askRDAP(t *testing.T, tag string) (body, now string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/domain/firm.example", nil)
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	w := httptest.NewRecorder()
	s.rdap.ServeHTTP(w, r)
	if w.Code == http.StatusNotModified {
		t.Fatal("an answer from before the change was confirmed")
	}
	return w.Body.String(), w.Header().Get("Etag")
}

func (s *consentScene) askWHOIS(t *testing.T, w lookup.Window) string {
	q := lookup.Question{Caller: access.Public(access.Channel{Addr: testAddr}), Window: w, Text: "firm.example"}
	return string(s.whois.Answer(t.Context(), q))
}
