package referral_test

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/openrdap/rdap/bootstrap"

	"registerd/referral"
	"registerd/register"
)

func one(entry, base string) service { return service{[]string{entry}, []string{base}} }

func TestTheLongestNameDecidesLabelByLabel(t *testing.T) {
	d := holding(t, referral.Domains,
		one("test", "https://rdap.test/"), one("co.test", "https://rdap.co.test/"), one("Big.Test", "https://big.test/v1/"),
		one("xn--wgbh1c", "https://rdap.masr.test/"), one("com", "http://rdap.com.test:80/"), one("own.test", own))
	for name, want := range map[register.Name]string{
		"test": "https://rdap.test/", "shop.test": "https://rdap.test/", "a.b.c.test": "https://rdap.test/",
		"co.test": "https://rdap.co.test/", "shop.co.test": "https://rdap.co.test/", "xco.test": "https://rdap.test/",
		"www.big.test": "https://big.test/v1/", "shop.xn--wgbh1c": "https://rdap.masr.test/",
		"shop.com": "http://rdap.com.test/", "mycom": "", "com.invalid": "", "test.invalid": "", "": "",
		"own.test": "", "shop.own.test": "", // we are to be asked, and not whoever has test
	} {
		if got, ok := d.Domain(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestTheRootIsForWhatNoOtherNameHolds(t *testing.T) {
	d := holding(t, referral.Domains, one("test", "https://rdap.test/"), one("own.test", own), one("", "https://root.test/"))
	for name, want := range map[register.Name]string{
		"shop.test": "https://rdap.test/", "shop.com": "https://root.test/", "com": "https://root.test/", "own.test": "",
	} {
		if got, ok := d.Domain(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestOfTwoSpellingsOfANameOneDecidesAlways(t *testing.T) {
	for range 20 {
		d := holding(t, referral.Domains, one("test", "https://small.test/"), one("TEST", "https://large.test/"))
		if got, _ := d.Domain("shop.test"); got != "https://small.test/" {
			t.Fatalf("%q", got)
		}
	}
}

func TestAFileInPlaceOfTheFolderIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bootstrap")
	check(t, os.WriteFile(file, nil, 0o600))
	if _, err := referral.New(referral.Config{Dir: file, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("accepted")
	}
}

func TestTheSmallestNetworkThatHoldsAllDecides(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, referral.IPv4, text(t, referral.IPv4,
		one("192.0.0.0/8", "https://eight.test/"), one("192.0.2.0/24", "https://doc.test/"), one("192.0.2.128/25", own), one("2001:db8::/32", "https://wrong.test/")))
	write(t, dir, referral.IPv6, text(t, referral.IPv6,
		one("2001:db8::/32", "https://six.test/"), one("2001:DB8:1::/48", "https://site.test/"), one("::/0", "https://all.test/"), one("10.0.0.0/8", "https://wrong.test/")))
	d := open(t, referral.Config{Dir: dir})
	for network, want := range map[string]string{
		"192.0.2.1/32": "https://doc.test/", "192.0.2.0/24": "https://doc.test/", "192.0.2.0/23": "https://eight.test/",
		"192.0.2.200/32": "", "192.9.9.9/32": "https://eight.test/", "192.0.0.0/7": "", "10.0.0.1/32": "",
		"2001:db8::1/128": "https://six.test/", "2001:db8:1::/64": "https://site.test/", "2001:db8::/31": "https://all.test/",
		"::ffff:192.0.2.1/128": "https://all.test/",
	} {
		if got, ok := d.Network(netip.MustParsePrefix(network)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", network, got, ok, want)
		}
	}
}

func TestTheRangeThatHoldsTheNumberDecides(t *testing.T) {
	d := holding(t, referral.Autnums, one("64496-64511", "https://doc.test/"), one("65536-65551", "https://wide.test/"),
		one("65552", "https://one.test/"), one("4294967295", "https://last.test/"), one("AS1", "https://wrong.test/"), one("9-3", "https://wrong.test/"))
	for n, want := range map[uint32]string{
		0: "", 1: "", 5: "", 64495: "", 64496: "https://doc.test/", 64500: "https://doc.test/", 64511: "https://doc.test/", 64512: "",
		65551: "https://wide.test/", 65552: "https://one.test/", 65553: "", 4294967294: "", 4294967295: "https://last.test/",
	} {
		if got, ok := d.Autnum(n); got != want || ok != (want != "") {
			t.Errorf("%d: %q, %v, want %q", n, got, ok, want)
		}
	}
}

func TestATagIsFoundInEitherCase(t *testing.T) {
	d := holding(t, referral.Tags, one("ARIN", "https://arin.test/"), one("frnic", "https://fr.test/"), one("A-B", "https://wrong.test/"), one("OWN", own))
	for tag, want := range map[string]string{
		"ARIN": "https://arin.test/", "arin": "https://arin.test/", "FRNIC": "https://fr.test/", "A-B": "", "OWN": "", "": "", "ARI": "",
	} {
		if got, ok := d.Tag(tag); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v, want %q", tag, got, ok, want)
		}
	}
}

// The client of OpenRDAP has its own way to search; where the files are as
// they should be, it must come to the same.
func TestAnotherReaderFindsTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var names, networks, numbers []service
	for i := range 300 {
		at := "https://s" + strconv.Itoa(i) + ".test/"
		label := string(rune('a'+random.IntN(8))) + "." + string(rune('a'+random.IntN(8))) + "." + string(rune('a'+random.IntN(8)))
		names = append(names, one(label[2*random.IntN(3):], at))
		addr := netip.AddrFrom4([4]byte{byte(random.IntN(4)), byte(random.IntN(4)), byte(random.IntN(256)), 0})
		networks = append(networks, one(netip.PrefixFrom(addr, 4+random.IntN(20)).Masked().String(), at))
		numbers = append(numbers, one(strconv.Itoa(i*10)+"-"+strconv.Itoa(i*10+random.IntN(10)), at))
	}
	dns, err := bootstrap.NewDNSRegistry(text(t, referral.Domains, names...))
	check(t, err)
	ipv4, err := bootstrap.NewNetRegistry(text(t, referral.IPv4, networks...), 4)
	check(t, err)
	asn, err := bootstrap.NewASNRegistry(text(t, referral.Autnums, numbers...))
	check(t, err)
	dir := t.TempDir()
	write(t, dir, referral.Domains, text(t, referral.Domains, names...))
	write(t, dir, referral.IPv4, text(t, referral.IPv4, networks...))
	write(t, dir, referral.Autnums, text(t, referral.Autnums, numbers...))
	d := open(t, referral.Config{Dir: dir})
	same := func(r bootstrap.Registry, question, got string) {
		t.Helper()
		answer, err := r.Lookup(&bootstrap.Question{Query: question})
		check(t, err)
		want := ""
		if len(answer.URLs) > 0 {
			want = answer.URLs[0].String()
		}
		if got != want {
			t.Errorf("%s: %q, another reader finds %q", question, got, want)
		}
	}
	for range 3000 {
		name := "x." + string(rune('a'+random.IntN(9))) + "." + string(rune('a'+random.IntN(9))) + "." + string(rune('a'+random.IntN(9)))
		got, _ := d.Domain(register.Name(name))
		same(dns, name, got)
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(random.IntN(5)), byte(random.IntN(5)), byte(random.IntN(256)), 0}), 2+random.IntN(31)).Masked()
		got, _ = d.Network(p)
		same(ipv4, p.String(), got)
		n := random.Uint32N(3200)
		got, _ = d.Autnum(n)
		same(asn, strconv.Itoa(int(n)), got)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsNotUnderstoodLeavesTheOldOne(t *testing.T) {
	dir, log := t.TempDir(), new(bytes.Buffer)
	good := text(t, referral.Domains, one("test", "https://rdap.test/"))
	write(t, dir, referral.Domains, good)
	d := open(t, referral.Config{Dir: dir, Log: logTo(log)})
	for what, bad := range map[string][]byte{
		"empty": nil, "cut": good[:len(good)-5], "null": []byte("null"), "an array": []byte("[]"), "no version": []byte(`{"services":[[["test"],["https://evil.test/"]]]}`),
		"another version": bytes.Replace(good, []byte(`"1.0"`), []byte(`"2.0"`), 1), "a page": []byte("<html>not here</html>"),
		"deep": bytes.Repeat([]byte(`{"services":[`), 100_000), "no service": text(t, referral.Domains), "no entry": text(t, referral.Domains, one("a b", "https://evil.test/")),
		"four arrays": []byte(`{"version":"1.0","services":[[["test"],["https://evil.test/"],[],[]]]}`), "numbers": []byte(`{"version":"1.0","services":[[[1],[2]]]}`),
		"ten megabytes": append(bytes.TrimSuffix(good, []byte("}")), []byte(`,"x":"`+strings.Repeat("x", 10<<20)+`"}`)...),
		"too many":      text(t, referral.Domains, service{manyNames(), []string{"https://evil.test/"}}),
	} {
		log.Reset()
		write(t, dir, referral.Domains, bad)
		d.Refresh()
		d.Refresh()
		if got, _ := d.Domain("shop.test"); got != "https://rdap.test/" {
			t.Errorf("%s: %q", what, got)
		}
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
			t.Errorf("%s: logged %d times: %s", what, n, log)
		}
	}
	write(t, dir, referral.Domains, text(t, referral.Domains, one("test", "https://new.test/")))
	d.Refresh()
	if got, _ := d.Domain("shop.test"); got != "https://new.test/" {
		t.Errorf("the new file is not in force: %q", got)
	}
	check(t, os.Remove(filepath.Join(dir, referral.Domains.String())))
	d.Refresh()
	if got, ok := d.Domain("shop.test"); ok || d.Holds(referral.Domains) {
		t.Errorf("the file is gone and still answers %q", got)
	}
}

func manyNames() []string {
	out := make([]string, 100_001)
	for i := range out {
		out[i] = "n" + strconv.Itoa(i)
	}
	return out
}

func TestWhatIsNoFileIsNotRead(t *testing.T) {
	dir, log := t.TempDir(), new(bytes.Buffer)
	check(t, os.Mkdir(filepath.Join(dir, referral.Tags.String()), 0o700))
	d := open(t, referral.Config{Dir: dir, Log: logTo(log)})
	if d.Holds(referral.Tags) || !strings.Contains(log.String(), "it is not a file") {
		t.Errorf("%s", log)
	}
}

func TestRangesThatOverlapAreRefused(t *testing.T) {
	log := new(bytes.Buffer)
	dir := t.TempDir()
	write(t, dir, referral.Autnums, text(t, referral.Autnums, one("1-10", "https://a.test/"), one("10-20", "https://b.test/")))
	d := open(t, referral.Config{Dir: dir, Log: logTo(log)})
	if d.Holds(referral.Autnums) || !strings.Contains(log.String(), "asn.json: two ranges overlap, at 10") {
		t.Errorf("%s", log)
	}
}

func TestWhatIsKnownIsCountedFileByFile(t *testing.T) {
	d := holding(t, referral.IPv6, one("2001:db8::/32", "https://six.test/"), one("3fff::/20", "https://six.test/"))
	known := d.Known()
	if len(known) != 1 || known[0].File != referral.IPv6 || known[0].Entries != 2 || known[0].Written.IsZero() {
		t.Errorf("%+v", known)
	}
}

func TestADirectoryWithAPartMissingIsRefused(t *testing.T) {
	log := logTo(new(bytes.Buffer))
	for what, c := range map[string]referral.Config{
		"no folder": {Log: log}, "no log": {Dir: t.TempDir()},
		"a source in clear": {Dir: t.TempDir(), Log: log, Source: "http://data.test/rdap/"}, "a source without a slash": {Dir: t.TempDir(), Log: log, Source: "https://data.test/rdap"},
	} {
		if _, err := referral.New(c); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}
