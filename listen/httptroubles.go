package listen

import (
	"bytes"
	"log"
	"log/slog"
)

// HTTPTroubles is where a server of net/http tells of its own troubles.
func HTTPTroubles(to *slog.Logger) *log.Logger { return log.New(ownTroubles{to}, "", 0) }

// ownTroubles passes on what net/http logs, but for what it says of a client's
// connection: that is the client's doing, and holds its address. Of a panic it passes
// on where that was: the value may hold what was asked.
type ownTroubles struct{ to *slog.Logger }

func (o ownTroubles) Write(line []byte) (int, error) {
	if _, panicked, ok := bytes.Cut(line, []byte("panic serving ")); ok {
		_, stack, _ := bytes.Cut(panicked, []byte("\ngoroutine "))
		o.to.Error("an HTTP handler ended in a panic; this is a mistake in the program", "stack", string(stack))
	} else if !bytes.Contains(line, []byte(" from ")) {
		o.to.Warn("trouble in an HTTP server", "error", string(bytes.TrimSpace(line)))
	}
	return len(line), nil
}
