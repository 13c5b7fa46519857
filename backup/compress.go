package backup

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Compress gives where to write a backup that is to be compressed (zstd, RFC 8878).
// It has to be closed. Readers see by themselves that a file is.
func Compress(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }

// magic is what a zstd frame begins with.
var magic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// plain reads a file, decompressed if it has to be.
func plain(r io.Reader) (in *bufio.Reader, end func(), err error) {
	in = bufio.NewReaderSize(r, 1<<16)
	if first, _ := in.Peek(len(magic)); !bytes.Equal(first, magic) {
		return in, func() {}, nil
	}
	z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, nil, err
	}
	return bufio.NewReaderSize(z, 1<<16), z.Close, nil
}
