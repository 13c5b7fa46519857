package escrow

import (
	"net/netip"
	"time"

	"registerd/register"
)

// The JSON form of the register's objects: in a change feed, in a snapshot and
// in docs/feed.md, which says it in words. Members that are not given are left
// out; they are never null.
//
// Where a type has the fields of its record one to one, it is converted and
// not copied: a field that is added to the one and not the other does not compile.

// objectJSON has exactly one of its members.
type objectJSON struct {
	Domain    *domainJSON    `json:"domain,omitempty"`
	Reserved  *reservedJSON  `json:"reserved,omitempty"`
	Contact   *contactJSON   `json:"contact,omitempty"`
	Host      *hostJSON      `json:"host,omitempty"`
	Registrar *registrarJSON `json:"registrar,omitempty"`
	IDNTable  *idnTableJSON  `json:"idnTable,omitempty"`
}

type domainJSON struct {
	Name        register.Name    `json:"name"`
	ROID        string           `json:"roid,omitempty"`
	IDNTable    string           `json:"idnTable,omitempty"`
	Original    register.Name    `json:"original,omitempty"`
	Statuses    []string         `json:"statuses,omitempty"`
	RGP         []string         `json:"rgp,omitempty"`
	Registrant  string           `json:"registrant,omitempty"`
	Contacts    []roleJSON       `json:"contacts,omitempty"`
	Hosts       []nameServerJSON `json:"hosts,omitempty"`
	Sponsor     string           `json:"sponsor,omitempty"`
	Creator     string           `json:"creator,omitempty"`
	Updater     string           `json:"updater,omitempty"`
	Created     time.Time        `json:"created,omitzero"`
	Expires     time.Time        `json:"expires,omitzero"`
	Deletes     time.Time        `json:"deletes,omitzero"`
	Updated     time.Time        `json:"updated,omitzero"`
	Transferred time.Time        `json:"transferred,omitzero"`
	Transfer    *transferJSON    `json:"transfer,omitempty"`
	MaxSigLife  int              `json:"maxSigLife,omitempty"`
	DS          []dsJSON         `json:"ds,omitempty"`
	Keys        []keyJSON        `json:"keys,omitempty"`
	Suspension  *proceedingJSON  `json:"suspension,omitempty"`
	Dispute     *proceedingJSON  `json:"dispute,omitempty"`
}

type roleJSON struct {
	Role   string `json:"role"`
	Handle string `json:"handle"`
}

type nameServerJSON struct {
	Name  register.Name `json:"name"`
	Attr  bool          `json:"attr,omitempty"`
	Addrs []netip.Addr  `json:"addrs,omitempty"`
}

type dsJSON struct {
	KeyTag     uint16   `json:"keyTag"`
	Algorithm  uint8    `json:"algorithm"`
	DigestType uint8    `json:"digestType"`
	Digest     string   `json:"digest"`
	Key        *keyJSON `json:"key,omitempty"`
}

type keyJSON struct {
	Flags     uint16 `json:"flags"`
	Protocol  uint8  `json:"protocol"`
	Algorithm uint8  `json:"algorithm"`
	PublicKey string `json:"publicKey"`
}

