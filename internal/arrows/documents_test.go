package arrows

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

var (
	quoted   = regexp.MustCompile("`([\\w./*-]+)`")
	testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
	link     = regexp.MustCompile(`\]\(([^)]+)\)`)
	notSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// documents are what is read by people, by its path from the root.
func documents(t *testing.T) map[string][]string {
	t.Helper()
	lines := make(map[string][]string)
	for _, pattern := range []string{"*.md", "docs/*.md", "testdata/*.md", "testdata/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			lines[filepath.ToSlash(name)] = strings.Split(string(text), "\n")
		}
	}
	if len(lines) < 10 {
		t.Fatalf("read %d documents: these are not all", len(lines))
	}
	return lines
}

func TestEveryPathOfTheDocumentsExists(t *testing.T) {
	for document, lines := range documents(t) {
		for i, line := range lines {
			for _, name := range quoted.FindAllStringSubmatch(line, -1) {
				first, rest, deep := strings.Cut(name[1], "/")
				ours := deep && first != "" && rest != "" && exists(first)
				if ours && !exists(name[1]) {
					t.Errorf("%s:%d: there is no %s", document, i+1, name[1])
				}
			}
		}
	}
}

func TestEveryLinkOfTheDocumentsLeadsSomewhere(t *testing.T) {
	all := documents(t)
	for document, lines := range all {
		for i, line := range lines {
			for _, to := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(to[1], "://") {
					continue
				}
				file, heading, _ := strings.Cut(to[1], "#")
				target := path.Join(path.Dir(document), file)
				if file == "" {
					target = document
				}
				if !exists(target) {
					t.Errorf("%s:%d: there is no %s", document, i+1, target)
				} else if heading != "" && !hasHeading(all[target], heading) {
					t.Errorf("%s:%d: %s has no heading %s", document, i+1, target, heading)
				}
			}
		}
	}
}

func TestTheStandardsTableNamesWhatIsThere(t *testing.T) {
	rows, names := 0, 0
	var source string
	for i, line := range documents(t)["docs/standards.md"] {
		cells := strings.Split(line, " | ")
		if row := len(cells) > 3; row || line == "" {
			source = "" // a sentence goes on in the next line, a row does not
		}
		tests := checkTests(t, i+1, line, &source)
		names += tests
		if len(cells) < 4 {
			continue
		}
		rows++
		kept := strings.HasPrefix(cells[2], "yes") || strings.HasPrefix(cells[2], "partial")
		if kept && tests == 0 {
			t.Errorf("docs/standards.md:%d: says %q, and names no test", i+1, cells[2])
		}
	}
	if rows < 150 || names < 150 {
		t.Fatalf("read %d rows with %d tests: this is not the whole table", rows, names)
	}
}

// checkTests checks that each script of a line is there, and each test in the
// file that is named before it, whose text is the source. It counts both.
func checkTests(t *testing.T, number int, line string, source *string) (count int) {
	t.Helper()
	for word := range strings.FieldsSeq(line) {
		if name := quoted.FindStringSubmatch(word); name != nil {
			switch {
			case strings.HasSuffix(name[1], "_test.go"):
				text, _ := os.ReadFile(filepath.Join(root, name[1])) // of none, no test is found
				*source = string(text)
			case strings.HasSuffix(name[1], ".txt"):
				count++
				if !exists("testdata/scripts/" + name[1]) {
					t.Errorf("docs/standards.md:%d: there is no script %s", number, name[1])
				}
			}
		}
		if name := testName.FindString(word); name != "" {
			count++
			if !strings.Contains(*source, "func "+name+"(") {
				t.Errorf("docs/standards.md:%d: %s is not in the file named before it", number, name)
			}
		}
	}
	return count
}

// hasHeading reports whether a document has a heading of that slug, which is
// made as web pages of Markdown make it.
func hasHeading(lines []string, slug string) bool {
	for _, line := range lines {
		text := strings.TrimLeft(line, "#")
		if text == line {
			continue
		}
		text = notSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(text)), "")
		if strings.ReplaceAll(text, " ", "-") == slug {
			return true
		}
	}
	return false
}

// exists reports whether there is a file of that path from the root, or one
// that fits its pattern.
func exists(name string) bool {
	found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name)))
	return err == nil && len(found) > 0
}
