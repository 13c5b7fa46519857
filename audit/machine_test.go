package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// step is one thing that happened to a disk, or an answer that left.
type step struct {
	what  string // create, write, truncate, fsync, spoilt, again, mkdir, rename, erase, sync, answer
	name  string
	to    string // of rename
	bytes []byte
	size  int64
	never bool // of a write: it will not reach the disk
}

// recorder is a folder that remembers what was done to it, in order.
type recorder struct {
	folder
	mu    *sync.Mutex
	steps *[]step
}

func newRecorder(dir string) recorder { return recorder{folder(dir), new(sync.Mutex), new([]step)} }

func (d recorder) did(s step) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.steps = append(*d.steps, s)
}

func (d recorder) open(name string) (file, error) {
	if _, err := os.Stat(d.path(name)); err != nil {
		d.did(step{what: "create", name: name})
	}
	f, err := d.folder.open(name)
	return recordedFile{f, name, d}, err
}

func (d recorder) mkdir(name string) error {
	d.did(step{what: "mkdir", name: name})
	return d.folder.mkdir(name)
}

func (d recorder) again(name string, text []byte, at int64) error {
	d.did(step{what: "again", name: name, bytes: bytes.Clone(text), size: at})
	d.did(step{what: "fsync", name: name})
	return d.folder.again(name, text, at)
}

func (d recorder) rename(from, to string) error {
	d.did(step{what: "rename", name: from, to: to})
	return d.folder.rename(from, to)
}

func (d recorder) erase(name string) error {
	d.did(step{what: "erase", name: name})
	return d.folder.erase(name)
}

func (d recorder) sync(name string) error {
	d.did(step{what: "sync", name: name})
	return d.folder.sync(name)
}

type recordedFile struct {
	file
	name string
	disk recorder
}

func (f recordedFile) Write(p []byte) (int, error) {
	f.disk.did(step{what: "write", name: f.name, bytes: bytes.Clone(p)})
	return f.file.Write(p)
}

func (f recordedFile) Truncate(size int64) error {
	f.disk.did(step{what: "truncate", name: f.name, size: size})
	return f.file.Truncate(size)
}

func (f recordedFile) Sync() error {
	err := f.file.Sync()
	f.disk.did(step{what: "fsync", name: f.name})
	return err
}

// spoil is a sync that failed, after which the kernel holds as written what never
// reached the disk: no later sync writes it.
func (f recordedFile) spoil() { f.disk.did(step{what: "spoilt", name: f.name}) }

// node is a file: what is safe, and what may be lost.
type node struct {
	safe    []byte
	pending []step
}

// machine is a disk that loses, when the power is cut, whatever was not synced:
// content of files, and names in folders.
type machine struct {
	names map[string]*node // as the program sees it
	safe  map[string]*node // as it is after a cut
	// pending are the changes of names since their folder was synced.
	pending  []func(map[string]*node)
	folders  map[string]bool // those whose name may be lost are false
	answered []string
}

func newMachine() *machine {
	return &machine{names: map[string]*node{}, safe: map[string]*node{}, folders: map[string]bool{".": true}}
}

// safely writes into dir what is safe, and nothing more.
func (m *machine) safely(dir string) error {
	for name, n := range m.safe {
		if folder := filepath.Dir(name); !m.folders[folder] {
			continue
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), dirMode), os.WriteFile(path, n.safe, fileMode)); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) rename(f func(map[string]*node)) {
	f(m.names)
	m.pending = append(m.pending, f)
}

func (m *machine) do(s step) {
	switch s.what {
	case "create":
		n := new(node)
		m.rename(func(names map[string]*node) { names[s.name] = n })
	case "rename":
		n := m.names[s.name]
		m.rename(func(names map[string]*node) { delete(names, s.name); names[s.to] = n })
	case "erase":
		m.rename(func(names map[string]*node) { delete(names, s.name) })
	case "mkdir":
		if _, known := m.folders[s.name]; !known {
			m.folders[s.name] = false
		}
	case "write", "truncate", "again":
		n := m.names[s.name]
		n.pending = append(n.pending, s)
	case "spoilt":
		n := m.names[s.name]
		for i := range n.pending {
			n.pending[i].never = n.pending[i].what != "truncate"
		}
	case "fsync":
		n := m.names[s.name]
		n.safe, n.pending = n.content(len(n.pending), 0, nil), nil
	case "sync":
		// One order for all folders: a cut between two syncs loses a tail of it.
		if s.name == "." {
			for f := range m.folders {
				m.folders[f] = true
			}
		}
		for _, f := range m.pending {
			f(m.safe)
		}
		m.pending = nil
	case "answer":
		m.answered = append(m.answered, s.name)
	}
}

// content is the file with the first n pending steps done, the last of them up
// to cut bytes short, and zeros where those of lost stand.
func (n *node) content(steps, cut int, lost map[int]bool) []byte {
	out := bytes.Clone(n.safe)
	for i, s := range n.pending[:steps] {
		switch {
		case s.what == "truncate":
			out = append(out[:min(len(out), int(s.size))], make([]byte, max(0, int(s.size)-len(out)))...)
		case s.what == "again":
			copy(out[s.size:], s.bytes)
		case lost[i] || s.never:
			out = append(out, make([]byte, len(s.bytes))...)
		case i == steps-1:
			out = append(out, s.bytes[:max(0, len(s.bytes)-cut)]...)
		default:
			out = append(out, s.bytes...)
		}
	}
	return out
}
