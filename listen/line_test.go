package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pieces is a connection that delivers its input a piece at a time and then
// ends with end.
type pieces struct {
	net.Conn
	input []string
	end   error
}

func (p *pieces) SetReadDeadline(time.Time) error { return nil }

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.input) == 0 {
		return 0, p.end
	}
	n := copy(b, p.input[0])
	if p.input[0] = p.input[0][n:]; p.input[0] == "" {
		p.input = p.input[1:]
	}
	return n, nil
}

func TestALineEndsAsClientsEndIt(t *testing.T) {
	for _, tt := range []struct {
		name string
		sent []string
		want string
		err  error
	}{
		{"CRLF", []string{"abcde\r\n"}, "abcde", nil},
		{"bare LF", []string{"abcde\n"}, "abcde", nil},
		{"half-closed", []string{"abc"}, "abc", nil},
		{"half-closed after CR", []string{"abc\r"}, "abc", nil},
		{"byte by byte", strings.Split("abcde\r\n", ""), "abcde", nil},
		{"empty", []string{"\r\n"}, "", nil},
		{"nothing", nil, "", io.EOF},
		{"inner CR stays", []string{"a\rb\r\r\n"}, "a\rb\r", nil},
		{"two lines", []string{"ab\r\ncd\r\n"}, "ab", nil},
		{"too long", []string{"abcdef\r\n"}, "", ErrLineTooLong},
		{"too long with bare LF", []string{"abcdef\n"}, "", ErrLineTooLong},
		{"too long and no end", []string{"abcdef"}, "", ErrLineTooLong},
		{"too long byte by byte", strings.Split("abcdef\n", ""), "", ErrLineTooLong},
		{"as long as allowed, then CR and more", []string{"abcde\rf\n"}, "", ErrLineTooLong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadLine(&pieces{input: tt.sent, end: io.EOF}, time.Time{}, 5)
			if got != tt.want || err != tt.err {
				t.Errorf("ReadLine = %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestABrokenConnectionGivesNoLine(t *testing.T) {
	broken := errors.New("connection reset")
	if got, err := ReadLine(&pieces{input: []string{"example.te"}, end: broken}, time.Time{}, 512); got != "" || err != broken {
		t.Errorf("ReadLine = %q, %v, want %v", got, err, broken)
	}
}

func TestASlowSenderIsEndedByTheOneDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			for {
				time.Sleep(time.Second) // the bubble's time, not ours
				if _, err := io.WriteString(client, "x"); err != nil {
					return
				}
			}
		}()
		begin := time.Now()
		_, err := ReadLine(server, begin.Add(5500*time.Millisecond), 512)
		if err != ErrTimeout {
			t.Errorf("ReadLine = %v, want ErrTimeout", err)
		}
		if took := time.Since(begin); took != 5500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		server.Close()
		<-gone
	})
}

func TestASilentClientOnARealSocketIsEnded(t *testing.T) {
	l := open(t, Config{})
	say(t, call(t, l, "127.0.0.1"), "exam")
	if got, err := ReadLine(accept(t, l), time.Now().Add(time.Millisecond), 512); got != "" || err != ErrTimeout {
		t.Errorf("ReadLine = %q, %v, want ErrTimeout", got, err)
	}
}

func TestAHalfClosedClientIsAnswered(t *testing.T) {
	l := open(t, Config{})
	serve(t, l, hang, echo)
	c := call(t, l, "127.0.0.1")
	say(t, c, "example.test")
	c.CloseWrite()
	if got, want := hear(t, c), "you said example.test\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestLinesSentAheadAreKnownToBeThere(t *testing.T) {
	r := NewLineReader(&pieces{input: []string{"a\nb\r\nc", "d\ne"}, end: io.EOF}, 512)
	for _, want := range []struct {
		line string
		more bool
	}{{"a", true}, {"b", false}, {"cd", false}, {"e", false}} {
		line, err := r.ReadLine(t.Context(), time.Time{})
		if line != want.line || err != nil || r.HasLine() != want.more {
			t.Errorf("ReadLine = %q, %v, HasLine %v, want %+v", line, err, r.HasLine(), want)
		}
	}
	for range 2 {
		if _, err := r.ReadLine(t.Context(), time.Time{}); err != io.EOF {
			t.Errorf("ReadLine after the end = %v, want EOF", err)
		}
	}
}

