package rdap_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/rdap"
	"registerd/register"
)

// usual is a natural person's domain with three contacts, two name servers and
// a DS record: an answer of some 10 KB, half of it redactions.
func usual() *lookup.DomainAnswer {
	r := record()
	r.Domain.Contacts = r.Domain.Contacts[:2]
	r.Contacts = r.Contacts[:3]
	r.Domain.Suspension = nil
	r.Domain.Hosts = append(r.Domain.Hosts, register.NameServer{Name: "ns2.shop.example"})
	r.Hosts = append(r.Hosts, r.Hosts[0])
	view := disclose.GDPR().Domain(disclose.Viewer{Audience: disclose.Public}, r)
	return &lookup.DomainAnswer{About: lookup.About{Watermark: watermark, Rules: "gdpr-2", Operator: register.Operator{Name: "Example Registry"}}, Domain: &view}
}

func BenchmarkEncodeDomain(b *testing.B) {
	a := usual()
	b.SetBytes(int64(len(rdap.Domain(base, a))))
	b.ReportAllocs()
	for b.Loop() {
		rdap.Domain(base, a)
	}
}

// discard is a ResponseWriter that costs next to nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func BenchmarkHandler(b *testing.B) {
	for name, kept := range map[string]int{"kept": 10, "anew": 0} {
		b.Run(name, func(b *testing.B) {
			w := open(b, setup{kept: kept})
			r := httptest.NewRequest("GET", "/domain/shop.example", nil)
			out := discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(out.header)
				w.handler.ServeHTTP(out, r)
			}
		})
	}
}

// BenchmarkCodings is what an answer costs in each coding: kept, and made anew.
func BenchmarkCodings(b *testing.B) {
	for name, kept := range map[string]int{"kept": 10, "anew": 0} {
		for _, coding := range []string{"identity", "gzip", "zstd"} {
			b.Run(name+"/"+coding, func(b *testing.B) {
				w := open(b, setup{kept: kept})
				r := httptest.NewRequest("GET", "/domain/shop.example", nil)
				r.Header.Set("Accept-Encoding", coding)
				out := discard{http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					clear(out.header)
					w.handler.ServeHTTP(out, r)
				}
				size, err := strconv.Atoi(out.header.Get("Content-Length"))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size), "bytes")
			})
		}
	}
}

func BenchmarkLoopback(b *testing.B) {
	w := open(b, setup{kept: 10})
	b.RunParallel(func(pb *testing.PB) {
		client := &http.Client{Transport: &http.Transport{}}
		for pb.Next() {
			res, err := client.Get(w.url + "domain/shop.example")
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				b.Error(err)
			}
			res.Body.Close()
		}
	})
}

// BenchmarkEncodeSearch writes pages of 100 of the usual domains.
func BenchmarkEncodeSearch(b *testing.B) {
	for _, part := range []disclose.FieldSet{disclose.Full, disclose.Brief, disclose.ID} {
		b.Run(part.String(), func(b *testing.B) {
			a := foundBy(lookup.DomainsByName, disclose.Public, part, 0)
			for range lookup.DefaultPage {
				a.Domains = append(a.Domains, usual().Domain.Narrow(part))
			}
			b.SetBytes(int64(len(rdap.Search(base, rdap.Country, a, lookup.Search{}))))
			b.ReportAllocs()
			for b.Loop() {
				rdap.Search(base, rdap.Country, a, lookup.Search{})
			}
		})
	}
}
