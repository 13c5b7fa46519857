package rdap_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/rdap"
)

// plain undoes a coding, with another program than made it where there is one.
func plain(t *testing.T, coding string, body []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r, zstd.WithDecoderMaxWindow(8<<20)) // RFC 9659
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// codings are Accept-Encoding headers with what a long and a short answer are sent in.
var codings = []struct{ header, long, short string }{
	{"", "", ""},
	{"identity", "", ""},
	{"gzip", "gzip", ""},
	{"zstd", "zstd", ""},
	{"GZip", "gzip", ""},
	{"x-gzip", "gzip", ""},
	{"gzip, deflate, br, zstd", "zstd", ""}, // a browser
	{"gzip, deflate", "gzip", ""},
	{"br, deflate, compress, dcb", "", ""},
	{"gzip;q=0.5, zstd;q=0.4", "gzip", ""},
	{"gzip ; q=0.5 , zstd;q=0.500", "zstd", ""},
	{"gzip;q=0", "", ""},
	{"gzip;q=0.000, zstd", "zstd", ""},
	{"identity;q=0.9, gzip;q=0.8", "", ""},
	{"identity;q=0.5, gzip;q=0.8", "gzip", ""},
	{"identity, gzip", "gzip", ""},
	{"identity;q=0, gzip", "gzip", "gzip"},
	{"*;q=0, gzip;q=0.1", "gzip", "gzip"},
	{"*", "gzip", ""},
	{"*, gzip;q=0", "", ""},
	{"*;q=0.5, zstd;q=0.4", "gzip", ""},
	{"*;q=0", "", ""}, // nothing is acceptable: the answer is
	{"identity;q=0", "", ""},
	{"br, identity;q=0", "", ""},
	{"gzip;q=much, zstd;q=2", "", ""},
	{",;q=1,\"", "", ""},
}

func TestAnAnswerIsSentInTheCodingThatIsLikedBest(t *testing.T) {
	w := open(t, setup{kept: 10})
	paths := []string{"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1", "help"}
	for _, path := range paths {
		whole := w.ask(t, "GET", path)
		if whole.header.Get("Content-Encoding") != "" || len(whole.body) < 1024 {
			t.Fatalf("%s: %d bytes in %q", path, len(whole.body), whole.header.Get("Content-Encoding"))
		}
		for _, c := range codings {
			got := w.ask(t, "GET", path, "Accept-Encoding", c.header)
			if got.status != 200 || got.header.Get("Content-Encoding") != c.long || got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
				t.Errorf("%s, %s: %d in %q, want %q", path, c.header, got.status, got.header.Get("Content-Encoding"), c.long)
			}
			if !bytes.Equal(plain(t, c.long, got.body), whole.body) {
				t.Errorf("%s, %s: another answer", path, c.header)
			}
			if c.long != "" && len(got.body) >= len(whole.body) {
				t.Errorf("%s, %s: %d bytes became %d", path, c.header, len(whole.body), len(got.body))
			}
		}
	}
}

func TestAShortAnswerIsCompressedForWhoTakesNoOther(t *testing.T) {
	for _, c := range codings {
		if got := rdap.CodingFor([]string{c.header}, 1023); got != c.short {
			t.Errorf("%s: in %q, want %q", c.header, got, c.short)
		}
		if got := rdap.CodingFor([]string{c.header}, 1024); got != c.long {
			t.Errorf("%s, one byte more: in %q, want %q", c.header, got, c.long)
		}
	}
	if got := rdap.CodingFor([]string{"br", "gzip;q=0.5"}, 1024); got != "gzip" {
		t.Errorf("two headers: in %q", got)
	}
}

func TestEachCodingHasATagOfItsOwn(t *testing.T) {
	w := open(t, setup{kept: 10})
	tags := map[string]string{}
	for _, coding := range []string{"identity", "gzip", "zstd"} {
		tag := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding).header.Get("ETag")
		if !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			t.Fatalf("%s: the tag %s is not strong", coding, tag)
		}
		tags[coding] = tag
	}
	for coding := range tags {
		for of, tag := range tags {
			unless, only := 200, 412
			if of == coding {
				unless, only = 304, 200
			}
			if got := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding, "If-None-Match", tag); got.status != unless {
				t.Errorf("in %s, unless it has the tag of %s: %d, want %d", coding, of, got.status, unless)
			}
			if got := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding, "If-Match", tag); got.status != only {
				t.Errorf("in %s, only if it has the tag of %s: %d, want %d", coding, of, got.status, only)
			}
		}
	}
}

// TestWhatNotEverybodyMaySeeIsNeverCompressed: its length would tell.
func TestWhatNotEverybodyMaySeeIsNeverCompressed(t *testing.T) {
	w := open(t, setup{kept: 10})
	for _, coding := range []string{"gzip", "zstd", "*", "identity;q=0, gzip, zstd"} {
		for who, token := range w.tokens {
			for _, path := range []string{"domain/shop.example", "domain/firm.example", "nameserver/ns1.shop.example", "entity/F1", "help"} {
				got := w.ask(t, "GET", path, "Accept-Encoding", coding, "Authorization", "Bearer "+token)
				if got.status != 200 || got.header.Get("Content-Encoding") != "" {
					t.Errorf("%s, %s: %d in %q", who, path, got.status, got.header.Get("Content-Encoding"))
				}
			}
		}
		for _, q := range requests {
			got := w.ask(t, q.method, q.path, append([]string{"Accept-Encoding", coding}, q.headers...)...)
			if got.status != 200 && got.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: an error in %q", q.path, got.header.Get("Content-Encoding"))
			}
		}
	}
}

func TestAKeptAnswerKeepsTheFormThatWasAskedForLast(t *testing.T) {
	w := open(t, setup{kept: 10})
	w.ask(t, "GET", "domain/shop.example")
	kept := func() *lookup.Packed {
		a, err := w.desk.Domain(t.Context(), lookup.Question{
			Caller: access.Public(access.Channel{Addr: testAddr}), Window: disclose.RDAP, Text: "shop.example",
		})
		if err != nil {
			t.Fatal(err)
		}
		return a.Write(func(*lookup.DomainAnswer) lookup.Written {
			t.Fatal("it is not kept")
			return lookup.Written{}
		}).Packed.Load()
	}
	if got := kept(); got != nil {
		t.Errorf("%s was kept, and nobody asked for it", got.Coding)
	}
	for _, coding := range []string{"gzip", "gzip", "zstd", "gzip"} {
		before := kept()
		got := w.ask(t, "GET", "domain/shop.example", "Accept-Encoding", coding)
		after := kept()
		if after == nil || after.Coding != coding || !bytes.Equal(after.Body, got.body) {
			t.Fatalf("asked in %s, %v is kept", coding, after)
		}
		if before != nil && before.Coding == coding && before != after {
			t.Errorf("%s was made again", coding)
		}
	}
}

func TestManyMayAskInEveryCodingAtOnce(t *testing.T) {
	w := open(t, setup{kept: 10})
	var group sync.WaitGroup
	for _, path := range []string{"domain/shop.example", "help"} {
		whole := w.ask(t, "GET", path).body
		for i := range 30 {
			coding := []string{"gzip", "zstd", ""}[i%3]
			group.Go(func() {
				got := w.ask(t, "GET", path, "Accept-Encoding", coding)
				if !bytes.Equal(plain(t, got.header.Get("Content-Encoding"), got.body), whole) {
					t.Errorf("%s in %q: another answer", path, coding)
				}
			})
		}
	}
	group.Wait()
}
