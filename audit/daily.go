package audit

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	dayLayout  = "access-2006-01-02.jsonl"
	dayMicros  = 24 * 60 * 60 * 1_000_000
	writeBytes = 64 << 10
)

type openFunc func(path string) (io.WriteCloser, error)

// daily is the writer's side of the access log; one goroutine uses it.
type daily struct {
	dir  string
	keep time.Duration
	now  func() time.Time
	log  *slog.Logger
	open openFunc

	file    io.WriteCloser // of day; nil after a failure
	day     int64          // since 1970, UTC
	pruned  int64          // the day on which old files were last removed
	failing bool           // said once, not every second
	buf     []byte
	inBuf   int // notes in buf
	lost    int // notes of this batch that could not be written
}

func openDaily(cfg AccessConfig, open openFunc) (*daily, error) {
	d := &daily{dir: cfg.Dir, keep: cfg.Keep, now: cfg.Now, log: cfg.Logger, open: open, pruned: -1}
	if err := d.roll(d.today()); err != nil {
		return nil, err
	}
	d.turnDay()
	return d, nil
}

func (d *daily) today() int64 { return d.now().UnixMicro() / dayMicros }

// write puts the notes of b into the files of their days and returns how many
// were lost.
func (d *daily) write(b *batch) int {
	d.lost = 0
	text := b.text
	for i := range b.entries {
		e := &b.entries[i]
		// A file that failed is opened anew once a batch, not once a note.
		if day := e.micros / dayMicros; day != d.day || i == 0 && d.file == nil {
			d.flush()
			if err := d.roll(day); err != nil {
				d.fail(err, 0)
			}
		}
		d.buf = e.appendLine(d.buf, text[:e.textLen])
		text = text[e.textLen:]
		if d.inBuf++; len(d.buf) >= writeBytes {
			d.flush()
		}
	}
	d.flush()
	return d.lost
}

func (d *daily) flush() {
	if d.inBuf == 0 {
		return
	}
	if d.file == nil {
		d.lost += d.inBuf
	} else if _, err := d.file.Write(d.buf); err != nil {
		// Perhaps half a line is there; opening the file anew ends it.
		_ = d.file.Close()
		d.file = nil
		d.fail(fmt.Errorf("access log: writing: %w", err), d.inBuf)
	} else if d.failing {
		d.failing = false
		d.log.Info("access log: it is written again")
	}
	d.buf, d.inBuf = d.buf[:0], 0
}

func (d *daily) fail(err error, lost int) {
	d.lost += lost
	if !d.failing {
		d.failing = true
		d.log.Error("access log: it cannot be written; questions are answered and not noted", "error", err)
	}
}

// roll continues in the file of day.
func (d *daily) roll(day int64) error {
	d.day = day
	if d.file != nil {
		_ = d.file.Close() // nothing of ours is buffered behind it
		d.file = nil
	}
	name := time.UnixMicro(day * dayMicros).UTC().Format(dayLayout)
	f, err := d.open(filepath.Join(d.dir, name))
	if err != nil {
		return fmt.Errorf("access log: opening: %w", err)
	}
	d.file = f
	return nil
}

// turnDay removes, once a day, the files with notes that reach the age of Keep
// before the day is over. What cannot be removed is tried again the next day.
func (d *daily) turnDay() {
	today := d.today()
	if today == d.pruned {
		return
	}
	d.pruned = today
	last := time.UnixMicro(today * dayMicros).Add(-d.keep)
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		d.log.Error("access log: files past their time cannot be listed", "error", err)
	}
	for _, e := range entries {
		day, err := time.Parse(dayLayout, e.Name())
		if err != nil || day.After(last) {
			continue
		}
		if err := os.Remove(filepath.Join(d.dir, e.Name())); err != nil {
			d.log.Error("access log: a file past its time cannot be removed", "error", err)
		}
	}
}

func (d *daily) close() error {
	if d.file == nil {
		return nil
	}
	if err := d.file.Close(); err != nil {
		return fmt.Errorf("access log: closing: %w", err)
	}
	return nil
}

// openDay opens a file to append to, and ends the half line that a crash or a
// full disk may have left in it.
func openDay(path string) (io.WriteCloser, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := endLine(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func endLine(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil {
		return err
	}
	if last[0] == '\n' {
		return nil
	}
	_, err = f.WriteString("\n")
	return err
}

func (e *entry) appendLine(dst, text []byte) []byte {
	dst = append(dst, `{"time":"`...)
	dst = time.UnixMicro(e.micros).UTC().AppendFormat(dst, timeLayout)
	dst = append(dst, `","client":"`...)
	dst = e.client.AppendTo(dst)
	dst = append(dst, `","window":`...)
	dst = appendText(dst, e.window, textRunes)
	dst = append(dst, `,"audience":`...)
	dst = appendText(dst, e.audience, textRunes)
	dst = append(dst, `,"kind":`...)
	dst = appendText(dst, e.kind, textRunes)
	dst = append(dst, `,"question":`...)
	dst = appendText(dst, string(text), textRunes)
	dst = append(dst, `,"outcome":"`...)
	dst = append(dst, e.outcome.String()...)
	dst = append(dst, `","us":`...)
	dst = strconv.AppendInt(dst, e.duration.Microseconds(), 10)
	dst = append(dst, `,"count":`...)
	dst = strconv.AppendInt(dst, int64(e.count), 10)
	return append(dst, "}\n"...)
}
