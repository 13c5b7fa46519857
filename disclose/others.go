package disclose

import (
	"net/netip"
	"time"

	"registerd/register"
)

// Host is what may be seen of a name server object.
type Host struct {
	Name        Value[register.Name]
	Handle      Value[string]
	Statuses    Value[[]string]
	Addrs       Value[[]netip.Addr]
	Sponsor     Value[RegistrarView]
	Creator     Value[string]
	Updater     Value[string]
	Created     Value[time.Time]
	Updated     Value[time.Time]
	Transferred Value[time.Time]
}

// Host makes the view of a name server; its registrar may be nil.
func (p *Policy) Host(v Viewer, h *register.Host, by *register.Registrar) Host {
	d := p.decisions(p.circumstance(v, h.Sponsor, register.RoleNone, 0))
	if by == nil {
		by = &register.Registrar{ID: h.Sponsor}
	}
	return Host{
		Name:        text(d[HostName], h.Name),
		Handle:      text(d[HostHandle], h.ROID),
		Statuses:    items(d[HostStatus], h.Statuses),
		Addrs:       items(d[HostAddresses], h.Addrs),
		Sponsor:     decide(d[HostSponsor], p.Registrar(v, by), h.Sponsor != ""),
		Creator:     text(d[HostCreator], h.Creator),
		Updater:     text(d[HostUpdater], h.Updater),
		Created:     date(d[HostCreated], h.Created),
		Updated:     date(d[HostUpdated], h.Updated),
		Transferred: date(d[HostTransferred], h.Transferred),
	}
}

// RegistrarView is what may be seen of a registrar.
type RegistrarView struct {
	ID          Value[string]
	Name        Value[string]
	IANA        Value[int]
	Status      Value[string]
	Address     Value[register.Address] // the localised form where there is one
	Voice       Value[register.Phone]
	Fax         Value[register.Phone]
	Email       Value[string]
	URL         Value[string]
	WHOISServer Value[string]
	WHOISURL    Value[string]
	RDAPBase    Value[string]
	AbuseEmail  Value[string]
	AbusePhone  Value[register.Phone]
	Created     Value[time.Time]
	Updated     Value[time.Time]
}

// Registrar makes the view of a registrar, who is of record to itself.
func (p *Policy) Registrar(v Viewer, r *register.Registrar) RegistrarView {
	d := p.decisions(p.circumstance(v, r.ID, register.RoleNone, 0))
	address := r.Local
	if address.Empty() {
		address = r.International
	}
	return RegistrarView{
		ID:          text(d[RegistrarID], r.ID),
		Name:        text(d[RegistrarName], r.Name),
		IANA:        decide(d[RegistrarIANA], r.IANA, r.IANA != 0),
		Status:      text(d[RegistrarStatus], r.Status),
		Address:     decide(d[RegistrarAddress], address, !address.Empty()),
		Voice:       decide(d[RegistrarVoice], r.Voice, r.Voice.Number != ""),
		Fax:         decide(d[RegistrarFax], r.Fax, r.Fax.Number != ""),
		Email:       text(d[RegistrarEmail], r.Email),
		URL:         text(d[RegistrarURL], r.URL),
		WHOISServer: text(d[RegistrarWHOIS], r.WHOISServer),
		WHOISURL:    text(d[RegistrarWHOIS], r.WHOISURL),
		RDAPBase:    text(d[RegistrarRDAP], r.RDAPBase),
		AbuseEmail:  text(d[RegistrarAbuse], r.AbuseEmail),
		AbusePhone:  decide(d[RegistrarAbuse], r.AbusePhone, r.AbusePhone.Number != ""),
		Created:     date(d[RegistrarCreated], r.Created),
		Updated:     date(d[RegistrarUpdated], r.Updated),
	}
}

// Reserved is what may be seen of a name that cannot be registered.
type Reserved struct {
	Name      Value[register.Name]
	State     Value[register.ReservedState]
	IDNTable  Value[string]
	VariantOf Value[register.Name]
	Created   Value[time.Time]
}

// Reserved makes the view of a reserved name.
func (p *Policy) Reserved(v Viewer, r *register.Reserved) Reserved {
	d := p.decisions(p.circumstance(v, "", register.RoleNone, 0))
	return Reserved{
		Name:      text(d[ReservedName], r.Name),
		State:     decide(d[ReservedState], r.State, true),
		IDNTable:  text(d[ReservedIDNTable], r.IDNTable),
		VariantOf: text(d[ReservedVariantOf], r.Original),
		Created:   date(d[ReservedCreated], r.Created),
	}
}
