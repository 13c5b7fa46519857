package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/syslog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// syslogWord comes before a checkpoint in the system's log, where it is one
// line: a quoted string, in ASCII.
const syslogWord = "registerd-checkpoint: "

// Place is a second place for checkpoints, out of reach of whoever could
// rewrite the journal.
type Place struct {
	Name string
	// Keep puts a checkpoint there. It may be given one twice.
	Keep func(ctx context.Context, checkpoint []byte) error
}

// ParsePlace reads where checkpoints are handed to: "file:PATH" appends them to
// a file, "syslog" writes each as a line of the system's log, and "command:PATH"
// runs a program that reads one from its standard input.
func ParsePlace(text string) (Place, error) {
	sort, path, _ := strings.Cut(text, ":")
	switch {
	case text == "syslog":
		return Place{text, keepInSyslog("", "")}, nil
	case (sort == "file" || sort == "command") && !filepath.IsAbs(path):
		return Place{}, fmt.Errorf("%q: the path is not absolute", text)
	case sort == "file":
		return Place{text, func(_ context.Context, c []byte) error { return keepInFile(path, c) }}, nil
	case sort == "command":
		return Place{text, func(ctx context.Context, c []byte) error { return keepByCommand(ctx, path, c) }}, nil
	}
	return Place{}, fmt.Errorf("%q: it is not file:PATH, syslog or command:PATH", text)
}

func keepInFile(path string, checkpoint []byte) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
	if err != nil {
		return err
	}
	// One note after the other, and whatever a crash left of one ends here.
	_, err = f.Write(append([]byte("\n"), checkpoint...))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func keepInSyslog(network, address string) func(context.Context, []byte) error {
	return func(_ context.Context, checkpoint []byte) error {
		w, err := syslog.Dial(network, address, syslog.LOG_NOTICE|syslog.LOG_DAEMON, "registerd")
		if err != nil {
			return err
		}
		return errors.Join(w.Notice(syslogWord+strconv.QuoteToASCII(string(checkpoint))), w.Close())
	}
}

func keepByCommand(ctx context.Context, path string, checkpoint []byte) error {
	cmd := exec.CommandContext(ctx, path)
	cmd.Stdin = bytes.NewReader(checkpoint)
	cmd.WaitDelay = time.Second // what it started and left behind holds nobody up
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %q", err, bytes.TrimSpace(out[:min(len(out), 200)]))
	}
	return nil
}

// keptNotes are the checkpoints in a text: as notes, or as lines of a system's log.
func keptNotes(text []byte) [][]byte {
	var found [][]byte
	for line := range bytes.Lines(text) {
		_, quoted, is := bytes.Cut(bytes.TrimSpace(line), []byte(syslogWord))
		if s, err := strconv.Unquote(string(quoted)); is && err == nil {
			found = append(found, []byte(s))
		}
	}
	whole, _ := notes(text)
	return append(found, whole...)
}
