package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"

	"registerd/access"
	"registerd/account"
	"registerd/config"
)

type accountCertificateCommand struct {
	accountFile
	ID     string `arg:"" help:"The account."`
	PEM    string `arg:"" type:"path" name:"certificate" help:"The client's certificate, or its public key, in PEM. Another certificate of the same key is known as well."`
	Until  *day   `placeholder:"DATE" help:"The day or the moment from which it is no longer taken. Default: that on which the certificate ends."`
	Note   string `placeholder:"TEXT" help:"What it is for, for your lists."`
	Reason string `placeholder:"TEXT" help:"Why, for the journal."`
}

// Run takes the key of the certificate.
func (a *accountCertificateCommand) Run(ctx context.Context, con console) error {
	text, err := config.ReadText(a.PEM)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c := access.Credential{ID: access.NewID(), Account: a.ID, Sort: access.Certificate, Note: a.Note}
	block, _ := pem.Decode(text)
	switch {
	case block == nil:
		return fmt.Errorf("certificate: %s: it is not PEM", a.PEM)
	case block.Type == "PUBLIC KEY":
		if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			return fmt.Errorf("certificate: %s: %w", a.PEM, err)
		}
		c.SPKI = sha256.Sum256(block.Bytes)
	default:
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate: %s: %w", a.PEM, err)
		}
		c.SPKI, c.Until = sha256.Sum256(certificate.RawSubjectPublicKeyInfo), certificate.NotAfter
	}
	if a.Until != nil {
		c.Until = timeOf(a.Until)
	}
	return a.add(ctx, con, a.Reason, c)
}

type accountIdentityCommand struct {
	accountFile
	ID      string `arg:"" help:"The account."`
	Issuer  string `required:"" placeholder:"URL" help:"The OpenID provider, as its tokens name it."`
	Subject string `placeholder:"TEXT" help:"Who it is there: the claim sub."`
	Claim   string `placeholder:"NAME" help:"In place of a subject: a claim that all who belong to the account have."`
	Value   string `placeholder:"TEXT" help:"With --claim: the value that it has."`
	Until   *day   `placeholder:"DATE" help:"The day or the moment from which it is no longer taken. Default: never."`
	Note    string `placeholder:"TEXT" help:"What it is for, for your lists."`
	Reason  string `placeholder:"TEXT" help:"Why, for the journal."`
}

// Run takes the identity.
func (a *accountIdentityCommand) Run(ctx context.Context, con console) error {
	issuer, err := url.Parse(a.Issuer)
	switch {
	case err != nil || issuer.Scheme != "https" || issuer.Host == "":
		return misused("account: --issuer %q is not an https address", a.Issuer)
	case (a.Subject == "") == (a.Claim == "") || (a.Claim == "") != (a.Value == ""):
		return misused("account: give --subject, or --claim and --value")
	}
	return a.add(ctx, con, a.Reason, access.Credential{
		ID: access.NewID(), Account: a.ID, Sort: access.Identity,
		Issuer: a.Issuer, Subject: a.Subject, Claim: a.Claim, Value: a.Value, Until: timeOf(a.Until), Note: a.Note,
	})
}

// add takes a credential, and prints its id.
func (f *accountFile) add(ctx context.Context, con console, reason string, c access.Credential) error {
	err := f.change(ctx, con, false, func(s *account.Store) error { return s.AddCredential(ctx, reason, c) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.out, "%s %s is that of %s\n", c.Sort, c.ID, c.Account)
	return err
}
