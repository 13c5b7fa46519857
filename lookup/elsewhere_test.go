package lookup_test

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"registerd/access"
	"registerd/audit"
	"registerd/lookup"
	"registerd/referral"
	"registerd/register"
	"registerd/store"
)

// bootstrapFiles are what a directory holds in these tests.
var bootstrapFiles = map[string]string{
	"dns.json": `{"version":"1.0","services":[
		[["test"],["https://rdap.test/"]], [["example"],["https://impostor.test/"]], [["own.test"],["https://rdap.nic.example/"]]]}`,
	"ipv4.json":        `{"version":"1.0","services":[[["192.0.2.0/24"],["https://numbers.test/"]]]}`,
	"ipv6.json":        `{"version":"1.0","services":[[["2001:db8::/32"],["https://numbers.test/"]]]}`,
	"asn.json":         `{"version":"1.0","services":[[["64496-64511"],["https://numbers.test/"]]]}`,
	"object-tags.json": `{"version":"1.0","services":[[["o@numbers.test"],["EX"],["https://tags.test/"]],[["o@nic.example"],["OURS"],["https://tags.test/"]]]}`,
}

// directory holds the named files, all of them without names.
func directory(t *testing.T, names ...string) *referral.Directory {
	t.Helper()
	dir := t.TempDir()
	for name, text := range bootstrapFiles {
		keep := len(names) == 0
		for _, n := range names {
			keep = keep || n == name
		}
		if keep {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, err := referral.New(referral.Config{Dir: dir, Own: []string{"https://rdap.nic.example/"}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// referring is a scene whose desk has a directory.
func referring(t *testing.T) *scene {
	s := newScene(t)
	s.config.Referrals = directory(t)
	s.reopen()
	return s
}

// whereTo is the referral in an error, as BASE KIND OBJECT.
func whereTo(err error) string {
	var other *lookup.Elsewhere
	if !errors.As(err, &other) {
		return ""
	}
	return other.Base + " " + string(other.Kind) + " " + other.Object
}

func TestANameOfAnotherRegisterIsReferredToIt(t *testing.T) {
	s := referring(t)
	for text, want := range map[string]string{
		"shop.test": "https://rdap.test/ domain shop.test", "SHOP.Test.": "https://rdap.test/ domain shop.test",
		"bücher.test": "https://rdap.test/ domain xn--bcher-kva.test", "test": "https://rdap.test/ domain test",
		"shop.invalid": "", "shop.own.test": "",
	} {
		_, err := s.Domain(t.Context(), s.ask(public, text))
		if got := whereTo(err); got != want || !errors.Is(err, lookup.ErrElsewhere) || lookup.OutcomeOf(err) != audit.NotFound {
			t.Errorf("%s: %q (%v), want %q", text, got, err, want)
		}
	}
	// In a zone of ours nobody else is believed.
	if _, err := s.Domain(t.Context(), s.ask(public, "free.example")); !errors.Is(err, register.ErrNotFound) || whereTo(err) != "" {
		t.Errorf("%v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "shop.example")); err != nil {
		t.Error(err)
	}
}

func TestANameServerThatIsNotHeldIsReferredToItsRegister(t *testing.T) {
	s := referring(t)
	for text, want := range map[string]string{
		"ns1.shop.test": "https://rdap.test/ nameserver ns1.shop.test", "ns_1.shop.test": "https://rdap.test/ nameserver ns_1.shop.test",
		"ns9.shop.example": "", "ns1.shop.invalid": "",
	} {
		_, err := s.Host(t.Context(), s.ask(public, text))
		if got := whereTo(err); got != want || want == "" && !errors.Is(err, register.ErrNotFound) {
			t.Errorf("%s: %q (%v), want %q", text, got, err, want)
		}
	}
	if _, err := s.Host(t.Context(), s.ask(public, "ns1.shop.example")); err != nil {
		t.Error(err)
	}
}

func TestNetworksAndNumbersAreReadStrictlyAndReferred(t *testing.T) {
	s := referring(t)
	const to = "https://numbers.test/ ip "
	for text, want := range map[string]string{
		"192.0.2.1": to + "192.0.2.1", "192.0.2.0/24": to + "192.0.2.0/24", "192.0.2.77/25": to + "192.0.2.0/25", "192.0.2.9/32": to + "192.0.2.9/32",
		"2001:DB8::1": to + "2001:db8::1", "2001:db8:0:0:0:0:192.0.2.1": to + "2001:db8::c000:201", "2001:db8:1::/48": to + "2001:db8:1::/48",
		"2001:db8::1%eth0": to + "2001:db8::1", "2001:db8::%eth0/64": to + "2001:db8::/64",
		"192.0.2.0/23": "not found", "198.51.100.1": "not found", "::ffff:192.0.2.1": "not found", "::/0": "not found",
		"": "malformed", "/": "malformed", "192.0.2": "malformed", "192.0.2.256": "malformed", "0192.0.2.1": "malformed", "0xc0.0.2.1": "malformed",
		"192.0.2.1%eth0": "malformed", "192.0.2.0/33": "malformed", "192.0.2.0/024": "malformed", "192.0.2.0/+8": "malformed", "192.0.2.0/": "malformed",
		"192.0.2.0/24/": "malformed", "192.0.2.0/24/8": "malformed", "[2001:db8::1]": "malformed", "2001:db8::/129": "malformed", "2001:db8:::1": "malformed",
		" 192.0.2.1": "malformed", "192.0.2.0/ 24": "malformed", "192.0.2.0-192.0.2.9": "malformed",
	} {
		if got := said(s.Network(t.Context(), s.ask(public, text))); got != want {
			t.Errorf("network %q: %q, want %q", text, got, want)
		}
	}
	const at = "https://numbers.test/ autnum "
	for text, want := range map[string]string{
		"64496": at + "64496", "064496": at + "64496", "64512": "not found", "0": "not found", "4294967295": "not found",
		"": "malformed", "AS64496": "malformed", "1.10": "malformed", "4294967296": "malformed", "-1": "malformed", "+1": "malformed", "64_496": "malformed", "٣": "malformed",
	} {
		if got := said(s.Autnum(t.Context(), s.ask(public, text))); got != want {
			t.Errorf("number %q: %q, want %q", text, got, want)
		}
	}
}

// said is what an error of a question about others says.
func said(err error) string {
	if to := whereTo(err); to != "" {
		return to
	}
	switch lookup.OutcomeOf(err) {
	case audit.Malformed:
		return "malformed"
	case audit.Unsupported:
		return "unsupported"
	case audit.NotFound:
		return "not found"
	}
	return "failed"
}

func TestWithoutADirectoryNetworksAndNumbersAreNotSupported(t *testing.T) {
	s := newScene(t)
	for range 2 {
		for text, want := range map[string]string{"192.0.2.1": "unsupported", "192.0.2.0/33": "malformed"} {
			if got := said(s.Network(t.Context(), s.ask(public, text))); got != want {
				t.Errorf("network %q: %q, want %q", text, got, want)
			}
		}
		for text, want := range map[string]string{"64496": "unsupported", "AS1": "malformed"} {
			if got := said(s.Autnum(t.Context(), s.ask(public, text))); got != want {
				t.Errorf("number %q: %q, want %q", text, got, want)
			}
		}
		// Nor with one that knows of others only.
		s.config.Referrals = directory(t, "dns.json")
		s.reopen()
	}
	s.config.Referrals = directory(t, "ipv4.json")
	s.reopen()
	if got := said(s.Network(t.Context(), s.ask(public, "2001:db8::1"))); got != "unsupported" {
		t.Errorf("IPv6 with the file of IPv4: %q", got)
	}
}

// There is a person P1 of whom the public may not know, whose ROID is P1-EX; EX
// is another register's tag here.
func TestAHandleWithAnothersTagIsReferredWhoeverHoldsIt(t *testing.T) {
	s := referring(t)
	for text, want := range map[string]string{
		"p1-ex": "https://tags.test/ entity P1-EX", "never-given-ex": "https://tags.test/ entity NEVER-GIVEN-EX",
		"Ægir-EX": "https://tags.test/ entity ÆGIR-EX", "p1": "not found", "nobody": "not found", "-ex": "not found", "x-": "not found", "x-e.x": "not found",
		"x-none": "not found",
	} {
		_, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone)
		if got := said(err); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	// Those who may be known of are ours, whatever their tag.
	for _, text := range []string{"F1-EX", "f1", "reg-a"} {
		if _, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if a, err := s.Entity(t.Context(), s.ask(registrar("reg-a"), "P1-EX"), lookup.Anyone); err != nil || a.Contact == nil {
		t.Errorf("its registrar: %v", err)
	}
}

func TestOurTagMayStandBehindAHandle(t *testing.T) {
	s := newScene(t)
	s.config.Referrals, s.config.Tag = directory(t), "OURS"
	s.reopen()
	if s.Tag() != "OURS" {
		t.Errorf("%q", s.Tag())
	}
	for text, want := range map[string]string{"F1-OURS": "F1", "f1-Ours": "F1", "F1": "F1", "f1-ex": "F1"} {
		a, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone)
		if err != nil || a.Contact == nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if handle, _ := a.Contact.Handle.Get(); handle != want {
			t.Errorf("%s: %s", text, handle)
		}
	}
	if a, err := s.Entity(t.Context(), s.ask(public, "REG-A-ours"), lookup.Anyone); err != nil || a.Registrar == nil {
		t.Errorf("a registrar: %v", err)
	}
	// A ROID and IANA's number are no handles, and whoever is hidden stays so.
	// We are never referred to, though another claims our tag.
	for _, text := range []string{"F1-EX-OURS", "9995-OURS", "P1-OURS", "nobody-OURS", "-OURS"} {
		if _, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone); said(err) != "not found" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What we write is what finds it again: the handle F1-OURS of somebody else
// stands back behind F1, written with the tag.
func TestAWrittenHandleFindsWhomItWasWrittenOf(t *testing.T) {
	s := newScene(t)
	s.config.Tag = "OURS"
	s.reopen()
	change(t, s.writer, func(tx store.Tx) error {
		other := register.Registrar{ID: "F1-OURS", Name: "Other"}
		return tx.Put(store.Object{Ref: store.Ref{Kind: store.Registrars, Key: "f1-ours"}, Bytes: other.Append(nil)})
	})
	if a, err := s.Entity(t.Context(), s.ask(public, "F1-OURS"), lookup.Anyone); err != nil || a.Contact == nil {
		t.Errorf("%v", err)
	}
	if a, err := s.Entity(t.Context(), s.ask(public, "F1-OURS-OURS"), lookup.Anyone); err != nil || a.Registrar == nil {
		t.Errorf("%v", err)
	}
}

func TestATagThatIsNoneIsRefused(t *testing.T) {
	c := newScene(t).config
	for _, tag := range []string{"ex", "E-X", "E X", "ÆX", "-"} {
		c.Tag = tag
		if _, err := lookup.New(c); err == nil {
			t.Errorf("%q was taken", tag)
		}
	}
}

func TestAReferralCostsAQuestionAndWhatIsNotSupportedANonsense(t *testing.T) {
	for _, with := range []*referral.Directory{nil, directory(t)} {
		s := newScene(t)
		s.config.Referrals = with
		s.budget(1)
		if err := s.Network(t.Context(), s.ask(public, "192.0.2.1")); lookup.OutcomeOf(err) == audit.Limited {
			t.Fatal(err)
		}
		if err := s.Network(t.Context(), s.ask(public, "192.0.2.1")); lookup.OutcomeOf(err) != audit.Limited {
			t.Errorf("the second is %v", err)
		}
		_, err := s.Domain(t.Context(), s.ask(access.Public(open), "shop.example"))
		if spent := lookup.OutcomeOf(err) == audit.Limited; spent != (with != nil) {
			t.Errorf("with a directory %v: a question after it is %v", with != nil, err)
		}
	}
}

// A dotless i is no i, although both have the same capital.
func TestATagIsOfPlainLetters(t *testing.T) {
	s := newScene(t)
	s.config.Tag = "NIC"
	s.reopen()
	for text, want := range map[string]string{"F1-nic": "", "F1-n\u0131c": "not found"} {
		a, err := s.Entity(t.Context(), s.ask(public, text), lookup.Anyone)
		if (err == nil) != (want == "") || err != nil && said(err) != want {
			t.Errorf("%s: %v, %v", text, a, err)
		}
	}
}
