package access

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

	"registerd/disclose"
	"registerd/register"
)

// Account is somebody with standing access: an organisation, and what it may do.
// What it is shown of that, the publication rules say.
type Account struct {
	// ID names the account and no person: it stands in the journal in clear. It
	// is whose budget is used, whichever of the account's credentials is shown.
	ID           string
	Organization string
	Person       string // whom the operator speaks with; never shown to others

	Kind      disclose.Kind
	Registrar string // HandleKey of the registrar's id; of a registrar, and only that
	Holder    string // ROID of the contact; of a holder, and only that

	// What more than the public sees is bounded by: purposes that may be given,
	// zones, kinds of object. An empty list bounds nothing.
	Purposes []string
	Zones    []register.Name
	Objects  []Object

	// Networks are where credentials are taken from; an empty list is anywhere.
	Networks []netip.Prefix
	// WHOIS says that whoever asks from Networks on port 43, where there are no
	// credentials, is the account, and that the operator takes the way there
	// for private.
	WHOIS bool

	Times     float64 // the budgets of other accounts, multiplied; 0 is 1
	Exception string  // why Times is what it is; published

	// Confidential is how long the holder may be kept from learning what the
	// account was told, if it asks for that; 0 is not at all.
	Confidential time.Duration

	From, Until time.Time // zero is without an end
	Suspended   bool
	Removed     bool // for good; the id is never given again

	Contact    string // how the operator reaches it
	ApprovedBy string
	ApprovedOn time.Time
}

// check refuses an account that contradicts itself. One of no kind sees what the
// public sees, and what its credentials were granted.
func (a *Account) check() error {
	switch {
	case a.ID == "" || strings.ContainsFunc(a.ID, unicode.IsControl):
		return errors.New("the id is empty, or holds a control character")
	case (a.Kind == disclose.KindRegistrar) != (a.Registrar != ""):
		return errors.New("a registrar, and only that, names its registrar")
	case (a.Kind == disclose.KindHolder) != (a.Holder != ""):
		return errors.New("a holder, and only that, names its ROID")
	case a.WHOIS && len(a.Networks) == 0:
		return errors.New("it is recognised on WHOIS, and has no networks")
	case a.Times < 0 || math.IsNaN(a.Times) || math.IsInf(a.Times, 0):
		return errors.New("its multiple of the budgets is not a positive number")
	case a.Confidential < 0:
		return errors.New("its confidentiality is negative")
	case slices.ContainsFunc(a.Objects, func(o Object) bool { return !slices.Contains(Objects, o) }):
		return errors.New("it names a kind of object that there is none of")
	}
	for _, n := range a.Networks {
		if !n.IsValid() || n != n.Masked() || n.Addr().Is4In6() {
			return fmt.Errorf("its network %s is not a network such as 192.0.2.0/24 or 2001:db8::/48", n)
		}
	}
	return nil
}

// open reports an account that may be used at a time.
func (a *Account) open(now time.Time) bool {
	return !a.Removed && !a.Suspended && !now.Before(a.From) && (a.Until.IsZero() || now.Before(a.Until))
}

// takes reports whether credentials of the account are taken from an address.
func (a *Account) takes(addr netip.Addr) bool {
	return len(a.Networks) == 0 || slices.ContainsFunc(a.Networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Object is a kind of object that an account may be bounded to.
type Object string

// The kinds of object.
const (
	Domain     Object = "domain"
	Nameserver Object = "nameserver"
	Contact    Object = "contact"
	Registrar  Object = "registrar"
)

// Objects are all of them.
var Objects = []Object{Domain, Nameserver, Contact, Registrar}

// Bounds are where a caller is more than the public. With nil it is everywhere.
type Bounds struct {
	Zones   []register.Name
	Objects []Object
}

func boundsOf(a *Account) *Bounds {
	if len(a.Zones) == 0 && len(a.Objects) == 0 {
		return nil
	}
	return &Bounds{a.Zones, a.Objects}
}

// Hold reports an object of a kind within the bounds. The zone of what lies in
// none is ""; who is bounded to zones is the public there.
func (b *Bounds) Hold(o Object, zone register.Name) bool {
	return b == nil ||
		(len(b.Objects) == 0 || slices.Contains(b.Objects, o)) &&
			(len(b.Zones) == 0 || slices.Contains(b.Zones, zone))
}

// Sort is what a credential is.
type Sort uint8

// The sorts of credential.
const (
	Token       Sort = iota + 1 // a secret, shown once
	Certificate                 // a client certificate, by its key
	Identity                    // somebody known to an OpenID provider
)

var sortWords = [...]string{"", "token", "certificate", "identity"}

func (s Sort) String() string {
	if int(s) < len(sortWords) {
		return sortWords[s]
	}
	return ""
}

// ParseSort reads a sort's word.
func ParseSort(word string) (Sort, bool) {
	i := slices.Index(sortWords[1:], word)
	return Sort(i + 1), i >= 0
}

// Credential is by what an account is known. Nothing in it can be used to be
// taken for the account.
type Credential struct {
	ID      string // unique among all credentials; of a token, what stands in it
	Account string
	Sort    Sort

	Hash [sha256.Size]byte // of a token's secret
	SPKI [sha256.Size]byte // of a certificate's SubjectPublicKeyInfo

	// Of an identity: the issuer, and its Subject there, or a Claim with a Value
	// that all who belong to the account have.
	Issuer, Subject, Claim, Value string

	// Purposes that may be given with it, of those of the account; empty is all.
	Purposes []string

	// Grant is what it opens beyond what its account sees; nil mostly.
	Grant *disclose.Grant

	// ConfidentialUntil is until when the holder is not to learn what was told by
	// it; zero is at once.
	ConfidentialUntil time.Time

	From, Until time.Time // Until is required of a token, and else zero is without an end
	Revoked     bool
	Note        string // the operator's
}

func (c *Credential) check() error {
	switch {
	case c.Sort == Token && !validID(c.ID):
		return errors.New("the id is not 8 lower-case letters and digits")
	case c.ID == "":
		return errors.New("it has no id")
	case c.Sort == Token && c.Hash == [sha256.Size]byte{}:
		return errors.New("it has no hash")
	case c.Sort == Token && c.Until.IsZero():
		return errors.New("it has no expiry")
	case c.Sort == Certificate && c.SPKI == [sha256.Size]byte{}:
		return errors.New("it has no hash of a key")
	case c.Sort == Identity && (c.Issuer == "" || (c.Subject == "") == (c.Claim == "") || (c.Claim == "") != (c.Value == "")):
		return errors.New("it has no issuer with either a subject, or a claim and its value")
	case c.Sort.String() == "":
		return errors.New("there is no such sort")
	}
	return nil
}

// open reports a credential that may be used at a time.
func (c *Credential) open(now time.Time) bool {
	return !c.Revoked && !now.Before(c.From) && (c.Until.IsZero() || now.Before(c.Until))
}
