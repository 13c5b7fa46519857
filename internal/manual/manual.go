// Package manual holds the documents to the code, for tests: the numbers that stand in
// them are those of the program.
package manual

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Says fails unless the document of that name in docs says each of the texts, however
// its lines are broken. up is the way from the test's folder to that of the module.
func Says(t testing.TB, up, name string, texts ...string) {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(filepath.FromSlash(up), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(string(whole)), " ")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("docs/%s does not say: %s", name, text)
		}
	}
}
