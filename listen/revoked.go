package listen

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// revocations are the lists of revoked certificates, one of each issuer.
type revocations struct {
	text  []byte // that they were read from
	lists []*revocationList
	ends  time.Time // when the first of them does
}

// revocationList is a complete list that its issuer has signed.
type revocationList struct {
	issuer *x509.Certificate
	begins time.Time
	ends   time.Time
	serial map[string]bool // of those revoked, the digits of the number
}

// readRevocations refuses lists that are not signed by an issuer, or from which it
// would not be known of every certificate whether it is revoked.
func readRevocations(text []byte, issuers []*x509.Certificate, now time.Time) (*revocations, error) {
	all := &revocations{text: text}
	ders, err := encodedLists(text)
	if err != nil {
		return nil, err
	}
	for _, der := range ders {
		list, err := readList(der, issuers, now)
		if err != nil {
			return nil, err
		}
		if all.of(list.issuer) != nil {
			return nil, fmt.Errorf("it holds two lists of %s", list.issuer.Subject)
		}
		all.lists = append(all.lists, list)
		if all.ends.IsZero() || list.ends.Before(all.ends) {
			all.ends = list.ends
		}
	}
	for _, issuer := range issuers {
		if all.of(issuer) == nil {
			return nil, fmt.Errorf("it holds no list of %s", issuer.Subject)
		}
	}
	return all, nil
}

// encodedLists are the lists of a file in DER.
func encodedLists(text []byte) (ders [][]byte, err error) {
	if len(text) > 0 && text[0] == 0x30 { // a sequence, which PEM does not begin with
		return [][]byte{text}, nil
	}
	for len(bytes.TrimSpace(text)) > 0 {
		block, rest := pem.Decode(text)
		if block == nil || block.Type != "X509 CRL" {
			return nil, errors.New("it holds what is no list of revoked certificates in PEM")
		}
		ders, text = append(ders, block.Bytes), rest
	}
	return ders, nil
}

func readList(der []byte, issuers []*x509.Certificate, now time.Time) (*revocationList, error) {
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	list := &revocationList{begins: parsed.ThisUpdate, ends: parsed.NextUpdate, serial: make(map[string]bool, len(parsed.RevokedCertificateEntries))}
	for _, issuer := range issuers {
		if bytes.Equal(issuer.RawSubject, parsed.RawIssuer) && parsed.CheckSignatureFrom(issuer) == nil {
			list.issuer = issuer
		}
	}
	switch {
	case list.issuer == nil:
		return nil, fmt.Errorf("the list of %s is not signed by an issuer of the clients' certificates", parsed.Issuer)
	case list.ends.IsZero():
		return nil, errors.New("the list does not say when the next one comes")
	case now.Before(list.begins):
		return nil, fmt.Errorf("the list begins %s", list.begins.Format(time.RFC3339))
	}
	for _, e := range parsed.Extensions {
		if e.Critical { // a part of a list, or the changes to one (RFC 5280 section 5.2)
			return nil, fmt.Errorf("the list has a critical extension that is not understood, %s", e.Id)
		}
	}
	for _, entry := range parsed.RevokedCertificateEntries {
		list.serial[entry.SerialNumber.String()] = true
	}
	return list, nil
}

// of is the list of an issuer, whichever of its certificates this is.
func (r *revocations) of(issuer *x509.Certificate) *revocationList {
	for _, list := range r.lists {
		if bytes.Equal(list.issuer.RawSubject, issuer.RawSubject) &&
			bytes.Equal(list.issuer.RawSubjectPublicKeyInfo, issuer.RawSubjectPublicKeyInfo) {
			return list
		}
	}
	return nil
}

// follow refuses lists of which one is older than that in force: a certificate
// that was revoked would be good again.
func (r *revocations) follow(now *revocations) error {
	if now == nil {
		return nil
	}
	for _, list := range r.lists {
		if before := now.of(list.issuer); before != nil && list.begins.Before(before.begins) {
			return fmt.Errorf("the list of %s is older than the one in force", list.issuer.Subject)
		}
	}
	return nil
}

var (
	errNoList    = errors.New("its issuer has no list of revoked ones")
	errListEnded = errors.New("the list of revoked ones has ended")
	errRevoked   = errors.New("it is revoked")
)

// allows reports that a certificate of the list's issuer is not revoked. Of a list
// that has ended, it is not known.
func (l *revocationList) allows(leaf *x509.Certificate, now time.Time) error {
	switch {
	case l == nil:
		return errNoList
	case now.After(l.ends):
		return errListEnded
	case l.serial[leaf.SerialNumber.String()]:
		return errRevoked
	}
	return nil
}
