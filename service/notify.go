package service

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Notifier tells the service manager what the program is doing (sd_notify(3)). A nil
// one tells nobody. It may be used by several goroutines.
type Notifier struct {
	conn  net.Conn
	every time.Duration // how often the manager wants a sign of life; 0 is never
	log   *slog.Logger
}

// tellTime bounds the wait for a manager that does not listen.
const tellTime = time.Second

// NewNotifier is nil where no manager wants to be told. One that cannot be told would
// wait, and then end the program: that is said at once.
func NewNotifier(getenv func(string) string, log *slog.Logger) (*Notifier, error) {
	path := getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil, nil
	}
	conn, err := net.Dial("unixgram", path) // a path that begins with @ is an abstract one, to both
	if err != nil {
		return nil, fmt.Errorf("telling the service manager: %w", err)
	}
	n := &Notifier{conn: conn, log: log}
	usec, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	pid := getenv("WATCHDOG_PID")
	if err == nil && usec > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		n.every = time.Duration(usec) * time.Microsecond
	}
	return n, nil
}

// Close ends the connection with the service manager.
func (n *Notifier) Close() error {
	if n == nil {
		return nil
	}
	return n.conn.Close()
}

func (n *Notifier) tell(lines ...string) {
	if n == nil {
		return
	}
	_ = n.conn.SetWriteDeadline(time.Now().Add(tellTime))
	if _, err := n.conn.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		n.log.Warn("the service manager could not be told", "error", err)
	}
}

// ready says that every window is open, and in words what is served; also after a
// reload, whatever came of it.
func (n *Notifier) ready(words string) { n.tell("READY=1", status(words)) }

// reloading says that a reload has begun; ready ends it.
func (n *Notifier) reloading() {
	var now unix.Timespec
	if n == nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return
	}
	n.tell("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(now.Nano()/1000, 10), status("reading the configuration"))
}

func (n *Notifier) stopping(words string) { n.tell("STOPPING=1", status(words)) }

// status is one line, whatever an error says.
func status(words string) string { return "STATUS=" + strings.ReplaceAll(words, "\n", "; ") }

// inWords is what the service manager shows of a service that runs.
func (s *Service) inWords(ctx context.Context) string {
	about, err := s.desk.Ready(ctx)
	if err != nil {
		return "serving; the register cannot be read: " + err.Error() + s.reloading.last.refused()
	}
	return fmt.Sprintf("serving %d windows, data as of %s", len(s.windows), about.Watermark.Format(time.RFC3339)) + s.reloading.last.refused()
}

// refused says that the last reload was, and why; nothing, if it was not.
func (l *lastReload) refused() string {
	l.Lock()
	defer l.Unlock()
	if l.failure == "" {
		return ""
	}
	return "; the last reload was refused: " + l.failure
}

// live gives signs of life until ctx ends, twice as often as they are wanted. Before
// each it looks, and one that does not come back from looking is not alive.
func (n *Notifier) live(ctx context.Context, look func(context.Context)) {
	if n == nil || n.every == 0 {
		return
	}
	ticker := time.NewTicker(n.every / 2)
	defer ticker.Stop()
	for {
		look(ctx)
		n.tell("WATCHDOG=1")
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
