package listen

import (
	"context"
	"errors"
	"net"
	"testing"
)

func TestClosingLosesNobodyWhoStandsInTheQueue(t *testing.T) {
	l := open(t, Config{})
	const callers = 20
	var calls [callers]net.Conn
	for i := range calls {
		calls[i] = call(t, l, "127.0.0.1") // the system completes it, nobody accepts it
		say(t, calls[i], "example.test\r\n")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		c, err := l.Accept()
		if err != nil {
			t.Fatalf("Accept %d = %v, want a caller", i+1, err)
		}
		if !ClientAddr(c).IsLoopback() {
			t.Errorf("caller %d is %v", i+1, ClientAddr(c))
		}
		go func() { defer c.Close(); echo(context.Background(), c) }()
	}
	for _, c := range calls {
		if got, want := hear(t, c), "you said example.test\r\n"; got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
		c.Close()
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept = %v, want net.ErrClosed", err)
	}
}
