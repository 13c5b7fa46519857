package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func configs(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "config", pattern))
	if err != nil || len(paths) < 2 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	return paths
}

func TestEveryWorkingConfigurationIsTaken(t *testing.T) {
	for _, path := range configs(t, "working_*.toml") {
		if _, err := Read(path); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryBustedConfigurationIsRefusedForItsReason(t *testing.T) {
	for _, path := range configs(t, "busted_*.toml") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		want, ok := strings.CutPrefix(first, "# refused: ")
		if !ok {
			t.Fatalf("%s does not say why it is refused", path)
		}
		_, err = Read(path)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: want %q in one line, got: %v", filepath.Base(path), want, err)
		}
	}
}

func TestTheFullConfigurationSetsEveryKey(t *testing.T) {
	c, err := Read(filepath.Join("..", "testdata", "config", "working_everything.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for file, take := range map[string]func(*Config){ // a listener has one certificate
		"working_tls.toml":  func(other *Config) { c.RDAP.TLS = other.RDAP.TLS },
		"working_acme.toml": func(other *Config) { c.RDAP.ACME = other.RDAP.ACME },
	} {
		other, err := Read(filepath.Join("..", "testdata", "config", file))
		if err != nil {
			t.Fatal(err)
		}
		take(other)
	}
	optional := map[string]bool{
		".Limits.Off": true, ".Limits.Watch.Off": true, ".DAS.Window.ProxyFrom": true, ".DAS.Window.MaxConnections": true, ".WHOIS.Window.ProxyFrom": true,
		".RDAP.Window.MaxConnections": true, ".RDAP.Window.MaxPerNetwork": true,
	}
	var walk func(v reflect.Value, at string)
	walk = func(v reflect.Value, at string) {
		if v.Kind() == reflect.Struct && v.Type().PkgPath() != "time" && v.NumField() > 0 && at != ".Drain" && v.Type() != reflect.TypeFor[Budget]() {
			for i := range v.NumField() {
				walk(v.Field(i), at+"."+v.Type().Field(i).Name)
			}
			return
		}
		if v.IsZero() && !optional[at] {
			t.Errorf("%s is not set: the file no longer shows every key", at)
		}
	}
	walk(reflect.ValueOf(*c), "")
}

func TestASearchKeyIsAsLongAsNobodyGuesses(t *testing.T) {
	for length, taken := range map[int]bool{0: false, 31: false, 32: true, 64: true} {
		c := new(Config)
		c.RDAP.SearchKeyFile = filepath.Join(t.TempDir(), "key")
		want := bytes.Repeat([]byte{7}, length)
		if err := os.WriteFile(c.RDAP.SearchKeyFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := c.SearchKey()
		if (err == nil) != taken || taken && !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v, %v", length, got, err)
		}
	}
}