type transferJSON struct {
	Status    string    `json:"status,omitempty"`
	Requester string    `json:"requester,omitempty"`
	Requested time.Time `json:"requested,omitzero"`
	Actor     string    `json:"actor,omitempty"`
	Acted     time.Time `json:"acted,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
}

type proceedingJSON struct {
	Since     time.Time `json:"since,omitzero"`
	Ground    string    `json:"ground,omitempty"`
	Reference string    `json:"reference,omitempty"`
}

type reservedJSON struct {
	Name        register.Name `json:"name"`
	IDNTable    string        `json:"idnTable,omitempty"`
	Original    register.Name `json:"original,omitempty"`
	State       string        `json:"state,omitempty"`
	MirroringNS bool          `json:"mirroringNs,omitempty"`
	Created     time.Time     `json:"created,omitzero"`
}

type contactJSON struct {
	Handle        string         `json:"handle"`
	ROID          string         `json:"roid,omitempty"`
	Statuses      []string       `json:"statuses,omitempty"`
	International postalJSON     `json:"international,omitzero"`
	Local         postalJSON     `json:"local,omitzero"`
	Voice         phoneJSON      `json:"voice,omitzero"`
	Fax           phoneJSON      `json:"fax,omitzero"`
	Email         string         `json:"email,omitempty"`
	Sponsor       string         `json:"sponsor,omitempty"`
	Creator       string         `json:"creator,omitempty"`
	Updater       string         `json:"updater,omitempty"`
	Created       time.Time      `json:"created,omitzero"`
	Updated       time.Time      `json:"updated,omitzero"`
	Transferred   time.Time      `json:"transferred,omitzero"`
	Transfer      *transferJSON  `json:"transfer,omitempty"`
	Disclose      preferenceJSON `json:"disclose,omitzero"`
	Facts         factsJSON      `json:"facts,omitzero"`
}

type postalJSON struct {
	Name         string      `json:"name,omitempty"`
	Organization string      `json:"organization,omitempty"`
	Address      addressJSON `json:"address,omitzero"`
}

// IsZero makes a form without any value be left out.
func (p postalJSON) IsZero() bool {
	return p.Name == "" && p.Organization == "" && p.Address.IsZero()
}

type addressJSON struct {
	Street   []string `json:"street,omitempty"`
	City     string   `json:"city,omitempty"`
	Province string   `json:"province,omitempty"`
	Code     string   `json:"code,omitempty"`
	Country  string   `json:"country,omitempty"`
}

// IsZero makes an address without any value be left out.
func (a addressJSON) IsZero() bool { return (*register.Address)(&a).Empty() }

type phoneJSON struct {
	Number    string `json:"number,omitempty"`
	Extension string `json:"extension,omitempty"`
}

type preferenceJSON struct {
	Restrict []string `json:"restrict,omitempty"`
	Permit   []string `json:"permit,omitempty"`
}

// IsZero makes a preference that says nothing be left out.
func (p preferenceJSON) IsZero() bool { return len(p.Restrict)+len(p.Permit) == 0 }

type factsJSON struct {
	Holder       string           `json:"holder,omitempty"`
	Protection   string           `json:"protection,omitempty"`
	Consent      []string         `json:"consent,omitempty"`
	Language     string           `json:"language,omitempty"`
	Locked       bool             `json:"locked,omitempty"`
	Verification verificationJSON `json:"verification,omitzero"`
}

// IsZero makes facts of which none is known be left out.
func (f factsJSON) IsZero() bool {
	return f.Holder == "" && f.Protection == "" && len(f.Consent) == 0 && f.Language == "" && !f.Locked && f.Verification == verificationJSON{}
}

type verificationJSON struct {
	State  string    `json:"state,omitempty"`
	Method string    `json:"method,omitempty"`
	Time   time.Time `json:"time,omitzero"`
}

type hostJSON struct {
	Name        register.Name `json:"name"`
	ROID        string        `json:"roid,omitempty"`
	Statuses    []string      `json:"statuses,omitempty"`
	Addrs       []netip.Addr  `json:"addrs,omitempty"`
	Sponsor     string        `json:"sponsor,omitempty"`
	Creator     string        `json:"creator,omitempty"`
	Updater     string        `json:"updater,omitempty"`
	Created     time.Time     `json:"created,omitzero"`
	Updated     time.Time     `json:"updated,omitzero"`
	Transferred time.Time     `json:"transferred,omitzero"`
}

type registrarJSON struct {
	ID            string      `json:"id"`
	Name          string      `json:"name,omitempty"`
	IANA          int         `json:"iana,omitempty"`
	Status        string      `json:"status,omitempty"`
	International addressJSON `json:"international,omitzero"`
	Local         addressJSON `json:"local,omitzero"`
	Voice         phoneJSON   `json:"voice,omitzero"`
	Fax           phoneJSON   `json:"fax,omitzero"`
	Email         string      `json:"email,omitempty"`
	URL           string      `json:"url,omitempty"`
	WHOISServer   string      `json:"whoisServer,omitempty"`
	WHOISURL      string      `json:"whoisUrl,omitempty"`
	RDAPBase      string      `json:"rdapBase,omitempty"`
	AbuseEmail    string      `json:"abuseEmail,omitempty"`
	AbusePhone    phoneJSON   `json:"abusePhone,omitzero"`
	Created       time.Time   `json:"created,omitzero"`
	Updated       time.Time   `json:"updated,omitzero"`
}

type idnTableJSON struct {
	ID        string `json:"id"`
	URL       string `json:"url,omitempty"`
	PolicyURL string `json:"policyUrl,omitempty"`
}
