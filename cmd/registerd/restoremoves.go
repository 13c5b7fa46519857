package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"registerd/audit"
	"registerd/backup"
)

// staged is where a section waits to be put into place.
func (s section) staged() string {
	if s.folder {
		return filepath.Join(s.at, restoring)
	}
	return s.at + restoring
}

// withCompanions are a file and those that SQLite may have beside it. They go with it:
// beside another file of that name, they would be taken for its own.
func withCompanions(path string) []string {
	return []string{path, path + "-wal", path + "-shm", path + "-journal"}
}

// standing are the names of what is in a section's place.
func (s section) standing() (paths []string, err error) {
	if !s.folder {
		for _, path := range withCompanions(s.at) {
			if _, err := os.Lstat(path); err == nil {
				paths = append(paths, path)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		return paths, nil
	}
	entries, err := os.ReadDir(s.at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if s.owns(e.Name()) {
			paths = append(paths, filepath.Join(s.at, e.Name()))
		}
	}
	return paths, err
}

// moves are those that put everything into its place, and what is there aside.
func (p *places) moves() (moves []backup.Move, err error) {
	for _, s := range p.sections {
		aside, err := s.aside(p.aside())
		if err != nil {
			return nil, err
		}
		into, err := p.into(s)
		if err == nil {
			err = handOver(s.staged())
		}
		if err != nil {
			return nil, err
		}
		moves = append(append(moves, aside...), into...)
	}
	return moves, nil
}

// aside are the moves of what stands in a section's place.
func (s section) aside(name string) (moves []backup.Move, err error) {
	there, err := s.standing()
	if err != nil || len(there) == 0 {
		return nil, err
	}
	folder := filepath.Join(s.at, name)
	if s.folder {
		if err := errors.Join(os.Mkdir(folder, 0o700), likeFolder(folder)); err != nil {
			return nil, err
		}
	}
	for _, path := range there {
		to := s.at + "." + name + strings.TrimPrefix(path, s.at) // with -wal and -shm at its end
		if s.folder {
			to = filepath.Join(folder, filepath.Base(path))
		}
		moves = append(moves, backup.Move{From: path, To: to, Aside: true})
	}
	return moves, nil
}

// into are the moves of a section into its place.
func (p *places) into(s section) (moves []backup.Move, err error) {
	if !s.folder {
		return []backup.Move{{From: s.staged(), To: s.at}}, nil
	}
	if key := p.c.Audit.SigningKey; s.part == journalPart && key != "" {
		if moves, err = s.signingKey(key); err != nil {
			return nil, err
		}
	}
	entries, err := os.ReadDir(s.staged())
	for _, e := range entries {
		if s.owns(e.Name()) {
			moves = append(moves, backup.Move{From: filepath.Join(s.staged(), e.Name()), To: filepath.Join(s.at, e.Name())})
		}
	}
	return moves, err
}

// signingKey is for a journal whose signing key is not beside it. One that is there is
// as old as the backup's, or newer, and stays.
func (s section) signingKey(key string) ([]backup.Move, error) {
	ours := filepath.Join(s.staged(), audit.SigningName)
	text, err := os.ReadFile(ours)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = os.Remove(ours)
	}
	if _, there := os.Lstat(key); err != nil || there == nil {
		return nil, err
	}
	err = copyTo(key+restoring, strings.NewReader(string(text)))
	if err == nil {
		err = handOver(key + restoring)
	}
	return []backup.Move{{From: key + restoring, To: key}}, err
}

// handOver brings a file, or a folder with all in it, to the disk, and gives it to
// whom it is among.
func handOver(path string) error {
	return filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close(), likeFolder(path))
	})
}

// likeFolder gives a file to the owner of its folder. Only root can, and has to: the
// server could not read what is root's alone.
func likeFolder(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Lchown(path, int(s.Uid), int(s.Gid))
}
