package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"registerd/escrow"
	"registerd/store"
	"registerd/store/sqlite"
)

// serve starts the program, and says where its windows are.
func (d *drill) serve(t *testing.T) (at map[string]string, end func()) {
	cmd := d.command("serve", "--config", "registerd.toml", "--no-limits")
	errs, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	at = map[string]string{}
	log := bufio.NewScanner(errs)
	for at["rdap"] == "" && log.Scan() {
		var line struct{ Msg, Window, Address string }
		if json.Unmarshal(log.Bytes(), &line) == nil && line.Msg == "serving" {
			at[line.Window] = line.Address
		}
	}
	go func() { _, _ = io.Copy(io.Discard, errs) }()
	return at, func() {
		must(t, cmd.Process.Signal(syscall.SIGTERM))
		must(t, cmd.Wait())
	}
}

// objects are the digests of all that the register holds, and its state.
func (d *drill) objects(t *testing.T) map[string]string {
	t.Helper()
	reader, err := sqlite.OpenReader(filepath.Join(d.dir, "register.db"), sqlite.Options{})
	must(t, err)
	defer reader.Close()
	all := map[string]string{}
	for kind := store.Names; kind <= store.Kept; kind++ {
		must(t, reader.Walk(t.Context(), kind, func(o store.Object) error {
			all[kind.String()+" "+o.Key] = fmt.Sprintf("%x %s", sha256.Sum256(o.Bytes), o.Alias)
			return nil
		}))
	}
	edition, err := reader.Edition(t.Context())
	must(t, err)
	all["state"] = fmt.Sprintf("%+v", *edition.State)
	return all
}

// drillName is a name that is in the register from the first.
func drillName() string {
	return string((&escrow.Synthetic{Seed: 1, Zone: "example"}).Name(0))
}

// answers are what every window says of names that were there, came and went.
func (d *drill) answers(t *testing.T) string {
	t.Helper()
	at, end := d.serve(t)
	defer end()
	var all strings.Builder
	last := len(d.feed) + 1
	for _, name := range []string{drillName(), "fed-2.example", "fed-4.example", "none.example",
		fmt.Sprintf("fed-%d.example", last), fmt.Sprintf("fed-%d.example", last-1), fmt.Sprintf("fed-%d.example", last-2)} {
		fmt.Fprintln(&all, overTCP(t, at["whois"], name))
		fmt.Fprintln(&all, overTCP(t, at["das"], name))
		fmt.Fprintln(&all, name)
		for _, number := range []string{"", "drill"} {
			status, body := d.get(t, at["rdap"], "/domain/"+name, number)
			fmt.Fprintln(&all, status, body)
		}
	}
	return all.String()
}

// serial is that of the last change in the register.
func (d *drill) serial(t *testing.T) uint64 {
	t.Helper()
	state, err := stateOf(t.Context(), filepath.Join(d.dir, "register.db"))
	must(t, err)
	return state.Serial
}
