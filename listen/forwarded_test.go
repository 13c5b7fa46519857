package listen

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// frontEnds are those of these tests: of a network, of one host, and of ours.
var frontEnds = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:f::/48"), netip.MustParsePrefix("127.0.0.1/32"),
}

func TestAFrontEndsHeaderIsReadFromItsEnd(t *testing.T) {
	twenty := strings.Repeat("10.0.0.9, ", 19) + "10.0.0.9"
	for _, tt := range []struct{ name, common, standard, want string }{
		{"one hop", "192.0.2.7", "", "192.0.2.7"},
		{"what a client claims", "198.51.100.1, 192.0.2.7", "", "192.0.2.7"},
		{"nonsense that a client claims", "unknown, , %%, 192.0.2.7", "", "192.0.2.7"},
		{"a front end behind another", "192.0.2.7, 10.1.2.3", "", "192.0.2.7"},
		{"of both kinds", "192.0.2.7,10.1.2.3 ,\t2001:db8:f::1", "", "192.0.2.7"},
		{"one on this machine", "192.0.2.7, 127.0.0.1", "", "192.0.2.7"},
		{"all are front ends", "10.1.2.3, 10.0.0.4", "", "10.1.2.3"},
		{"twenty hops", "192.0.2.7" + strings.TrimPrefix(twenty, "10.0.0.9"), "", "192.0.2.7"},
		{"a port", "192.0.2.7:4711", "", "192.0.2.7"},
		{"IPv6", "2001:db8::7", "", "2001:db8::7"},
		{"IPv6 in brackets", "[2001:db8::7]", "", "2001:db8::7"},
		{"IPv6 with a port", "[2001:db8::7]:4711", "", "2001:db8::7"},
		{"mapped", "::ffff:192.0.2.7", "", "192.0.2.7"},
		{"a mapped front end", "192.0.2.7, ::ffff:10.0.0.1", "", "192.0.2.7"},
		{"a zone", "fe80::7%eth0", "", "fe80::7"},

		{"standard", "", "for=192.0.2.7", "192.0.2.7"},
		{"standard, quoted", "", `for="192.0.2.7"`, "192.0.2.7"},
		{"standard, a port", "", `for="192.0.2.7:4711"`, "192.0.2.7"},
		{"standard, IPv6", "", `For="[2001:db8::7]";proto=https;by=10.0.0.1`, "2001:db8::7"},
		{"standard, escaped", "", `proto="\"";for="[2001:db8::\7]:80"`, "2001:db8::7"},
		{"standard, several", "", `for=198.51.100.1, for=192.0.2.7;proto=http , FOR=10.0.0.1`, "192.0.2.7"},
		{"standard, claims without a for", "", `proto=http,, ;;,for=192.0.2.7;`, "192.0.2.7"},
	} {
		header := http.Header{}
		if tt.common != "" {
			header.Set("X-Forwarded-For", tt.common)
		}
		if tt.standard != "" {
			header.Set("Forwarded", tt.standard)
		}
		for _, peer := range []string{"10.0.0.1", "2001:db8:f::1", "127.0.0.1"} {
			if got, err := forwardedClient(netip.MustParseAddr(peer), header, frontEnds); err != nil || got.String() != tt.want {
				t.Errorf("%s: from %s: %v, %v, want %s", tt.name, peer, got, err, tt.want)
			}
		}
		stranger := netip.MustParseAddr("203.0.113.1")
		if got, err := forwardedClient(stranger, header, frontEnds); err != nil || got != stranger {
			t.Errorf("%s: from %v: %v, %v", tt.name, stranger, got, err)
		}
	}
}

