package listen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

var (
	// ErrLineTooLong says that a line has more bytes than allowed. The line is
	// not read to its end, so nothing can follow it on the connection.
	ErrLineTooLong = errors.New("listen: reading a line: the line is too long")
	// ErrTimeout says that a line was not complete at its deadline.
	ErrTimeout = errors.New("listen: reading a line: the line was not complete in time")
)

// pipelineBytes is the least input that a LineReader takes in at once, so that a
// client may send many short lines ahead.
const pipelineBytes = 4096

// lastLook is the time for reading what had arrived when the end came. A read
// whose deadline is past does not even try.
const lastLook = 5 * time.Millisecond

// ReadLine reads one line of at most longest bytes from c, for a protocol with one
// question a connection; what follows the line is lost. Its rules are those of
// [LineReader.ReadLine].
func ReadLine(c net.Conn, deadline time.Time, longest int) (string, error) {
	return newLineReader(c, longest, 0).ReadLine(context.Background(), deadline)
}

// LineReader reads lines of text that a client sends, perhaps many ahead of
// their answers. It is for one goroutine.
type LineReader struct {
	conn       net.Conn
	longest    int
	buf        []byte // longer than longest by a line end, so an allowed line always fits
	start, end int    // buf[start:end] is read and not yet returned
	err        error  // why nothing more will be read
}

// NewLineReader reads lines of at most longest bytes each, line ends not counted,
// from c.
func NewLineReader(c net.Conn, longest int) *LineReader {
	return newLineReader(c, longest, pipelineBytes)
}

func newLineReader(c net.Conn, longest, room int) *LineReader {
	return &LineReader{conn: c, longest: longest, buf: make([]byte, max(room, longest+len("\r\n")))}
}

// HasLine reports whether the next line is already here, so that ReadLine
// returns it without waiting.
func (r *LineReader) HasLine() bool {
	return bytes.IndexByte(r.buf[r.start:r.end], '\n') >= 0
}

// ReadLine returns the next line without its end, which is LF, CRLF, or the end
// of the input after at least one byte: a client may close its half in place of
// ending its line. There is one deadline for the whole line, however many
// segments it comes in; it does not apply to a line that is already here.
//
// When ctx is done ReadLine looks once more for what has arrived, and then returns
// the lines that are here and no others.
//
// The errors are [ErrLineTooLong], [ErrTimeout], [io.EOF], the cause of ctx, or
// what went wrong on the connection. After an error no more lines come.
func (r *LineReader) ReadLine(ctx context.Context, deadline time.Time) (string, error) {
	if line, ok := r.next(); ok {
		return line, nil
	}
	if r.err != nil {
		return "", r.err
	}
	if err := r.conn.SetReadDeadline(deadline); err != nil {
		r.err = err
		return "", err
	}
	wake := context.AfterFunc(ctx, func() { r.conn.SetReadDeadline(time.Now().Add(lastLook)) })
	defer wake()
	for r.err == nil {
		r.fill(ctx)
		if line, ok := r.next(); ok {
			return line, nil
		}
	}
	return "", r.err
}

// next takes a line from what has been read; it sets r.err if that begins with
// a line that is too long.
func (r *LineReader) next() (string, bool) {
	unread := r.buf[r.start:r.end]
	length := bytes.IndexByte(unread, '\n')
	taken := length + len("\n")
	switch {
	case length >= 0:
	case len(unread) > 0 && r.err == io.EOF:
		length, taken = len(unread), len(unread)
	case len(bytes.TrimSuffix(unread, []byte("\r"))) > r.longest:
		r.refuse()
		return "", false
	default:
		return "", false
	}
	line := bytes.TrimSuffix(unread[:length], []byte("\r"))
	if len(line) > r.longest {
		r.refuse()
		return "", false
	}
	r.start += taken
	return string(line), true
}

func (r *LineReader) refuse() {
	r.start, r.end, r.err = 0, 0, ErrLineTooLong
}

// fill reads once. There is room: what is left unread is at most longest bytes and
// a CR.
func (r *LineReader) fill(ctx context.Context) {
	r.end = copy(r.buf, r.buf[r.start:r.end])
	r.start = 0
	n, err := r.conn.Read(r.buf[r.end:])
	r.end += n
	switch {
	case err == nil && ctx.Err() != nil:
		r.err = context.Cause(ctx) // that was the last look
	case err == nil:
	case !errors.Is(err, os.ErrDeadlineExceeded):
		r.err = err
	case ctx.Err() != nil:
		r.err = context.Cause(ctx)
	default:
		r.err = ErrTimeout
	}
}
