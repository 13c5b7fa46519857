package account

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
)

// read reads everything. A row that cannot be understood is an error: nobody is
// admitted by half of an account.
func read(ctx context.Context, t *sql.Tx) (s Snapshot, err error) {
	s.Used = map[string]time.Time{}
	if err := t.QueryRowContext(ctx, "SELECT version FROM edition").Scan(&s.Version); err != nil {
		return s, err
	}
	err = each(ctx, t, `SELECT id, organization, person, contact, kind, registrar, holder, purposes, zones, objects, networks,
		whois, times, exception, confidential, since, until, suspended, removed, approved_by, approved_on
		FROM account ORDER BY id`, func(row *sql.Rows) error {
		a, err := readAccount(row)
		s.Accounts = append(s.Accounts, a)
		return err
	})
	if err != nil {
		return s, err
	}
	err = each(ctx, t, `SELECT id, account, sort, digest, issuer, subject, claim, value, purposes, since, until, revoked, note, used
		FROM credential ORDER BY account, id`, func(row *sql.Rows) error {
		c, used, err := readCredential(row)
		s.Credentials = append(s.Credentials, c)
		if !used.IsZero() {
			s.Used[c.ID] = used
		}
		return err
	})
	return s, err
}

func each(ctx context.Context, t *sql.Tx, query string, visit func(*sql.Rows) error) error {
	rows, err := t.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// parsing gathers what is wrong with the texts of a row.
type parsing struct{ errs []error }

func (p *parsing) note(what string, err error) {
	if err != nil {
		p.errs = append(p.errs, fmt.Errorf("%s: %w", what, err))
	}
}

func (p *parsing) time(what, text string) (at time.Time) {
	if text != "" {
		var err error
		at, err = time.Parse(time.RFC3339, text)
		p.note(what, err)
	}
	return at
}

// list reads a JSON array of texts.
func list[T any](p *parsing, what, text string, parse func(string) (T, error)) (out []T) {
	var words []string
	p.note(what, json.Unmarshal([]byte(text), &words))
	for _, w := range words {
		v, err := parse(w)
		p.note(what, err)
		out = append(out, v)
	}
	return out
}

func itself[T ~string](s string) (T, error) { return T(s), nil }

func readAccount(row *sql.Rows) (access.Account, error) {
	var a access.Account
	var kind, purposes, zones, objects, networks, since, until, approved string
	var confidential int64
	if err := row.Scan(&a.ID, &a.Organization, &a.Person, &a.Contact, &kind, &a.Registrar, &a.Holder, &purposes, &zones, &objects, &networks,
		&a.WHOIS, &a.Times, &a.Exception, &confidential, &since, &until, &a.Suspended, &a.Removed, &a.ApprovedBy, &approved); err != nil {
		return a, err
	}
	var p parsing
	var known bool
	if a.Kind, known = disclose.ParseKind(kind); !known {
		p.note("kind", fmt.Errorf("there is no %q", kind))
	}
	a.Purposes = list(&p, "purposes", purposes, itself[string])
	a.Zones = list(&p, "zones", zones, register.ParseName)
	a.Objects = list(&p, "objects", objects, itself[access.Object])
	a.Networks = list(&p, "networks", networks, netip.ParsePrefix)
	a.Confidential = time.Duration(confidential) * time.Second
	a.From, a.Until, a.ApprovedOn = p.time("since", since), p.time("until", until), p.time("approved_on", approved)
	if err := errors.Join(p.errs...); err != nil {
		return a, fmt.Errorf("account %q: %w", a.ID, err)
	}
	return a, nil
}

func readCredential(row *sql.Rows) (c access.Credential, used time.Time, err error) {
	var sort, purposes, since, until, last string
	var digest []byte
	if err := row.Scan(&c.ID, &c.Account, &sort, &digest, &c.Issuer, &c.Subject, &c.Claim, &c.Value, &purposes,
		&since, &until, &c.Revoked, &c.Note, &last); err != nil {
		return c, used, err
	}
	var p parsing
	var known bool
	if c.Sort, known = access.ParseSort(sort); !known {
		p.note("sort", fmt.Errorf("there is no %q", sort))
	}
	switch {
	case c.Sort == access.Identity:
	case len(digest) != sha256.Size:
		p.note("digest", fmt.Errorf("it has %d bytes", len(digest)))
	case c.Sort == access.Token:
		c.Hash = [sha256.Size]byte(digest)
	default:
		c.SPKI = [sha256.Size]byte(digest)
	}
	c.Purposes = list(&p, "purposes", purposes, itself[string])
	c.From, c.Until, used = p.time("since", since), p.time("until", until), p.time("used", last)
	if err := errors.Join(p.errs...); err != nil {
		return c, used, fmt.Errorf("credential %q: %w", c.ID, err)
	}
	return c, used, nil
}

const accountColumns = `organization, person, contact, kind, registrar, holder, purposes, zones, objects, networks,
	whois, times, exception, confidential, since, until, suspended, removed, approved_by, approved_on, id`

// accountValues are in the order of accountColumns.
func accountValues(a *access.Account) []any {
	return []any{
		a.Organization, a.Person, a.Contact, a.Kind.String(), a.Registrar, a.Holder,
		encode(a.Purposes), encode(texts(a.Zones)), encode(texts(a.Objects)), encode(networkTexts(a.Networks)),
		a.WHOIS, a.Times, a.Exception, int64(a.Confidential / time.Second), stamp(a.From), stamp(a.Until),
		a.Suspended, a.Removed, a.ApprovedBy, stamp(a.ApprovedOn), a.ID,
	}
}

func (t *tx) insertAccount(ctx context.Context, a *access.Account) error {
	return t.exec(ctx, "INSERT INTO account ("+accountColumns+") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", accountValues(a)...)
}

func (t *tx) updateAccount(ctx context.Context, a *access.Account) error {
	return t.exec(ctx, `UPDATE account SET organization = ?, person = ?, contact = ?, kind = ?, registrar = ?, holder = ?,
		purposes = ?, zones = ?, objects = ?, networks = ?, whois = ?, times = ?, exception = ?, confidential = ?,
		since = ?, until = ?, suspended = ?, removed = ?, approved_by = ?, approved_on = ? WHERE id = ?`, accountValues(a)...)
}

func (t *tx) insertCredential(ctx context.Context, c *access.Credential) error {
	digest := []byte{}
	switch c.Sort {
	case access.Token:
		digest = c.Hash[:]
	case access.Certificate:
		digest = c.SPKI[:]
	}
	return t.exec(ctx, `INSERT INTO credential (id, account, sort, digest, issuer, subject, claim, value, purposes, since, until, revoked, note, used)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,0,?,'')`,
		c.ID, c.Account, c.Sort.String(), digest, c.Issuer, c.Subject, c.Claim, c.Value, encode(c.Purposes), stamp(c.From), stamp(c.Until), c.Note)
}

func encode(words []string) string {
	if len(words) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(words) // texts can be written
	return string(b)
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func networkTexts(list []netip.Prefix) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.String()
	}
	return out
}

// stamp is ” for no time.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
