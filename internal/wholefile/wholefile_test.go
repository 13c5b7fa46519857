package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// holds checks a folder: the file, its permissions, and that nothing else is there.
func holds(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("it holds %q, %v, want %q", got, err, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != mode {
		t.Errorf("its mode is %v, %v, want %v", info.Mode(), err, mode)
	}
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("beside it there is something: %v, %v", all, err)
	}
}

func TestAFileIsReplacedWithItsPermissionsAndNothingIsLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o666, 0o600} { // 0666 whatever the umask
		if err := Write(path, mode, []byte(mode.String())); err != nil {
			t.Fatal(err)
		}
		holds(t, path, mode.String(), mode)
	}
}

func TestAWriteThatFailsInTheMiddleLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, 0o600, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Replace(path, path+".new", func(w io.Writer) error {
		_, err := io.WriteString(w, "half of the n")
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	holds(t, path, "old", 0o600)
}

func TestWhatACrashLeftUnderTheOtherNameIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path+".new", []byte("longer than what is written now"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, path+".new", func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new", 0o600)
}

func TestAFolderThatIsNotThereIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone", "file")
	for _, err := range []error{
		Write(path, 0o600, nil), Replace(path, path+".new", func(io.Writer) error { return nil }), SyncDir(filepath.Dir(path)),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	}
}
