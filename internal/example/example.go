// Package example is the example register (testdata) as a program serves it: its file, a
// configuration, and callers. registerd demo serves it, and tests do.
package example

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/escrow"
	"registerd/register"
	"registerd/store/sqlite"
	"registerd/testdata"
)

// Config is the configuration of the example register in a folder. No window is
// open by it.
func Config(dir string) *config.Config {
	c := new(config.Config)
	c.DB = filepath.Join(dir, "register.db")
	c.Audit.Dir = filepath.Join(dir, "audit")
	c.MaxDataAge = new(config.Duration) // the example is of one day for ever
	c.Operator.Name, c.Operator.Email, c.Operator.URL = "Example Registry", "registry@nic.example", "https://nic.example/"
	c.Policies.Publication = "https://nic.example/publication"
	c.Policies.Disputes = "https://nic.example/disputes"
	c.Policies.Eligibility = "https://nic.example/eligibility"
	c.Policies.Terms = "https://nic.example/terms"
	return c
}

// AddTokens makes a day's credentials for the example's callers.
func AddTokens(c *config.Config) (secrets map[disclose.Audience]string) {
	secrets = map[disclose.Audience]string{}
	for _, who := range []struct {
		audience                disclose.Audience
		organization, registrar string
	}{
		{disclose.Registrar, "Nordlys Domains", testdata.Registrar},
		{disclose.Authority, "Example Police", ""},
	} {
		text, id, hash := access.NewToken()
		secrets[who.audience] = text
		c.Tokens = append(c.Tokens, config.Token{
			ID: id, Hash: access.FormatHash(hash), Expires: time.Now().Add(24 * time.Hour),
			Organization: who.organization, Audience: who.audience.String(), Registrar: who.registrar,
		})
	}
	return secrets
}

// Build fills a register with the example's deposit and changes. A
// register that is there already is left as it is.
func Build(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	writer, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		return err
	}
	defer writer.Close()
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	importer, err := escrow.New(escrow.Config{
		Writer: writer, Reader: reader, Now: time.Now, AcceptWiden: true,
		Wider: func(old, new register.Traits) bool { return disclose.GDPR().Wider(old, new) },
	})
	if err != nil {
		return err
	}
	if _, err := importer.Deposit(ctx, bytes.NewReader(testdata.Deposit)); err != nil {
		return err
	}
	_, err = importer.Changes(ctx, bytes.NewReader(testdata.Changes), escrow.FeedOptions{})
	return err
}
