package audit

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// DefaultKeepMonths is for how many months what may tell of a person can be read.
const DefaultKeepMonths = 24

// erasedAtOnce limits the files that one run erases. A clock that jumps years ahead
// for a minute then costs the oldest days, which were next anyway, and not the
// journal; a server that was off for a month catches up within a week.
const erasedAtOnce = 8

// past reports whether a day, all of it, is months ago.
func past(day time.Time, months int, now time.Time) bool {
	return !day.AddDate(0, months, 1).After(now)
}

// erase takes away the keys of days that are months ago, and journals of the old
// form whose last record is. The record of it comes first: what is gone without
// one was taken by somebody else.
func (c *chain) erase(now time.Time, months int) error {
	if err := c.lock.take(unix.LOCK_EX); err != nil {
		return err
	}
	defer c.lock.give()
	if err := c.settle(); err != nil {
		return err
	}
	group, names, err := c.due(now, months)
	if err != nil || len(group) == 0 {
		return err
	}
	if err := c.write(now, group); err != nil {
		return err
	}
	for _, name := range names {
		if eraseErr := c.disk.erase(name); eraseErr != nil {
			err = errors.Join(err, &unerased{name, eraseErr})
		}
	}
	return errors.Join(err, c.disk.sync(keysName), c.disk.sync("."))
}

// unerased says that a file could not be erased. It leaves the journal sound.
type unerased struct {
	name  string
	cause error
}

func (u *unerased) Error() string { return fmt.Sprintf("erasing %s: %v", u.name, u.cause) }
func (u *unerased) Unwrap() error { return u.cause }

// due are the files to erase now, and the records of that. Keys come first, oldest
// first: an old journal is many days in one file.
func (c *chain) due(now time.Time, months int) (group []body, names []string, err error) {
	days, err := keyDays(c.dir)
	if err != nil {
		return nil, nil, err
	}
	for _, day := range days {
		if len(group) < erasedAtOnce && past(day, months, now) {
			group = append(group, own(EntryKeyErased, day.Format(dateLayout)))
			names = append(names, keyName(day))
		}
	}
	olds, err := oldNames(c.dir)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range olds {
		if len(group) == erasedAtOnce {
			break
		}
		var last time.Time
		if err := eachOld(c.dir, name, func(r Record) error { last = r.Time; return nil }); err != nil {
			return nil, nil, err
		}
		if past(last.Truncate(24*time.Hour), months, now) {
			group = append(group, own(EntryOldErased, name))
			names = append(names, name)
		}
	}
	return group, names, nil
}
