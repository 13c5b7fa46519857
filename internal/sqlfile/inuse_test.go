package sqlfile_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"registerd/internal/sqlfile"
)

const held = "SQLFILE_TEST_HELD"

// TestMain turns the test program into another process that has a file open, if it is
// told so, until its standard input ends.
func TestMain(m *testing.M) {
	path := os.Getenv(held)
	if path == "" {
		os.Exit(m.Run())
	}
	db, err := sqlfile.Open(context.Background(), config(path))
	if err != nil {
		panic(err)
	}
	if _, err := db.Exec("INSERT INTO word VALUES ('x')"); err != nil {
		panic(err)
	}
	os.Stdout.WriteString("open\n")
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	db.Close()
}

func TestAFileIsInUseWhileAnotherProcessHasItOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words.db")
	want := func(now bool, when string) {
		t.Helper()
		if got, err := sqlfile.InUse(path); got != now || err != nil {
			t.Errorf("%s: %v, %v", when, got, err)
		}
	}
	want(false, "before it is there")
	must(t, open(t, config(path)).Close())
	want(false, "when all have closed it")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), held+"="+path)
	in, err := other.StdinPipe()
	must(t, err)
	out, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	want(true, "while it is open and idle")
	must(t, in.Close())
	must(t, other.Wait())
	want(false, "afterwards")
}

func TestAFileIsCheckedWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words.db")
	db := open(t, config(path))
	for range 200 {
		_, err := db.Exec("INSERT INTO word VALUES (hex(randomblob(100)))")
		must(t, err)
	}
	must(t, db.Close())
	must(t, sqlfile.Check(t.Context(), path))
	whole, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, append(whole[:4096*3], make([]byte, len(whole)-4096*3)...), 0o600))
	if err := sqlfile.Check(t.Context(), path); err == nil {
		t.Error("pages of zeros were taken")
	}
}
