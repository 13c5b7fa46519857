// Package access says who is asking: it makes a Caller of what was presented and
// the channel it came by. It does not say what a caller may see (disclose), nor
// how often one may ask (ratelimit), nor where accounts are kept (account).
package access

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"registerd/disclose"
)

// Config says whom to admit. Now is required.
type Config struct {
	Accounts    []Account
	Credentials []Credential
	Now         func() time.Time

	// Used is told of every credential that was taken, and must not wait. It may
	// be nil.
	Used func(credential string)

	// Unreadable says that who has an account cannot be read now: a credential that
	// is not known may then be one that is, and is refused with that.
	Unreadable bool
}

// Access makes callers of what is presented. It is what was known of accounts at
// one moment, and safe for concurrent use.
type Access struct {
	accounts   map[string]*Account
	tokens     map[string]*Credential
	keys       map[[sha256.Size]byte]*Credential
	identities map[string][]*Credential // by issuer
	recognised map[int]map[netip.Prefix]*Account
	widths     []int // of recognised, longest first
	now        func() time.Time
	used       func(string)
	unreadable bool
}

// New refuses accounts and credentials that could not be told apart, or that
// contradict themselves.
func New(c Config) (*Access, error) {
	if c.Now == nil {
		return nil, errors.New("access: no clock")
	}
	a := &Access{
		accounts: make(map[string]*Account, len(c.Accounts)), tokens: make(map[string]*Credential, len(c.Credentials)),
		keys: map[[sha256.Size]byte]*Credential{}, identities: map[string][]*Credential{},
		recognised: map[int]map[netip.Prefix]*Account{}, now: c.Now, used: c.Used, unreadable: c.Unreadable,
	}
	for i := range c.Accounts {
		if err := a.addAccount(&c.Accounts[i]); err != nil {
			return nil, fmt.Errorf("access: account %q: %w", c.Accounts[i].ID, err)
		}
	}
	ids := make(map[string]bool, len(c.Credentials))
	for i := range c.Credentials {
		cred := &c.Credentials[i]
		err := a.addCredential(cred)
		if ids[cred.ID] {
			err = errors.New("the id is taken")
		}
		if err != nil {
			return nil, fmt.Errorf("access: %s %q: %w", cred.Sort, cred.ID, err)
		}
		ids[cred.ID] = true
	}
	return a, nil
}

func (a *Access) addAccount(account *Account) error {
	if err := account.check(); err != nil {
		return err
	}
	if a.accounts[account.ID] != nil {
		return errors.New("the id is taken")
	}
	a.accounts[account.ID] = account
	if !account.WHOIS || account.Removed {
		return nil
	}
	for _, n := range account.Networks {
		same := a.recognised[n.Bits()]
		if same == nil {
			same = map[netip.Prefix]*Account{}
			a.recognised[n.Bits()] = same
			a.widths = append(a.widths, n.Bits())
			slices.SortFunc(a.widths, func(x, y int) int { return y - x })
		}
		if other := same[n]; other != nil {
			return fmt.Errorf("its network %s is that of %q on WHOIS", n, other.ID)
		}
		same[n] = account
	}
	return nil
}

func (a *Access) addCredential(c *Credential) error {
	if err := c.check(); err != nil {
		return err
	}
	if a.accounts[c.Account] == nil {
		return fmt.Errorf("there is no account %q", c.Account)
	}
	switch c.Sort {
	case Token:
		a.tokens[c.ID] = c
	case Certificate:
		if !c.Revoked {
			if a.keys[c.SPKI] != nil {
				return errors.New("its key is another's")
			}
			a.keys[c.SPKI] = c
		}
	case Identity:
		a.identities[c.Issuer] = append(a.identities[c.Issuer], c)
	}
	return nil
}

// Accounts lists the accounts that are not removed, by their ids.
func (a *Access) Accounts() []string {
	ids := make([]string, 0, len(a.accounts))
	for id, account := range a.accounts {
		if !account.Removed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Said is what a caller says of its question.
type Said struct {
	Purpose string
	Case    string // the caller's own reference
	// Confidential asks that the holder be kept from learning of it for a time.
	Confidential bool
}

// Admit makes a caller of what was presented. Every error is a *Denied.
func (a *Access) Admit(p Presented, said Said, ch Channel) (Caller, error) {
	if !ch.Private {
		return Caller{}, &Denied{Why: OpenChannel}
	}
	credential, right := p.credential(a)
	var account *Account
	if right {
		account = a.accounts[credential.Account]
	}
	now := a.now()
	if !right || !credential.open(now) || !account.open(now) || !account.takes(ch.Addr) {
		return Caller{}, a.refusal(p, credential)
	}
	if a.used != nil {
		a.used(credential.ID)
	}
	bounded := limits{account.Purposes, credential.Purposes, p.purposes()}
	if said.Purpose != "" && !bounded.allow(said.Purpose) {
		return Caller{}, &Denied{Why: PurposeRefused}
	}
	if said.Confidential && account.Confidential == 0 {
		return Caller{}, &Denied{Why: ConfidentialRefused}
	}
	c := account.caller(ch)
	c.Grant, c.Purpose, c.Case = credential.Grant, said.Purpose, said.Case
	c.ConfidentialUntil = credential.ConfidentialUntil
	if own := now.Add(account.Confidential); said.Confidential && own.After(c.ConfidentialUntil) {
		c.ConfidentialUntil = own
	}
	if said.Purpose == "" && bounded.any() {
		c.Audience = disclose.Public // it may see more for its purposes only
	}
	return c, nil
}

// refusal says of a bad credential no more than that. Whom a provider knows, or who
// has a certificate, is told that we know of no account: there is nothing to guess.
func (a *Access) refusal(p Presented, known *Credential) error {
	if known != nil {
		return &Denied{Why: BadCredential}
	}
	if a.unreadable {
		return &Denied{Why: Unreadable}
	}
	switch p.(type) {
	case Person:
		return &Denied{Why: NoAccount, Reason: "person"}
	case Key:
		return &Denied{Why: NoAccount, Reason: "certificate"}
	}
	return &Denied{Why: BadCredential}
}

// limits are lists of purposes; one that is empty bounds nothing.
type limits [3][]string

// allow takes without a list a word only: purposes stand in the journal in clear, and
// in what is published of it.
func (l limits) allow(purpose string) bool {
	if !l.any() {
		return IsWord(purpose)
	}
	for _, list := range l {
		if len(list) > 0 && !slices.Contains(list, purpose) {
			return false
		}
	}
	return true
}

func (l limits) any() bool { return len(l[0])+len(l[1])+len(l[2]) > 0 }

// Recognise makes a caller of the network that a question on WHOIS comes from:
// of the account that the operator lets be known by it there, or the public. The
// longest prefix counts.
func (a *Access) Recognise(ch Channel) Caller {
	for _, bits := range a.widths {
		n, err := ch.Addr.Prefix(bits)
		if err != nil {
			continue // of the other family
		}
		account := a.recognised[bits][n]
		if account == nil {
			continue
		}
		if !account.open(a.now()) {
			break
		}
		ch.Private = true // the operator has said so
		c := account.caller(ch)
		if len(account.Purposes) > 0 {
			c.Audience = disclose.Public // it may see more for its purposes only, and here none can be given
		}
		return c
	}
	return Public(ch)
}
