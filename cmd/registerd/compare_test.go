package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// oldServer answers lines on port 43 as a script says; "" closes without a word.
func oldServer(t *testing.T, answer func(line string) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(c).ReadString('\n')
			_, _ = io.WriteString(c, answer(strings.TrimRight(line, "\r\n")))
			c.Close()
		}
	}()
	return l.Addr().String()
}

// compared runs the command over names, and reads what it prints.
func compared(t *testing.T, k compareCommand, names ...string) (comparison, error) {
	t.Helper()
	k.Names = filepath.Join(t.TempDir(), "names")
	if err := os.WriteFile(k.Names, []byte(strings.Join(names, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if k.Line == "" {
		k.Line = "%s"
	}
	if k.MaxThrottled == 0 {
		k.MaxThrottled = 10
	}
	if k.Timeout == 0 {
		k.Timeout = patience
	}
	k.PerSecond, k.JSON = 1000, true
	var out bytes.Buffer
	err := k.Run(t.Context(), console{out: &out, err: io.Discard})
	var result comparison
	if out.Len() > 0 {
		if bad := json.Unmarshal(out.Bytes(), &result); bad != nil {
			t.Fatalf("%v: %s", bad, out.Bytes())
		}
	}
	return result, err
}

const oldRecord = `# the old server
Domain Name: %s
Creation Date: %s
Registrar: Old Name
Name Server: ns1.test
Name Server: ns2.test
`

func TestWhatDiffersIsSaidByLabel(t *testing.T) {
	old := oldServer(t, func(name string) string {
		switch name {
		case "same.test":
			return fmt.Sprintf(oldRecord, name, "2026-01-02T00:00:00Z")
		case "changed.test":
			return fmt.Sprintf(oldRecord, name, "2026-01-02") + "Fax: +999.1\nTrouble: yes\n"
		case "gone.test":
			return fmt.Sprintf(oldRecord, name, "2026-01-02")
		}
		return "Domain not found.\n"
	})
	here := oldServer(t, func(name string) string {
		switch name {
		case "same.test":
			return "Name Server: ns2.test\r\nDomain Name:   same.test\r\nCreation Date: 02.01.2026\r\nRegistrar: Old  Name\r\nName Server: ns1.test\r\n"
		case "changed.test":
			return "Domain Name: changed.test\nCreation Date: 2026-01-03\nRegistrar: Old Name\nName Server: ns1.test\nFax: +999.1\nEmail: x@y.test\n"
		case "both.test":
			return "No match for \"both.test\".\n"
		}
		return "No entries found\n"
	})
	got, err := compared(t, compareCommand{WHOIS: old, Against: here}, "# names", "same.test", "changed.test", "", " gone.test ", "both.test")
	if err != nil || got.Asked != 4 || got.Compared != 4 || got.Same != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	said := map[string][3]int{}
	for _, l := range got.Labels {
		said[l.Label] = [3]int{l.OnlyThere.Names, l.OnlyHere.Names, l.Different.Names}
	}
	want := map[string][3]int{
		"Creation Date": {0, 0, 1}, "Email": {0, 1, 0}, "Name Server": {0, 0, 1}, "Trouble": {1, 0, 0},
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if len(got.States) != 1 || got.States[0].There != "registered" || got.States[0].Here != "not there" ||
		!slices.Equal(got.States[0].Examples, []string{"gone.test"}) {
		t.Errorf("states: %+v", got.States)
	}
}

func TestAComparisonHoldsNoValue(t *testing.T) {
	old := oldServer(t, func(string) string {
		return fmt.Sprintf(oldRecord, "a.test", "2026-01-02") + "Name: CANARY one\n  CANARY two\n"
	})
	here := oldServer(t, func(string) string {
		return fmt.Sprintf(oldRecord, "a.test", "2026-01-03") + "Name: CANARY three\nServer:\n  CANARY (2001:db8::1)\n"
	})
	for _, asJSON := range []bool{false, true} {
		names := filepath.Join(t.TempDir(), "names")
		if err := os.WriteFile(names, []byte("a.test\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		k := compareCommand{WHOIS: old, Against: here, Names: names, Line: "%s", PerSecond: 1000, Timeout: patience, MaxThrottled: 1, JSON: asJSON}
		if err := k.Run(t.Context(), console{out: &out, err: io.Discard}); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); strings.Contains(text, "CANARY") || !strings.Contains(text, "Creation Date") {
			t.Errorf("printed: %s", text)
		}
	}
}

func TestThrottledAnswersAreCountedAndEndTheComparison(t *testing.T) {
	there := 0
	old := oldServer(t, func(name string) string {
		if there++; there > 2 {
			return "% Too many requests\nNo entries found in the database\n"
		}
		return "Domain not found.\n"
	})
	here := oldServer(t, func(string) string { return "Domain not found.\n" })
	got, err := compared(t, compareCommand{WHOIS: old, Against: here, MaxThrottled: 3}, "a.test", "b.test", "c.test", "d.test", "e.test", "f.test")
	if err == nil || !strings.Contains(err.Error(), "after 5 names: 3 answers were throttled") {
		t.Errorf("ended with %v", err)
	}
	if got.Throttled != (sides{There: 3}) || got.Compared != 2 || got.Same != 2 || len(got.States) != 0 || got.Ended == "" {
		t.Errorf("%+v", got)
	}
}

func TestADeadServerEndsTheComparisonAfterWhatWasCompared(t *testing.T) {
	asked := 0
	old := oldServer(t, func(string) string {
		if asked++; asked > 1 {
			return ""
		}
		return "Domain not found.\n"
	})
	here := oldServer(t, func(string) string { return "Domain not found.\n" })
	got, err := compared(t, compareCommand{WHOIS: old, Against: here}, "a.test", "b.test", "c.test", "d.test", "e.test")
	if err == nil || !strings.Contains(err.Error(), "after 4 names: 3 in a row were not answered: "+old) {
		t.Errorf("ended with %v", err)
	}
	if got.Compared != 1 || got.Unanswered != (sides{There: 3}) {
		t.Errorf("%+v", got)
	}
}

func TestAServerThatDoesNotAnswerInTimeIsSaidToBeSlow(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = compared(t, compareCommand{WHOIS: l.Addr().String(), Against: l.Addr().String(), Timeout: time.Millisecond}, "a.test", "b.test", "c.test")
	if err == nil || !strings.Contains(err.Error(), "within 1ms") {
		t.Errorf("ended with %v", err)
	}
}

func TestAComparisonEndsWhenItIsTold(t *testing.T) {
	old := oldServer(t, func(string) string { return "Domain not found.\n" })
	ctx, end := context.WithCancel(t.Context())
	end()
	k := compareCommand{Line: "%s", PerSecond: 1000, Timeout: patience, MaxThrottled: 1}
	err := k.each(ctx, strings.NewReader("a.test\n"), k.remote(old), k.remote(old), newComparison(old, old))
	if err != context.Canceled {
		t.Errorf("ended with %v", err)
	}
}

func TestBothAreAskedAsClientsAsk(t *testing.T) {
	lines := make(chan string, 2)
	old := oldServer(t, func(line string) string { lines <- line; return "Domain not found.\n" })
	if _, err := compared(t, compareCommand{WHOIS: old, Against: old, Line: "--charset=utf-8 %s"}, "a.test"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if line := <-lines; line != "--charset=utf-8 a.test" {
			t.Errorf("asked %q", line)
		}
	}
}

func TestAnswersAreToldApart(t *testing.T) {
	for answer, want := range map[string]whoisState{
		"Domain: x.test\nStatus: free\n":                                           absent,
		"Domain:\tx.test\nStatus:\tAVAILABLE\n":                                    absent,
		"Domain: x.test\nScript: LATIN\n\nStatus: AVAILABLE\n":                     absent,
		"x.test is free\n":                                                         absent,
		"%% No entries found in the database.\n":                                   absent,
		"%ERROR:101: no entries found\n":                                           absent,
		"No information available about domain name x.test\n":                      absent,
		"# hello\n\nNo entries found for the selected source.\n":                   absent,
		"# Too many connections.\n":                                                throttled,
		"%% Too many requests...\nNo entries found\n":                              throttled,
		"% Error: 55000000002 Connection refused; access control limit reached.\n": throttled,
		"whois.test: only 1 request per second allowed, try again later\n":         throttled,
		"%ERROR:201: access denied for 192.0.2.1\n":                                throttled,
		"% Maximum queries per hour reached (100)\n":                               throttled,
		"WHOIS LIMIT EXCEEDED - retry after 3 seconds\n% code: 201\n":              throttled,
		"-1: Still in grace period, wait 3 seconds\n":                              throttled,
		"% Service temporarily out of order. Nothing is said.\n% code: 503\n":      outOfOrder,
		"Database error\n":                                                         outOfOrder,
		"The name is reserved by the registry and is not open for registration.\n": reserved,
		"Domain: x.test\nStatus: NOT ALLOWED\n":                                    reserved,
		"%ERROR:109: invalid combination of options\n":                             refused,
		"domain: x.test\nregistrar: R\nchanged: 2026-01-02\n% limit exceeded\n":    registered,
		"[Domain Name]  X.TEST\n[Registrant]  A\n[State]  Active\n":                registered,
		"    Domain name:\n        x.test\n\n    Registrar:\n        R\n\n    Relevant dates:\n        Registered on: 02-Jan-2026\n": registered,
		"hello\n": unclear,
	} {
		if got := readWHOIS([]byte(answer)).state; got != want {
			t.Errorf("%q is %s, want %s", answer, got, want)
		}
	}
}

func TestTheCommonLayoutsAreRead(t *testing.T) {
	for text, want := range map[string]map[string][]string{
		"Domain Name: x.test\r\nName Server: b\r\nName Server: a\r\n": {"Domain Name": {"x.test"}, "Name Server": {"b", "a"}},
		"domain.............: x.test\nexpires............: 2.1.2026":  {"domain": {"x.test"}, "expires": {"\x002026-01-02T00:00:00Z"}},
		"[Name]  X\n[Address]":                               {"Name": {"X"}, "Address": nil},
		"Registrar:\n   R Ltd\n   Street 1\n\nloose words\n": {"Registrar": {"R Ltd", "Street 1"}},
		"Web: https://x.test/\nhttps://x.test/terms\n":       {"Web": {"https://x.test/"}},
		"Hosts:\n  ns.x.test (2001:db8::1)\n":                {"Hosts": {"ns.x.test (2001:db8::1)"}},
		"Name: bl\xe5b\xe6r\n":                               {"Name": {"blåbær"}},
		"Name: A\n>>> Last update: now <<<\n\nTerms: none\n": {"Name": {"A"}},
		"# Name: B\n%Name: C\n* Name: D\n; Name: E\n":        {},
	} {
		got := readWHOIS([]byte(text)).labels
		if len(got) != len(want) {
			t.Errorf("%q is read as %q", text, got)
		}
		for label, values := range want {
			if there, ok := got[label]; !ok || !slices.Equal(there, values) {
				t.Errorf("%q: %s is %q, want %q", text, label, there, values)
			}
		}
	}
}
