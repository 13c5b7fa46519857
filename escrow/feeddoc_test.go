package escrow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// documented is every block of a language in docs/feed.md.
func documented(t *testing.T, language string) []string {
	t.Helper()
	doc, err := os.ReadFile("../docs/feed.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(doc, -1) {
		blocks = append(blocks, string(m[1]))
	}
	return blocks
}

func TestTheDocumentedObjectsAreTaken(t *testing.T) {
	blocks := documented(t, "json")
	seen := map[string]bool{}
	for _, block := range blocks {
		var line bytes.Buffer
		if err := json.Compact(&line, []byte(block)); err != nil {
			t.Fatalf("%v\n%s", err, block)
		}
		it, err := readLine(line.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, block)
		}
		for _, name := range regexp.MustCompile(`"(\w+)":`).FindAllSubmatch(line.Bytes(), -1) {
			seen[string(name[1])] = true
		}
		written, err := jsonOf(&it.Object)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := readLine(written); err != nil || !bytes.Equal(again.Bytes, it.Bytes) {
			t.Errorf("%s\nis written as\n%s, %v", block, written, err)
		}
	}
	doc, _ := os.ReadFile("../docs/feed.md")
	for name := range memberNumbers {
		if !bytes.Contains(doc, []byte("`"+name+"`")) {
			t.Errorf("member %q is not documented", name)
		}
		if !seen[name] && !strings.Contains(strings.Join(documented(t, "jsonl"), ""), `"`+name+`":`) {
			t.Errorf("member %q is in no example", name)
		}
	}
	if len(blocks) != len(full) {
		t.Errorf("%d examples of %d kinds of object", len(blocks), len(full))
	}
}

func TestTheDocumentedSnapshotAndFeedAreTaken(t *testing.T) {
	blocks := documented(t, "jsonl")
	if len(blocks) != 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	changes, snapshot := blocks[0], blocks[1]
	r := newFeedRegister(t)
	if report, err := r.Snapshot(t.Context(), strings.NewReader(snapshot)); err != nil {
		body := snapshot[:strings.LastIndex(strings.TrimSpace(snapshot), "\n")+1]
		sum := sha256.Sum256([]byte(body))
		t.Fatalf("%v %v; the digest is %s", err, report.Problems, hex.EncodeToString(sum[:]))
	}
	report := r.mustFeed(changes)
	if report.Serial != 1002 || report.Read != 4 || report.Counts.Objects() != 3 || report.Watermark.Minute() != 6 {
		t.Errorf("the report says %+v", report)
	}
}
