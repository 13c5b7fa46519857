//go:build fault && linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// disk is a file system of a test's own: it can be full, fail, and lose its power.
type disk struct {
	t     *testing.T
	dir   string
	image string // "" for one in memory
}

// inMemory makes one that can be full. Only root can.
func inMemory(t *testing.T, dir string, mib int) *disk {
	t.Helper()
	d := newDisk(t, dir)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", mib)); err != nil {
		t.Skipf("NOT TESTED: this machine mounts no tmpfs: %v", err)
	}
	d.unmountAtTheEnd()
	return d
}

// onDisk makes one that can also fail and lose its power: ext4 in a file.
func onDisk(t *testing.T, dir string, mib int64) *disk {
	t.Helper()
	d := newDisk(t, dir)
	d.image = filepath.Join(t.TempDir(), "image")
	must(t, os.WriteFile(d.image, nil, 0o600))
	must(t, os.Truncate(d.image, mib<<20))
	if out, err := exec.Command("mkfs.ext4", "-q", d.image).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: this machine makes no ext4: %v\n%s", err, out)
	}
	if err := d.mount("errors=remount-ro"); err != nil {
		t.Skipf("NOT TESTED: this machine mounts no file: %v", err)
	}
	d.unmountAtTheEnd()
	return d
}

func newDisk(t *testing.T, dir string) *disk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: mounting a disk needs root")
	}
	must(t, os.MkdirAll(dir, 0o700))
	return &disk{t: t, dir: dir}
}

func (d *disk) unmountAtTheEnd() {
	d.t.Cleanup(func() { // a test that failed has it open, perhaps
		if err := unix.Unmount(d.dir, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			d.t.Error(err)
		}
	})
}

func (d *disk) mount(options string) error {
	if out, err := exec.Command("mount", "-o", "loop,"+options, d.image, d.dir).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (d *disk) filler() string { return filepath.Join(d.dir, "filler") }

// fill leaves no byte free.
func (d *disk) fill() {
	d.t.Helper()
	f, err := os.Create(d.filler())
	must(d.t, err)
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for part := make([]byte, size); err == nil; {
			_, err = f.Write(part)
		}
		if !errors.Is(err, unix.ENOSPC) {
			d.t.Fatal(err)
		}
		err = nil
	}
}

// leave leaves so many bytes free.
func (d *disk) leave(bytes int64) {
	d.t.Helper()
	info, err := os.Stat(d.filler())
	must(d.t, err)
	must(d.t, os.Truncate(d.filler(), info.Size()-bytes))
}

// empty gives the space back.
func (d *disk) empty() { must(d.t, os.Remove(d.filler())) }

// fail turns it read-only under whoever writes there, as ext4 does when it meets an error.
func (d *disk) fail() {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.state(), "trigger_fs_error"), []byte("a test"), 0); err != nil {
		d.t.Skipf("NOT TESTED: this machine lets no ext4 fail: %v", err)
	}
	if err := os.WriteFile(filepath.Join(d.dir, "written"), nil, 0o600); !errors.Is(err, unix.EROFS) {
		d.t.Fatalf("writing there: %v", err)
	}
}

// state is the kernel's folder of it, which is there as long as it is mounted anywhere.
func (d *disk) state() string {
	d.t.Helper()
	var is unix.Stat_t
	must(d.t, unix.Stat(d.dir, &is))
	device, err := os.Readlink(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(is.Dev), unix.Minor(is.Dev)))
	if err != nil {
		d.t.Skipf("NOT TESTED: this machine does not show its disks: %v", err)
	}
	return filepath.Join("/sys/fs/ext4", filepath.Base(device))
}

// settle has everything on the disk that was written until now, as what a test began with.
func (d *disk) settle() {
	d.t.Helper()
	f, err := os.Open(d.dir)
	must(d.t, err)
	defer f.Close()
	must(d.t, unix.Syncfs(int(f.Fd())))
}

// cut cuts the power: what is not on the disk now never will be.
func (d *disk) cut() {
	d.t.Helper()
	f, err := os.Open(d.dir)
	must(d.t, err)
	defer f.Close()
	const (
		shutdown   = 0x8004587d // EXT4_IOC_SHUTDOWN
		noLogFlush = 2
	)
	must(d.t, unix.IoctlSetPointerInt(int(f.Fd()), shutdown, noLogFlush))
}

// again mounts it anew. Nobody may have it open. Whoever makes a namespace of mounts has
// a copy of every mount, which has to go, too; so tests that make one are not parallel.
func (d *disk) again(options string) {
	d.t.Helper()
	state := d.state()
	must(d.t, unix.Unmount(d.dir, 0))
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(state); err != nil {
			break
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("%s: it is mounted in another namespace still", d.dir)
		}
	}
	must(d.t, d.mount(options))
}

func (d *disk) remount(flags uintptr) {
	d.t.Helper()
	must(d.t, unix.Mount("", d.dir, "", unix.MS_REMOUNT|flags, ""))
}
