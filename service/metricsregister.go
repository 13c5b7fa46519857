package service

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"registerd/backup"
)

// measureRegister reports how the server and its register are when it is asked for.
func (s *Service) measureRegister() {
	s.metrics.together(s.lookAtRegister,
		family{name: "registerd_ready", help: "1 if /ready says that questions can be answered, else 0."},
		family{name: "registerd_register_readable", help: "1 if the register can be read, else 0."},
		family{name: "registerd_register_edition", help: "Number of the register's edition, which grows with every change."},
		family{name: "registerd_register_serial", help: "Serial of the last change taken from a feed."},
		family{name: "registerd_register_objects", help: "Objects in the register, by kind.", label: "kind"},
		family{name: "registerd_register_size_bytes", help: "Size of the register's file and of its log."},
		family{name: "registerd_register_stale", help: "1 if the data is older than max_data_age, else 0."},
		family{name: "registerd_data_timestamp_seconds", help: "The time the data is as of; 0 when unknown."},
		family{name: "registerd_backup_timestamp_seconds", help: "When a backup was last made of this register; 0 when none is known."},
		family{name: "registerd_clock_timestamp_seconds", help: "What the clock of this machine says."},
	)
	s.metrics.counter("registerd_clock_leaps_total", "How often the clock was set by more than five minutes.",
		func() float64 { return float64(s.steady.leaps.Load()) })
	s.measureDisks()
}

func (s *Service) lookAtRegister(tell tellGauge) {
	e, err := s.desk.Edition(context.Background())
	tell("registerd_ready", oneIf(err == nil && s.ready.Load()))
	tell("registerd_register_readable", oneIf(err == nil))
	if err == nil {
		tell("registerd_register_edition", float64(e.Version))
		c := e.State.Counts
		for kind, n := range map[string]int{
			"domains": c.Domains, "reserved": c.Reserved, "contacts": c.Contacts, "hosts": c.Hosts, "registrars": c.Registrars,
		} {
			tell("registerd_register_objects", float64(n), kind)
		}
	}
	about := s.desk.About()
	tell("registerd_register_serial", float64(about.Serial))
	tell("registerd_register_stale", oneIf(about.Stale))
	tell("registerd_data_timestamp_seconds", unixTime(about.Watermark))
	tell("registerd_register_size_bytes", float64(sizeOf(s.path)+sizeOf(s.path+"-wal")))
	tell("registerd_backup_timestamp_seconds", unixTime(backup.Noted(s.path)))
	tell("registerd_clock_timestamp_seconds", float64(time.Now().UnixMilli())/1000)
}

// sizeOf a file that may not be there is 0.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// measureDisks reports the room where something is kept, by what it is.
func (s *Service) measureDisks() {
	places := map[string]string{"register": filepath.Dir(s.config.DB)}
	if dir := s.config.Audit.Dir; dir != "" {
		places["journal"] = dir
	}
	if dir := s.config.Requests.Dir; dir != "" {
		places["requests"] = dir
	}
	if path := s.config.Accounts; path != "" {
		places["accounts"] = filepath.Dir(path)
	}
	if path := s.config.StatisticsPath(); path != "" {
		places["statistics"] = filepath.Dir(path)
	}
	s.metrics.together(func(tell tellGauge) {
		for what, dir := range places {
			var disk unix.Statfs_t
			if unix.Statfs(dir, &disk) != nil {
				continue // what is gone says so elsewhere
			}
			tell("registerd_disk_free_bytes", float64(disk.Bavail)*float64(disk.Bsize), what)
			tell("registerd_disk_size_bytes", float64(disk.Blocks)*float64(disk.Bsize), what)
		}
	},
		family{name: "registerd_disk_free_bytes", help: "Room that is left on the file system where something is kept.", label: "place"},
		family{name: "registerd_disk_size_bytes", help: "Size of that file system.", label: "place"},
	)
}
