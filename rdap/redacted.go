package rdap

import (
	"registerd/disclose"
	"registerd/register"
)

// What is withheld is said in the member redacted (RFC 9537), and it is said of
// the same disclose.Value that the member would have been written from. Hence
// nothing can be left out without a word, nor be announced as left out and sent.

// party says whose fields the encoder is writing. ICANN registered names for
// some fields of some parties; all other fields are described.
type party uint8

const (
	ofDomain party = 1 << iota
	ofHost
	ofRegistrar
	ofRegistrant
	ofTech
	ofAdmin
	ofBilling
	ofContact // asked for by its handle: in no role
)

func (p party) String() string {
	switch p {
	case ofDomain:
		return "Domain "
	case ofHost:
		return "Name Server "
	case ofRegistrar:
		return "Registrar "
	case ofRegistrant:
		return "Registrant "
	case ofTech:
		return "Tech "
	case ofAdmin:
		return "Admin "
	case ofBilling:
		return "Billing "
	default:
		return "Contact "
	}
}

func partyOf(r register.Role) party {
	switch r {
	case register.RoleRegistrant:
		return ofRegistrant
	case register.RoleAdmin:
		return ofAdmin
	case register.RoleTech:
		return ofTech
	case register.RoleBilling:
		return ofBilling
	default:
		return ofContact
	}
}

// place is where a field stands in the answer.
type place struct {
	lead, name string // the field's name is lead, the party's, and name
	registered party  // for whom that name is registered with IANA
	path       string // below the object; "" when no JSONPath says it
	emptied    bool   // method emptyValue and not removal (RFC 9537 section 3)
	instead    string // path of what may stand in its place, below the object
}

const card = ".vcardArray[1][?(@[0]=="

// The places of ICANN's RDAP Response Profile 2.2, appendix E, are those with
// registered parties.
var (
	atDomainID = place{lead: "Registry ", name: "ID", registered: ofDomain, path: ".handle"}

	atContactID    = place{lead: "Registry ", name: "ID", registered: ofRegistrant | ofTech, path: ".handle"}
	atName         = place{name: "Name", registered: ofRegistrant | ofTech, path: card + "'fn')][3]", emptied: true}
	atOrganization = place{name: "Organization", registered: ofRegistrant, path: card + "'org')]"}
	atStreet       = place{name: "Street", registered: ofRegistrant, path: card + "'adr')][3][:3]", emptied: true}
	atCity         = place{name: "City", registered: ofRegistrant, path: card + "'adr')][3][3]", emptied: true}
	atProvince     = place{name: "State/Province", path: card + "'adr')][3][4]", emptied: true}
	atCode         = place{name: "Postal Code", registered: ofRegistrant, path: card + "'adr')][3][5]", emptied: true}
	atCountry      = place{name: "Country", path: card + "'adr')][1].cc"}
	atPhone        = place{name: "Phone", registered: ofRegistrant | ofTech, path: ".vcardArray[1][?(@[1].type=='voice')]"}
	atPhoneExt     = place{name: "Phone Ext", registered: ofRegistrant | ofTech, path: ".vcardArray[1][?(@[1].type=='voice')]"}
	atFax          = place{name: "Fax", registered: ofRegistrant, path: ".vcardArray[1][?(@[1].type=='fax')]"}
	atFaxExt       = place{name: "Fax Ext", registered: ofRegistrant, path: ".vcardArray[1][?(@[1].type=='fax')]"}
	atEmail        = place{name: "Email", registered: ofRegistrant | ofTech, path: card + "'email')]", instead: card + "'contact-uri')]"}
	atLanguage     = place{name: "Language", path: card + "'lang')]"}
	atAddress      = place{name: "Address", path: card + "'adr')]"}
	atURL          = place{name: "URL", path: card + "'url')]"}

	atHandle      = place{name: "ID", path: ".handle"}
	atHostHandles = place{name: "ID", path: ".nameservers[*].handle"}
	atLDHName     = place{name: "Name", path: ".ldhName"}
	atVariantOf   = place{name: "Variant Of", path: ".variants"}
	atVariants    = place{name: "Variants", path: ".variants"}
	atIDNTable    = place{name: "IDN Table", path: ".variants[0].idnTable"}
	atServers     = place{name: "Name Servers", path: ".nameservers"}
	atAddrs       = place{name: "IP Addresses", path: ".ipAddresses"}
	atHostAddrs   = place{name: "IP Addresses", path: ".nameservers[*].ipAddresses"}
	atHostStatus  = place{name: "Status", path: ".nameservers[*].status"}
	atDNSSEC      = place{name: "DNSSEC", path: ".secureDNS"}
	atRegistrar   = place{name: "Registrar", path: ".entities[?(@.roles[0]=='registrar')]"}
	atPublicIDs   = place{name: "IANA ID", path: ".publicIds"}
	atWHOISPage   = place{name: "WHOIS Page", path: ".links[?(@.title=='Registrar WHOIS')]"}
	atRDAP        = place{name: "Registrar RDAP Link", path: ".links[?(@.rel=='related')]"}
	atAbuse       = place{name: "Abuse Contact", path: ".entities[?(@.roles[0]=='abuse')]"}

	atCreated     = place{name: "Creation Date", path: ".events[?(@.eventAction=='registration')]"}
	atExpires     = place{name: "Expiry Date", path: ".events[?(@.eventAction=='expiration')]"}
	atDeletes     = place{name: "Deletion Date", path: ".events[?(@.eventAction=='deletion')]"}
	atUpdated     = place{name: "Updated Date", path: ".events[?(@.eventAction=='last changed')]"}
	atTransferred = place{name: "Transfer Date", path: ".events[?(@.eventAction=='transfer')]"}
	atCreator     = place{name: "Created By", path: ".events[?(@.eventAction=='registration')].eventActor"}
	atUpdater     = place{name: "Updated By", path: ".events[?(@.eventAction=='last changed')].eventActor"}

	atSuspension = place{name: "Suspension", path: ".remarks[?(@.title=='Suspension')]"}
	atDispute    = place{name: "Dispute", path: ".remarks[?(@.title=='Dispute')]"}
	atTransfer   = place{name: "Transfer", path: ".remarks[?(@.title=='Transfer')]"}

	atContacts = place{name: "Contacts"}

	// These share a member with others, or are lines of one: removed, and no
	// path would tell what.
	atStatus       = place{name: "Status"}
	atRDAPBase     = place{name: "Registrar RDAP Base"}
	atGrace        = place{name: "Grace Period"}
	atVerification = place{name: "Identification"}
	atHolder       = place{name: "Holder Type"}
	atProtection   = place{name: "Protection"}
	atConsent      = place{name: "Consent"}
	atPreference   = place{name: "Disclosure Preference"}
	atLocked       = place{name: "Register Lock"}
)

