package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAValueOfTheWrongSortIsRefusedInTheOperatorsWords(t *testing.T) {
	const section = "it is a whole number, and should be a table"
	for text, want := range map[string]string{
		"limits = 3":                   "limits: " + section,
		"[[limits]]":                   "limits: it is tables in double brackets, and should be a table",
		"limits.lookup = 3":            "limits: lookup: " + section,
		"[limits.ipv4]\n24 = \"x\"":    "limits: ipv4: 24: it is text in quotes, and should be a number",
		"limits.ipv4 = 3":              "limits: ipv4: " + section,
		"whois = \"off\"":              "whois: it is text in quotes, and should be a table",
		"whois.refer = [\"x\"]":        "whois: refer: it is a list in brackets, and should be a table",
		"operator = \"me\"":            "operator: it is text in quotes, and should be a table",
		"[zone]":                       "zone: it is a table, and should be tables in double brackets",
		"zone = [3]":                   "zone 1: " + section,
		"[[zone]]\n[[zone]]\nname = 3": "zone 2: name: it is a whole number, and should be text in quotes",
		"[[provider]]\nlogin = 3":      "provider 1: login: " + section,
		"rdap.proxy_from = [\"x\", 3]": "rdap: proxy_from 2: it is a whole number, and should be text in quotes",
		"rdap.behind_tls = \"yes\"":    "rdap: behind_tls: it is text in quotes, and should be true or false",
		"mmap_mib = 1.5":               "mmap_mib: it is a number, and should be a whole number",
		"mmap_mib = 2026-01-31":        "mmap_mib: it is a date, and should be a whole number",
		"[drain]\nDuration = 3":        "drain: it is a table, and should be a word or a time in quotes",
		"keep_generations = []":        "keep_generations: it is a list in brackets, and should be a word or a time in quotes",
		"drain = 5":                    `:1: drain: time: missing unit in duration "5"`,
	} {
		path := filepath.Join(t.TempDir(), "registerd.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(want, ":") {
			want = ": " + want
		}
		if _, err := Parse(path); err == nil || err.Error() != "configuration: "+path+want {
			t.Errorf("%s\ngot  %v\nwant configuration: FILE%s", text, err, want)
		}
	}
}

func TestTablesMayStandInBracesAndNumbersBeWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registerd.toml")
	text := "zone = [{ name = \"example\" }]\nlimits = { account = 3, ipv4 = { 32 = 1, 24 = 1.5 } }\ntoken = [{ expires = \"2026-11-22T00:00:00Z\" }]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse(path)
	if err != nil || c.Zones[0].Name != "example" || c.Limits.Account != 3 || c.Limits.IPv4["24"] != 1.5 || c.Tokens[0].Expires.IsZero() {
		t.Errorf("read %+v, %v", c, err)
	}
}

func TestAFileThatIsBrokenElsewhereStillSaysWhereTheControlSocketIs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "registerd.toml")
	for text, want := range map[string]string{
		"db = \"register.db\"\nlimits = 3\nnone = 1\n":     filepath.Join(dir, "register.db.control"),
		"db = \"/var/register.db\"\n":                      "/var/register.db.control",
		"db = \"register.db\"\ncontrol = \"run/socket\"\n": filepath.Join(dir, "run", "socket"),
		"db = \"register.db\"\ncontrol = \"-\"\n":          "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ControlPathIn(path); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
		c, err := Parse(path) // which says the same of one that is whole
		if err == nil && c.ControlPath() != want {
			t.Errorf("%s: the server has %q", text, c.ControlPath())
		}
	}
}
