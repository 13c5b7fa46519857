package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The times of the command are not waited for: what ends here is its caller's.
func TestTheStatusOfAServerThatHangsIsThatNoneAnswers(t *testing.T) {
	dir, err := os.MkdirTemp("", "control-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "control")
	silent, err := net.Listen("unix", path)
	must(t, err)
	defer silent.Close()
	for want, args := range map[int][]string{
		noServer: {"status", "--control", path}, failed: {"status", "--alive", "--control", path},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		var said strings.Builder
		status := run(ctx, args, console{nil, new(strings.Builder), &said})
		cancel()
		if status != want || !strings.HasPrefix(said.String(), "registerd: status: control: ") || !strings.Contains(said.String(), "no server answers there in time") {
			t.Errorf("%v: status %d, want %d: %s", args, status, want, &said)
		}
	}
}
