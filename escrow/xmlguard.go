package escrow

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
)

// What a deposit may ask of memory. The decoder holds a whole token before it
// returns it, so that the bounds lie on the reader under it.
const (
	maxDepth     = 32
	maxToken     = 1 << 20   // bytes of a tag with its attributes, of a text, of a comment
	maxAttrs     = 64        // of an element
	maxObject    = 256 << 10 // bytes of an object
	maxInflation = 100       // bytes out of gzip for one in, after the first freeInflated
	freeInflated = 8 << 20
)

// A limitError says which bound the input is beyond.
type limitError struct{ what string }

func (e *limitError) Error() string { return e.what }

// source is the input as it was given. It remembers its failure, so that a
// broken disk is told from a broken deposit.
type source struct {
	ctx context.Context
	r   io.Reader
	n   int64
	err error // other than io.EOF
}

func (s *source) Read(p []byte) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// inflater ends a gzip stream that grows beyond proportion.
type inflater struct {
	zip *gzip.Reader
	src *source
	out int64
}

func (z *inflater) Read(p []byte) (int, error) {
	n, err := z.zip.Read(p)
	z.out += int64(n)
	if z.out > freeInflated && z.out/maxInflation > z.src.n {
		return 0, &limitError{fmt.Sprintf("the gzip stream grows to more than %d times its size", maxInflation)}
	}
	return n, err
}

// guard hands the decoder its bytes one by one, and fails when a token or an
// object takes too many.
type guard struct {
	r       *bufio.Reader
	token   int // bytes the token may still take
	granted int // bytes it was given
	object  int // bytes the object may still take after the token
	within  bool
}

// open looks at the first bytes of the input: gzip, a byte order mark, or an
// encoding that is not UTF-8.
func open(src *source) (*guard, error) {
	r := bufio.NewReaderSize(src, 64<<10)
	if magic, _ := r.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zip, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = bufio.NewReaderSize(&inflater{zip: zip, src: src}, 64<<10)
	}
	first, err := r.Peek(3)
	switch {
	case bytes.Equal(first, []byte("\xef\xbb\xbf")):
		_, err = r.Discard(3)
		return &guard{r: r}, err
	case len(first) == 0 && errors.Is(err, io.EOF):
		return nil, errors.New("the input is empty")
	case len(first) == 0:
		return nil, err
	case len(first) >= 2 && (first[0] >= 0xfe || first[0] == 0 || first[1] == 0):
		return nil, errNotUTF8
	}
	return &guard{r: r}, nil
}

var errNotUTF8 = errors.New("it is not in UTF-8, the only encoding that is read")

// begin grants the next token its bytes.
func (g *guard) begin() {
	g.object -= g.granted - g.token
	g.granted = maxToken
	if g.within {
		g.granted = min(g.granted, max(g.object, 0))
	}
	g.token = g.granted
}

// enter begins an object, leave ends it.
func (g *guard) enter() { g.begin(); g.object, g.within = maxObject, true }
func (g *guard) leave() { g.within = false }

// Read is there since the decoder asks for it; the decoder uses ReadByte.
func (g *guard) Read(p []byte) (int, error) {
	b, err := g.ReadByte()
	if err != nil || len(p) == 0 {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

func (g *guard) ReadByte() (byte, error) {
	if g.token == 0 {
		if g.within {
			return 0, &limitError{fmt.Sprintf("an object is longer than %d bytes", maxObject)}
		}
		return 0, &limitError{fmt.Sprintf("a tag, text or comment is longer than %d bytes", maxToken)}
	}
	g.token--
	return g.r.ReadByte()
}