func TestAFrontEndThatDoesNotSayWhoIsAskingIsRefused(t *testing.T) {
	tooMany := "192.0.2.7" + strings.Repeat(", 10.0.0.9", 20)
	for name, header := range map[string]http.Header{
		"nothing":                  {},
		"others' headers":          {"X-Real-Ip": {"192.0.2.7"}, "True-Client-Ip": {"192.0.2.7"}, "Via": {"1.1 x"}},
		"empty":                    {"X-Forwarded-For": {""}},
		"twice":                    {"X-Forwarded-For": {"192.0.2.7", "192.0.2.7"}},
		"both":                     {"X-Forwarded-For": {"192.0.2.7"}, "Forwarded": {"for=192.0.2.7"}},
		"both, one empty":          {"X-Forwarded-For": {"192.0.2.7"}, "Forwarded": {""}},
		"unknown":                  {"X-Forwarded-For": {"192.0.2.7, unknown"}},
		"a name":                   {"X-Forwarded-For": {"client.example"}},
		"nobody at the end":        {"X-Forwarded-For": {"192.0.2.7,"}},
		"half a bracket":           {"X-Forwarded-For": {"[2001:db8::7"}},
		"two addresses":            {"X-Forwarded-For": {"192.0.2.6 192.0.2.7"}},
		"an octal number":          {"X-Forwarded-For": {"192.0.02.7"}},
		"21 hops":                  {"X-Forwarded-For": {tooMany}},
		"unspecified":              {"X-Forwarded-For": {"0.0.0.0"}},
		"unspecified, IPv6":        {"X-Forwarded-For": {"::"}},
		"multicast":                {"X-Forwarded-For": {"ff02::1"}},
		"a loopback":               {"X-Forwarded-For": {"127.0.0.2"}},
		"a loopback, IPv6":         {"X-Forwarded-For": {"::1"}},
		"a loopback, mapped":       {"X-Forwarded-For": {"::ffff:127.0.0.1"}},
		"the loopback listed":      {"X-Forwarded-For": {"127.0.0.1"}},
		"standard, twice":          {"Forwarded": {"for=192.0.2.7", "for=192.0.2.7"}},
		"standard, empty":          {"Forwarded": {""}},
		"standard, unknown":        {"Forwarded": {"for=unknown"}},
		"standard, made up":        {"Forwarded": {"for=_gazonk"}},
		"standard, no for":         {"Forwarded": {"for=192.0.2.7, proto=http"}},
		"standard, two fors":       {"Forwarded": {"for=192.0.2.6;for=192.0.2.7"}},
		"standard, not closed":     {"Forwarded": {`for=192.0.2.6;x=", for=192.0.2.7`}},
		"standard, closed late":    {"Forwarded": {`for=192.0.2.6;x=", for="192.0.2.7"`}},
		"standard, an escaped end": {"Forwarded": {`for=192.0.2.7;x="\`}},
		"standard, no value":       {"Forwarded": {"for="}},
		"standard, empty value":    {"Forwarded": {`for=""`}},
		"standard, no name":        {"Forwarded": {"=192.0.2.7"}},
		"standard, blanks":         {"Forwarded": {"for = 192.0.2.7"}},
		"standard, no quotes":      {"Forwarded": {"for=[2001:db8::7]"}},
		"standard, 21 hops":        {"Forwarded": {"for=192.0.2.7" + strings.Repeat(", for=10.0.0.9", 20)}},
	} {
		got, err := forwardedClient(netip.MustParseAddr("10.0.0.1"), header, frontEnds)
		if _, ok := err.(*UnnamedError); !ok || got.IsValid() {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestNobodyChangesWhomTheyAreTakenFor sends requests with any headers through any
// number of front ends that write down whom they were called by, as RFC 7239 and
// custom have it. The client is known or refused, and never somebody else.
func TestNobodyChangesWhomTheyAreTakenFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		client := drawClient(t)
		header := http.Header{}
		for _, name := range []string{"X-Forwarded-For", "Forwarded"} {
			if lines := rapid.SliceOfN(drawClaim(), 0, 2).Draw(t, name); len(lines) > 0 {
				header[name] = lines
			}
		}
		if got, err := forwardedClient(client, header, frontEnds); err != nil || got != client {
			t.Fatalf("without a front end, %v is taken for %v, %v", client, got, err)
		}
		name := rapid.SampledFrom([]string{"X-Forwarded-For", "Forwarded"}).Draw(t, "header of the front ends")
		peer := client
		for range rapid.IntRange(1, 4).Draw(t, "front ends") {
			passOn(t, header, name, peer)
			peer = netip.MustParseAddr(rapid.SampledFrom([]string{"10.0.0.1", "10.9.9.9", "2001:db8:f::5", "127.0.0.1"}).Draw(t, "front end"))
		}
		if got, err := forwardedClient(peer, header, frontEnds); err == nil && got != client {
			t.Fatalf("%v is taken for %v, by %q", client, got, header)
		}
	})
}

// drawClient is somebody who is no front end.
func drawClient(t *rapid.T) netip.Addr {
	b := rapid.SliceOfN(rapid.Byte(), 3, 3).Draw(t, "client")
	if rapid.Bool().Draw(t, "IPv6") {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0xe, b[0], b[1], 15: b[2]})
	}
	return netip.AddrFrom4([4]byte{198, b[0], b[1], b[2]})
}

// drawClaim is a header line as somebody who knows the grammars would try it.
func drawClaim() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"for=", "For=", "by=", "x=", `"`, `"`, `\`, ",", ", ", ";", " ", "[", "]", ":80", "%", "unknown", "_x",
		"203.0.113.66", "2001:db8:e::66", "10.0.0.7", "127.0.0.1", "::1", "[2001:db8:f::1]",
	})
	return rapid.Map(rapid.SliceOfN(piece, 0, 12), func(p []string) string { return strings.Join(p, "") })
}

// passOn has a front end add to the header whom it was called by.
func passOn(t *rapid.T, header http.Header, name string, by netip.Addr) {
	bare, bracketed := by.String(), by.String()
	if by.Is6() {
		bracketed = "[" + bare + "]"
	}
	forms := []string{bare, bracketed, bracketed + ":4711"}
	if name == "Forwarded" {
		quoted := `for="` + bracketed + `"`
		forms = []string{quoted, "proto=https;" + quoted, `by="[2001:db8:f::1]:80";` + quoted + `;host="a"`, `for="` + bracketed + `:1"`}
		if by.Is4() {
			forms = append(forms, "for="+bare, "for="+bare+";proto=http")
		}
	}
	own, lines := rapid.SampledFrom(forms).Draw(t, "form"), header[name]
	if len(lines) == 0 || rapid.Bool().Draw(t, "a line of its own") {
		header[name] = append(slices.Clone(lines), own)
		return
	}
	lines[len(lines)-1] += rapid.SampledFrom([]string{",", ", "}).Draw(t, "comma") + own
}

func FuzzForwardedClient(f *testing.F) {
	f.Add([]byte{10, 0, 0, 1}, "192.0.2.7, 10.0.0.1", "")
	f.Add([]byte{10, 0, 0, 1}, "", `for=192.0.2.6;x="\"", for="[2001:db8::7]:1";proto=https`)
	f.Add([]byte{192, 0, 2, 1}, "[::ffff:192.0.2.7]:80", "")
	f.Fuzz(func(t *testing.T, from []byte, common, standard string) {
		peer, ok := netip.AddrFromSlice(from)
		if !ok {
			return
		}
		peer = peer.Unmap()
		header := http.Header{}
		if common != "" {
			header["X-Forwarded-For"] = []string{common}
		}
		if standard != "" {
			header["Forwarded"] = []string{standard}
		}
		got, err := forwardedClient(peer, header, frontEnds)
		switch {
		case !listed(frontEnds, peer):
			if err != nil || got != peer {
				t.Errorf("%v is taken for %v, %v", peer, got, err)
			}
			return
		case err != nil:
			if got.IsValid() {
				t.Errorf("%v with an error", got)
			}
			return
		case !got.IsValid() || got.Is4In6() || got.Zone() != "" || got.IsLoopback() || got.IsMulticast() || got.IsUnspecified():
			t.Errorf("the client is %v", got)
		case common != "" && !listed(frontEnds, got):
			header["X-Forwarded-For"] = []string{"203.0.113.66," + common}
			if again, err := forwardedClient(peer, header, frontEnds); err == nil && again != got {
				t.Errorf("a claim before it changed %v into %v", got, again)
			}
		}
	})
}

func TestAHeaderOfAnyLengthIsReadInABoundedTime(t *testing.T) {
	for _, text := range []string{",", "for=a,", ";", `for="\"`, "1.1.1.1,"} {
		header := http.Header{"X-Forwarded-For": {strings.Repeat(text, 1<<20)}}
		standard := http.Header{"Forwarded": {strings.Repeat(text, 1<<20)}}
		for _, h := range []http.Header{header, standard} {
			if got, err := forwardedClient(netip.MustParseAddr("10.0.0.1"), h, frontEnds); err == nil {
				t.Errorf("%.20s...: %v", text, got)
			}
		}
	}
	if allocs := testing.AllocsPerRun(10, func() {
		_, _ = forwardedClient(netip.MustParseAddr("10.0.0.1"), http.Header{"X-Forwarded-For": {strings.Repeat("1.1.1.1,", 1<<10)}}, frontEnds)
	}); allocs > 10 {
		t.Error(fmt.Sprint(allocs, " allocations"))
	}
}
