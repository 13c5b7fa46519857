package arrows

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "registerd"

func TestEveryImportFollowsAnArrowThatIsDrawn(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		files++
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		checkFile(t, file, filepath.ToSlash(folder))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("read %d files: this is not the whole house", files)
	}
}

func checkFile(t *testing.T, file, folder string) {
	t.Helper()
	allowed, known := Drawn[folder]
	if !known {
		t.Errorf("%s: the folder %s is not in the plan", file, folder)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	for _, spec := range parsed.Imports {
		what, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		to, ours := strings.CutPrefix(what, module+"/")
		if ours && !slices.Contains(allowed, to) && !slices.Equal(allowed, anyone) {
			t.Errorf("%s: %s may not import %s", file, folder, to)
		}
	}
}

func TestEveryFolderOfThePlanExists(t *testing.T) {
	for folder := range Drawn {
		info, err := os.Stat(filepath.FromSlash(path.Join("../..", folder)))
		if err != nil || !info.IsDir() {
			t.Errorf("%s is in the plan and not in the house", folder)
		}
	}
}

func TestNoWindowHasAnArrowToTheStore(t *testing.T) {
	for _, window := range []string{"rdap", "whois", "das"} {
		for _, to := range Drawn[window] {
			if strings.HasPrefix(to, "store") || to == "escrow" {
				t.Errorf("%s may import %s: it could reach a raw record", window, to)
			}
		}
	}
}
