package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"
)

// Loopback addresses are where the windows are without configuration.
const (
	LoopbackWHOIS = "127.0.0.1:1043"
	LoopbackDAS   = "127.0.0.1:4343"
	LoopbackRDAP  = "127.0.0.1:8080"
)

// Read reads a file that is complete in itself, and checks it. An error names the file
// and the key.
func Read(path string) (*Config, error) {
	c, err := Parse(path)
	if err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("configuration: %s: %w", path, err)
	}
	return c, nil
}

// Parse reads a file strictly, and checks nothing more than that: flags may be going to
// override it. Relative paths in it are relative to it.
func Parse(path string) (*Config, error) {
	text, err := ReadText(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	c := new(Config)
	if err := c.decode(text); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return nil, fmt.Errorf("configuration: %s:%d: %s", path, parse.Position.Line, keyed(parse))
		}
		return nil, fmt.Errorf("configuration: %s: %w", path, err)
	}
	paths := []*string{&c.DB, &c.Accounts, &c.HolderLinks, &c.Audit.Dir, &c.Audit.SigningKey, &c.Requests.Dir, &c.Requests.Hook, &c.RDAP.TLS.Certificate, &c.RDAP.TLS.Key, &c.RDAP.ACME.Cache, &c.RDAP.ACME.EABKeyFile, &c.RDAP.Certificates.Certificate, &c.RDAP.Certificates.Key, &c.RDAP.Certificates.Issuers, &c.RDAP.Certificates.Revoked, &c.Referrals.Dir, &c.RDAP.SearchKeyFile}
	if IsRuleFile(c.Rules) {
		paths = append(paths, &c.Rules)
	}
	for _, p := range []*string{&c.Control, &c.Limits.State, &c.Statistics} {
		if *p != none {
			paths = append(paths, p)
		}
	}
	paths = append(append(paths, c.ProfileFiles()...), c.secretFiles()...)
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(filepath.Dir(path), *p)
		}
	}
	return c, nil
}

// ControlPathIn is where the control socket of a server with this file is; "" is nowhere. The
// file need not be right beyond that: whoever has broken it can still ask the server, which
// runs by what it was.
func ControlPathIn(path string) (string, error) {
	text, err := ReadText(path)
	if err != nil {
		return "", fmt.Errorf("configuration: %w", err)
	}
	var c struct{ DB, Control string }
	if err := toml.Unmarshal(text, &c); err != nil {
		return "", fmt.Errorf("configuration: %s: %w", path, err)
	}
	socket := besideRegister(c.Control, c.DB, ".control")
	if socket != "" && !filepath.IsAbs(socket) {
		socket = filepath.Join(filepath.Dir(path), socket)
	}
	return socket, nil
}

// decode takes the text of a file, and refuses what is not a key's.
func (c *Config) decode(text []byte) error {
	var written map[string]any
	if err := toml.Unmarshal(text, &written); err != nil {
		return err
	}
	if err := checkSorts("", reflect.TypeFor[Config](), written); err != nil {
		return err
	}
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(c)
	if err != nil {
		return err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("no such key: %s", unknown[0])
	}
	return nil
}

// maxText is the largest file of configuration or rules, in bytes.
const maxText = 1 << 20

// ReadText reads a file of text, at most 1 MiB. It refuses what is none, such as a pipe, which
// would keep a reload waiting for ever.
func ReadText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is not a file", path)
	case info.Size() > maxText:
		return nil, fmt.Errorf("%s: it is larger than 1 MiB", path)
	}
	return os.ReadFile(path)
}

// keyed says which key a mistake is in, where the parser knows it.
func keyed(e toml.ParseError) string {
	if e.LastKey == "" || strings.Contains(e.Message, e.LastKey) {
		return e.Message
	}
	return e.LastKey + ": " + e.Message
}
