// Package register says what is registered: domains, contacts, hosts,
// registrars and reserved names, as raw and pure values, and the canonical
// form of the names and handles by which they are found. It says too which labels
// a zone's rules take.
//
// It is not a place where anything is decided, kept or shown: what of a value
// may be seen is decided in package disclose, and where it is kept in package
// store. Values of this package never reach a window.
package register

import (
	"errors"
	"net/netip"
	"slices"
	"time"
)

// ErrNotFound says that the register was asked, answered, and holds no such
// object. It is never returned for a failure.
var ErrNotFound = errors.New("not in the register")

// Domain is a registered name (RFC 9022 section 5.1).
type Domain struct {
	Name     Name
	ROID     string
	IDNTable string // id of the IDN table the name was registered under
	Original Name   // the name this one is a variant of, if any

	Statuses []string // EPP statuses, RFC 5731 section 2.3
	RGP      []string // grace-period statuses, RFC 3915 section 3.1

	Registrant string       // a contact's handle
	Contacts   []DomainRole // admin, tech and billing contacts, in order
	Hosts      []NameServer

	Sponsor     string // registrar of record (clID)
	Creator     string // registrar that created it (crRr)
	Updater     string // registrar that last changed it (upRr)
	Created     time.Time
	Expires     time.Time
	Updated     time.Time
	Transferred time.Time
	Transfer    *Transfer // a transfer under way or the last one (trnData)

	MaxSigLife int // seconds; 0 when not given
	DS         []DS
	Keys       []DNSKey

	Suspension *Proceeding
	Dispute    *Proceeding

	Deletes time.Time // when the name will be deleted, if that is settled
}

// Leaving reports a name that is to be deleted unless somebody prevents it:
// pendingDelete (RFC 5731 section 2.3) and the states of RFC 3915 before it.
func (d *Domain) Leaving() bool { return Leaving(d.Statuses, d.RGP) }

// Leaving reports statuses and grace-period statuses of which one says that the
// name is to be deleted.
func Leaving(statuses, rgp []string) bool {
	return slices.Contains(statuses, "pendingDelete") || slices.ContainsFunc(rgp, func(s string) bool {
		return s == "redemptionPeriod" || s == "pendingRestore" || s == "pendingDelete"
	})
}

// Role is what a contact is to a domain.
type Role uint8

// The roles of RFC 5731 section 1.1, the holder first. The zero value is none.
const (
	RoleNone Role = iota
	RoleRegistrant
	RoleAdmin
	RoleTech
	RoleBilling
)

// DomainRole names the contact that has a role.
type DomainRole struct {
	Role   Role
	Handle string
}

// Roles lists who has a role, the registrant first.
func (d *Domain) Roles() []DomainRole {
	out := make([]DomainRole, 0, len(d.Contacts)+1)
	if d.Registrant != "" {
		out = append(out, DomainRole{RoleRegistrant, d.Registrant})
	}
	return append(out, d.Contacts...)
}

// NameServer is a domain's name server: a reference to a host object, or, for
// registers without host objects, the name with its addresses.
type NameServer struct {
	Name  Name
	Attr  bool         // hostAttr: Addrs belong to the domain, there is no host object
	Addrs []netip.Addr // only with Attr
}

// DS is a delegation signer record (RFC 5910 section 4.1).
type DS struct {
	KeyTag     uint16
	Algorithm  uint8
	DigestType uint8
	Digest     string // lower-case hexadecimal
	Key        *DNSKey
}

// DNSKey is a public key of a zone (RFC 5910 section 4.2).
type DNSKey struct {
	Flags     uint16
	Protocol  uint8
	Algorithm uint8
	PublicKey string // base64
}

// Transfer is the state of a transfer between registrars (trnData).
type Transfer struct {
	Status    string
	Requester string
	Requested time.Time
	Actor     string
	Acted     time.Time
	Expires   time.Time
}

// Proceeding is a suspension or a dispute: since when, on what ground, under
// which reference.
type Proceeding struct {
	Since     time.Time
	Ground    string
	Reference string
}

// Host is a name server object (RFC 9022 section 5.2).
type Host struct {
	Name        Name
	ROID        string
	Statuses    []string
	Addrs       []netip.Addr
	Sponsor     string
	Creator     string
	Updater     string
	Created     time.Time
	Updated     time.Time
	Transferred time.Time
}

// Registrar is who registers names for holders (RFC 9022 section 5.4). The
// abuse contact and the RDAP base are not in a deposit; a change feed gives
// them, and they are kept across deposits.
type Registrar struct {
	ID            string
	Name          string
	IANA          int // registrar id given by IANA (gurid); 0 when none
	Status        string
	International Address
	Local         Address
	Voice         Phone
	Fax           Phone
	Email         string
	URL           string
	WHOISServer   string
	WHOISURL      string
	RDAPBase      string // https URL ending in "/"
	AbuseEmail    string
	AbusePhone    Phone
	Created       time.Time
	Updated       time.Time
}

// ReservedState says why a name that is not registered cannot be.
type ReservedState uint8

// The states of RFC 9022 section 5.6. The zero value is unknown and counts as withheld.
const (
	ReservedUnknown ReservedState = iota
	ReservedWithheld
	ReservedBlocked
	ReservedMirrored
)

// Reserved is a name that is not a domain object and cannot be registered
// (NNDN, RFC 9022 section 5.6).
type Reserved struct {
	Name        Name
	IDNTable    string
	Original    Name
	State       ReservedState
	MirroringNS bool
	Created     time.Time
}

// IDNTable refers to a published table of code points (RFC 9022 section 5.5).
type IDNTable struct {
	ID        string
	URL       string
	PolicyURL string
}
