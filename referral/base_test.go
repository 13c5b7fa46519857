package referral_test

import (
	"net/url"
	"strings"
	"testing"

	"registerd/referral"
)

func TestOneIsSentToASafeBaseOrNowhere(t *testing.T) {
	for _, c := range []struct {
		want  string
		bases []string
	}{
		{"https://a.test/", []string{"https://a.test/"}},
		{"https://a.test/", []string{"http://a.test/", "https://a.test/", "https://b.test/"}},
		{"http://a.test/", []string{"http://a.test/"}},
		{"http://a.test/", []string{"http://a.test/", "http://b.test/"}},
		{"https://a.test/rdap/v1/", []string{"HTTPS://A.Test.:443/rdap/v1/"}},
		{"https://a.test:8443/", []string{"https://a.test:08443/"}},
		{"http://[2001:db8::1]:81/", []string{"http://[2001:DB8:0::1]:81/"}},
		{"https://[2001:db8::1]/", []string{"https://[2001:db8::1]/"}},
		{"https://xn--bcher-kva.test/", []string{"https://Bücher.test/"}},
		{"https://b.test/", []string{"javascript:alert(1)//", "//evil.test/", "ftp://evil.test/", "https://b.test/"}},

		{"", []string{"javascript:alert(1)/"}},
		{"", []string{"//evil.test/"}},
		{"", []string{"/rdap/"}},
		{"", []string{"https:evil.test/"}},
		{"", []string{"https:///evil.test/"}},
		{"", []string{"https://user@evil.test/"}},
		{"", []string{"https://user:secret@evil.test/"}},
		{"", []string{"https://nic.test@evil.test/"}},
		{"", []string{"https://evil.test"}},
		{"", []string{"https://evil.test/rdap"}},
		{"", []string{"https://evil.test/?"}},
		{"", []string{"https://evil.test/?x=/"}},
		{"", []string{"https://evil.test/#/"}},
		{"", []string{"https://evil.test/\r\nSet-Cookie:/"}},
		{"", []string{"https://evil.test/%0d%0aSet-Cookie:/"}},
		{"", []string{"https://evil.test\r\n/"}},
		{"", []string{`https://evil.test\/`}},
		{"", []string{`https://evil.test/\/`}},
		{"", []string{"https://evil.test//x/"}},
		{"", []string{"https://evil.test/../"}},
		{"", []string{"https://evil.test/%2e%2e/"}},
		{"", []string{"https://evil.test:0/"}},
		{"", []string{"https://evil.test:65536/"}},
		{"", []string{"https://[fe80::1%25eth0]/"}},
		{"", []string{"https://%65vil.test/"}},
		{"", []string{"https://ev il.test/"}},
		{"", []string{"https://evil..test/"}},
		{"", []string{"https://evil.test/" + strings.Repeat("a", 1000) + "/"}},

		{"", []string{"https://rdap.nic.example/"}},
		{"", []string{"http://rdap.nic.example/"}},
		{"", []string{"https://RDAP.Nic.Example:443/"}},
		{"", []string{"https://rdap.nic.example.:8443/other/"}},
		{"", []string{"https://rdap。nic。example/"}},
		{"", []string{"https://user@rdap.nic.example/"}},
		{"", []string{"https://elsewhere.test/", "http://rdap.nic.example/"}},
		{"", []string{"https://192.0.2.80/"}},
		{"", []string{"https://[::ffff:192.0.2.80]/"}},
		{"", []string{"https://xn--rgister-mxa.example/"}},
		{"", []string{"https://RÆGISTER.example/"}},
	} {
		dir := t.TempDir()
		write(t, dir, referral.Domains, text(t, referral.Domains, service{[]string{"test"}, c.bases}, one("kept", "https://kept.test/")))
		d := open(t, referral.Config{Dir: dir, Own: []string{own, "http://192.0.2.80:8080/", "https://rægister.example/"}})
		if got, ok := d.Domain("shop.test"); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, want %q", c.bases, got, c.want)
		}
		if _, ok := d.Domain("shop.kept"); !ok {
			t.Errorf("%q: one bad entry costs all others", c.bases)
		}
	}
}

// FuzzBase: whatever stands in a file, what comes out is a whole URL of a web
// server, and reads as the same to whoever reads it again.
func FuzzBase(f *testing.F) {
	for _, s := range []string{own, "https://a.test:1/x/", "//evil/", "https://a@b/", "https://[::1]/", "HTTP://ÆØ.test./"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		dir := t.TempDir()
		write(t, dir, referral.Tags, text(t, referral.Tags, one("TAG", s)))
		got, ok := open(t, referral.Config{Dir: dir}).Tag("TAG")
		if !ok {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.String() != got || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
			u.Scheme != "https" && u.Scheme != "http" || !strings.HasSuffix(u.Path, "/") || strings.EqualFold(u.Hostname(), "rdap.nic.example") {
			t.Errorf("%q became %q", s, got)
		}
		for _, c := range got {
			if c <= ' ' || c > '~' {
				t.Errorf("%q became %q", s, got)
			}
		}
		write(t, dir, referral.Tags, text(t, referral.Tags, one("TAG", got)))
		if again, _ := open(t, referral.Config{Dir: dir}).Tag("TAG"); again != got {
			t.Errorf("%q, read again, is %q", got, again)
		}
	})
}
