package disclose

// Field is one thing that rules decide about. Each field of a view is decided
// by the Field of the same name.
type Field uint8

// The fields of every object, and the searches. None is not a field: what it
// decides is withheld.
const (
	None Field = iota

	DomainName
	DomainHandle
	DomainIDNTable
	DomainVariantOf
	DomainVariants // the names that are variants of this one
	DomainStatus
	DomainGrace
	DomainContacts
	DomainNameServers
	DomainSponsor
	DomainCreator
	DomainUpdater
	DomainCreated
	DomainExpires
	DomainDeletes // when the name will be deleted
	DomainUpdated
	DomainTransferred
	DomainTransfer
	DomainDNSSEC
	DomainSuspension
	DomainDispute

	ContactExistence // whether the contact may be found by its handle
	ContactHandle
	ContactHolder
	ContactName
	ContactOrganization
	ContactStreet
	ContactCity
	ContactProvince
	ContactCode
	ContactCountry
	ContactVoice
	ContactFax
	ContactEmail
	ContactStatus
	ContactVerification
	ContactLanguage
	ContactSponsor
	ContactCreator
	ContactUpdater
	ContactCreated
	ContactUpdated
	ContactTransferred
	ContactPreference
	ContactProtection
	ContactConsent
	ContactLocked

	HostName
	HostHandle
	HostStatus
	HostAddresses
	HostSponsor
	HostCreator
	HostUpdater
	HostCreated
	HostUpdated
	HostTransferred

	RegistrarID
	RegistrarName
	RegistrarIANA
	RegistrarStatus
	RegistrarAddress
	RegistrarVoice
	RegistrarFax
	RegistrarEmail
	RegistrarURL
	RegistrarWHOIS
	RegistrarRDAP
	RegistrarAbuse
	RegistrarCreated
	RegistrarUpdated

	ReservedName
	ReservedState
	ReservedIDNTable
	ReservedVariantOf
	ReservedCreated

	// What may be searched is decided like what may be seen.
	SearchDomainsByName
	SearchDomainsByServer
	SearchDomainsByAddress
	SearchHostsByName
	SearchHostsByAddress
	SearchEntitiesByName
	SearchEntitiesByHandle
	SearchDomainsByContact // reverse search
	SearchByPart           // by the beginning of a name or handle, and not the whole

	fieldCount
)

var fieldNames = [fieldCount]string{
	"none",
	"domain name", "domain handle", "domain IDN table", "domain variant of", "domain variants", "domain status", "domain grace period",
	"domain contacts", "domain name servers", "domain registrar", "domain creator", "domain updater",
	"domain created", "domain expires", "domain deletes", "domain updated", "domain transferred", "domain transfer",
	"domain DNSSEC", "domain suspension", "domain dispute",
	"contact existence", "contact handle", "contact holder type", "contact name", "contact organisation",
	"contact street", "contact city", "contact province", "contact postal code", "contact country",
	"contact phone", "contact fax", "contact e-mail", "contact status", "contact verification",
	"contact language", "contact registrar", "contact creator", "contact updater", "contact created",
	"contact updated", "contact transferred", "contact preference", "contact protection", "contact consent", "contact register lock",
	"host name", "host handle", "host status", "host addresses", "host registrar", "host creator",
	"host updater", "host created", "host updated", "host transferred",
	"registrar id", "registrar name", "registrar IANA id", "registrar status", "registrar address",
	"registrar phone", "registrar fax", "registrar e-mail", "registrar web address", "registrar WHOIS server",
	"registrar RDAP base", "registrar abuse contact", "registrar created", "registrar updated",
	"reserved name", "reserved state", "reserved IDN table", "reserved variant of", "reserved created",
	"search domains by name", "search domains by name server", "search domains by address",
	"search name servers by name", "search name servers by address",
	"search entities by name", "search entities by handle", "search domains by contact", "search by part",
}

func (f Field) String() string {
	if f < fieldCount {
		return fieldNames[f]
	}
	return "none"
}

// ParseField reads a field's word. "none" is no field.
func ParseField(s string) (Field, bool) {
	for f := None + 1; f < fieldCount; f++ {
		if f.String() == s {
			return f, true
		}
	}
	return None, false
}

// personal reports a field that tells of a person when the holder is one. A
// country tells nobody who the holder is.
func (f Field) personal() bool {
	return f >= ContactName && f <= ContactEmail && f != ContactCountry
}

// ofPerson reports a field that tells of a person whatever the holder is.
func (f Field) ofPerson() bool { return f == ContactName }