func TestNothingFollowsALineThatIsTooLong(t *testing.T) {
	r := NewLineReader(&pieces{input: []string{"ab\ntoo long\nab\n"}, end: io.EOF}, 3)
	if line, err := r.ReadLine(t.Context(), time.Time{}); line != "ab" || err != nil {
		t.Fatalf("ReadLine = %q, %v", line, err)
	}
	for range 2 {
		if line, err := r.ReadLine(t.Context(), time.Time{}); err != ErrLineTooLong {
			t.Errorf("ReadLine = %q, %v, want ErrLineTooLong", line, err)
		}
	}
}

func TestWaitingForALineStopsWithTheServer(t *testing.T) {
	l := open(t, Config{})
	client := call(t, l, "127.0.0.1")
	c := accept(t, l)
	say(t, client, "a\nb\nhalf")
	r := NewLineReader(c, 512)
	ctx, cancel := context.WithCancel(t.Context())
	if line, err := r.ReadLine(ctx, time.Now().Add(hang)); line != "a" || err != nil {
		t.Fatalf("ReadLine = %q, %v", line, err)
	}
	for !r.HasLine() { // the three lines may have come in two segments
		r.fill(ctx)
	}
	cancel()
	if line, err := r.ReadLine(ctx, time.Now().Add(hang)); line != "b" || err != nil {
		t.Errorf("a line already here = %q, %v", line, err)
	}
	if line, err := r.ReadLine(ctx, time.Now().Add(hang)); line != "" || err != context.Canceled {
		t.Errorf("waiting = %q, %v, want context.Canceled", line, err)
	}
}

func TestAReaderThatIsAlreadyWaitingStopsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		defer client.Close()
		ctx, cancel := context.WithCancel(t.Context())
		begin, errs := time.Now(), make(chan error)
		go func() {
			_, err := NewLineReader(server, 512).ReadLine(ctx, begin.Add(time.Hour))
			errs <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-errs; err != context.Canceled || time.Since(begin) != lastLook {
			t.Errorf("ReadLine = %v after %v, want context.Canceled after %v", err, time.Since(begin), lastLook)
		}
	})
}

// What a client had sent before the end was accepted, read or not.
func TestLinesThatHadArrivedAtTheEndAreStillRead(t *testing.T) {
	l := open(t, Config{})
	client := call(t, l, "127.0.0.1")
	c := accept(t, l)
	say(t, client, "a\nb\n")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := NewLineReader(c, 512)
	for _, want := range []string{"a", "b"} {
		if line, err := r.ReadLine(ctx, time.Now().Add(hang)); line != want || err != nil {
			t.Fatalf("ReadLine = %q, %v, want %q", line, err, want)
		}
	}
	say(t, client, "c\n")
	if line, err := r.ReadLine(ctx, time.Now().Add(hang)); line != "" || err != context.Canceled {
		t.Errorf("after the last look = %q, %v, want context.Canceled", line, err)
	}
}

// FuzzReadLine compares the reader with the rule said in strings, however the
// input is cut into segments.
func FuzzReadLine(f *testing.F) {
	f.Add("a\nb\r\nc", uint8(1), uint8(5))
	f.Add("abcde\r\nabcdef\r\n", uint8(3), uint8(5))
	f.Add("\r\r\n\n\r", uint8(2), uint8(0))
	f.Fuzz(func(t *testing.T, input string, segment, longest uint8) {
		var cut []string
		size := int(segment) + 1
		for rest := input; rest != ""; rest = rest[min(size, len(rest)):] {
			cut = append(cut, rest[:min(size, len(rest))])
		}
		r := newLineReader(&pieces{input: cut, end: io.EOF}, int(longest), int(segment))
		for rest := input; ; {
			want, after, _ := strings.Cut(rest, "\n")
			want = strings.TrimSuffix(want, "\r")
			line, err := r.ReadLine(t.Context(), time.Time{})
			switch {
			case rest == "":
				if err != io.EOF {
					t.Fatalf("at the end: %q, %v", line, err)
				}
				return
			case len(want) > int(longest):
				if err != ErrLineTooLong {
					t.Fatalf("%q, %v, want ErrLineTooLong for %q", line, err, want)
				}
				return
			case err != nil || line != want:
				t.Fatalf("%q, %v, want %q", line, err, want)
			}
			rest = after
		}
	})
}
