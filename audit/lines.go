package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// eachLine gives f each whole line, newline included, valid during the call.
// An unfinished last line is left out.
func eachLine(r io.Reader, f func(line []byte) error) error {
	br := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			// No record is this long. It is an unfinished line all the same if
			// no newline follows: some file systems leave zeros after a crash.
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = br.ReadSlice('\n')
			}
			if err == nil {
				return fmt.Errorf("a line is longer than %d bytes", maxLine)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(line); err != nil {
			return err
		}
	}
}

// lineSeq reads the number of a record, and looks at no more of the line than
// that and its end: opening reads journals of years.
func lineSeq(line []byte) (uint64, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(seqMember))
	digits, _, more := bytes.Cut(rest, []byte(","))
	if !ok || !more || !bytes.HasSuffix(line, []byte("}\n")) {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(digits), 10, 64)
	return seq, err == nil
}