// method is a way of redacting (RFC 9537 section 3).
type method uint8

const (
	removal method = iota
	emptyValue
	replacementValue
)

// hide says that v is withheld, or that something stands in its place, if so it
// is and the rules want it said.
func hide[T any](e *encoder, v disclose.Value[T], p place) {
	switch {
	case v.Status() == disclose.Replaced:
		e.redact(p, replacementValue, v.Rule())
	case v.Redacted() && p.emptied:
		e.redact(p, emptyValue, v.Rule())
	case v.Redacted():
		e.redact(p, removal, v.Rule())
	}
}

// redact writes one entry (RFC 9537 section 4.2).
func (e *encoder) redact(p place, how method, why *disclose.Rule) {
	e.redacted.next()
	b := e.redacted.b
	if p.registered&e.party != 0 {
		b = append(b, `{"name":{"type":"`...)
	} else {
		b = append(b, `{"name":{"description":"`...)
	}
	b = append(b, p.lead...)
	b = append(b, e.party.String()...)
	b = append(b, p.name...)
	b = append(b, `"},`...)
	if p.path != "" {
		if how == emptyValue {
			b = e.appendPath(b, `"postPath":"`, p.path)
		} else {
			b = e.appendPath(b, `"prePath":"`, p.path)
		}
		if how == replacementValue {
			b = e.appendPath(b, `"replacementPath":"`, p.instead)
		}
		b = append(b, `"pathLang":"jsonpath",`...)
	}
	switch how {
	case emptyValue:
		b = append(b, `"method":"emptyValue",`...)
	case replacementValue:
		b = append(b, `"method":"replacementValue",`...)
	default:
		b = append(b, `"method":"removal",`...)
	}
	b = append(b, `"reason":{"description":`...)
	b = appendString(b, why.ReasonIn(e.lang))
	e.redacted.b = append(b, `}}`...)
}

// appendPath writes a member that holds a JSONPath, and its comma.
func (e *encoder) appendPath(b []byte, key, path string) []byte {
	b = append(append(append(b, key...), e.base...), e.root...)
	return append(append(b, path...), `",`...)
}
