package rdap

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"registerd/lookup"
)

// Only what everybody may see is compressed. The length of a compressed answer
// tells how much of it repeats, so that whoever chooses a part of a question can
// feel for a secret in its answer (BREACH). An answer above the public one holds
// what others may not see, so it is sent as it is; errors are short.

// The codings of contents that we have (RFC 9110 section 8.4.1, RFC 8878).
const (
	identity = ""
	gzipped  = "gzip"
	zstded   = "zstd"
)

// contentEncoding is the header that names them.
var contentEncoding = map[string][]string{gzipped: {gzipped}, zstded: {zstded}}

// leastPacked is the shortest answer that is compressed, in bytes. What fits
// into one packet arrives no sooner for being shorter.
const leastPacked = 1024

// zstdWindow is far below the 8 MiB that every client has room for (RFC 9659),
// and above all answers but the longest of searches.
const zstdWindow = 128 << 10

// codingFor chooses how a body of that length is sent, by Accept-Encoding (RFC
// 9110 section 12.5.3): the coding that is liked best, and of two the cheaper. What
// nobody mentions is not wanted, and "*" is not yet a word for zstd: who says
// it may know the codings of 1999.
//
// A client that refuses all that we have, identity too, is sent identity: it
// asked for an answer above all.
func codingFor(accept []string, length int) string {
	plain, gz, zs, others := -1, -1, -1, -1
	for name, weight := range weighed(accept) {
		switch {
		case strings.EqualFold(name, "identity"):
			plain = weight
		case strings.EqualFold(name, gzipped), strings.EqualFold(name, "x-gzip"):
			gz = weight
		case strings.EqualFold(name, zstded):
			zs = weight
		case name == "*":
			others = weight
		}
	}
	if gz < 0 {
		gz = others
	}
	if plain < 0 {
		plain = others
	}
	best := max(gz, zs)
	switch {
	case best <= 0, best < plain, length < leastPacked && plain != 0:
		return identity
	case zs == best:
		return zstded
	default:
		return gzipped
	}
}

// tagIn is the tag of an answer in a coding. Strong tags are of bytes, so each
// coding has its own (RFC 9110 section 8.8.3.3).
func tagIn(coding, tag string) string {
	if coding == identity {
		return tag
	}
	return strings.TrimSuffix(tag, `"`) + "-" + coding + `"`
}

// packer compresses, at the fastest levels: the densest would take twice the
// time for a tenth of the bytes. It is safe for concurrent use.
type packer struct {
	zstd *zstd.Encoder
	pool sync.Pool // of *press
}

// press is what one compression needs; the tables of gzip are large.
type press struct {
	out  bytes.Buffer
	gzip *gzip.Writer
}

func newPacker() (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(zstdWindow),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	return &packer{zstd: encoder, pool: sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // there is that level
		return &press{gzip: w}
	}}}, nil
}

// pack returns body in a coding.
func (p *packer) pack(coding string, body []byte) []byte {
	s := p.pool.Get().(*press)
	defer p.pool.Put(s)
	s.out.Reset()
	if coding == zstded {
		s.out.Write(p.zstd.EncodeAll(body, s.out.AvailableBuffer()))
	} else {
		s.gzip.Reset(&s.out)
		_, _ = s.gzip.Write(body) // into memory: nothing can fail
		_ = s.gzip.Close()
	}
	return slices.Clone(s.out.Bytes())
}

// packed returns the body of an answer in a coding. An answer that is kept keeps
// the form that was asked for last: packing costs several times what else
// there is to do for it.
func (p *packer) packed(coding string, out lookup.Written) []byte {
	if coding == identity {
		return out.Body
	}
	if out.Packed == nil {
		return p.pack(coding, out.Body)
	}
	if kept := out.Packed.Load(); kept != nil && kept.Coding == coding {
		return kept.Body
	}
	made := &lookup.Packed{Coding: coding, Body: p.pack(coding, out.Body)}
	out.Packed.Store(made)
	return made.Body
}
