package escrow

import (
	"strconv"
	"time"

	"registerd/register"
)

// hostForm is rdeHost:host (RFC 9022 section 5.2).
var hostForm = form[register.Host]{
	{hostSpace, "name", mandatory, func(d *depositReader, o *register.Host, e element) {
		o.Name = d.name(e, register.ParseHost)
		d.object.name = string(o.Name)
	}},
	{hostSpace, "roid", mandatory, required(func(o *register.Host) *string { return &o.ROID })},
	{hostSpace, "status", several, func(d *depositReader, o *register.Host, e element) {
		o.Statuses = append(o.Statuses, d.status(e))
	}},
	{hostSpace, "addr", anyNumber, func(d *depositReader, o *register.Host, e element) {
		if a, ok := d.addr(e); ok {
			o.Addrs = append(o.Addrs, a)
		}
	}},
	{hostSpace, "clID", expected, into(func(o *register.Host) *string { return &o.Sponsor })},
	{hostSpace, "crRr", optional, into(func(o *register.Host) *string { return &o.Creator })},
	{hostSpace, "crDate", optional, dated(func(o *register.Host) *time.Time { return &o.Created })},
	{hostSpace, "upRr", optional, into(func(o *register.Host) *string { return &o.Updater })},
	{hostSpace, "upDate", optional, dated(func(o *register.Host) *time.Time { return &o.Updated })},
	{hostSpace, "trDate", optional, dated(func(o *register.Host) *time.Time { return &o.Transferred })},
}

func readHost(d *depositReader) *register.Host {
	o := new(register.Host)
	hostForm.read(d, o)
	d.checkROID(o.ROID)
	d.checkStatuses(o.Statuses, hostStatuses)
	d.checkCreated(o.Created)
	if len(o.Addrs) == 0 && o.Name.In(d.head.Zone) {
		d.warn(d.object.line, ruleGlue, "it has no address")
	}
	return o
}

// registrarForm is rdeRegistrar:registrar (RFC 9022 section 5.4).
var registrarForm = form[register.Registrar]{
	{registrarSpace, "id", mandatory, identified(func(o *register.Registrar) *string { return &o.ID })},
	{registrarSpace, "name", expected, into(func(o *register.Registrar) *string { return &o.Name })},
	{registrarSpace, "gurid", expected, readGURID},
	{registrarSpace, "status", optional, func(d *depositReader, o *register.Registrar, e element) {
		if o.Status = d.text(); !registrarStatuses[o.Status] {
			d.warn(e.line, ruleStatus, "the status is not one of a registrar's")
		}
	}},
	{registrarSpace, "postalInfo", anyNumber, func(d *depositReader, o *register.Registrar, e element) {
		into := &o.Local
		if said, _ := e.attr("type"); said == "int" {
			into = &o.International
		}
		if !into.Empty() {
			d.refuse(e.line, ruleOnce, "there are two postalInfo of one type")
		}
		registrarPostalForm.read(d, into)
	}},
	{registrarSpace, "voice", optional, func(d *depositReader, o *register.Registrar, e element) { o.Voice = d.phone(e) }},
	{registrarSpace, "fax", optional, func(d *depositReader, o *register.Registrar, e element) { o.Fax = d.phone(e) }},
	{registrarSpace, "email", optional, func(d *depositReader, o *register.Registrar, e element) { o.Email = d.email(e) }},
	{registrarSpace, "url", optional, into(func(o *register.Registrar) *string { return &o.URL })},
	{registrarSpace, "whoisInfo", optional, func(d *depositReader, o *register.Registrar, _ element) { whoisForm.read(d, o) }},
	{registrarSpace, "crDate", optional, dated(func(o *register.Registrar) *time.Time { return &o.Created })},
	{registrarSpace, "upDate", optional, dated(func(o *register.Registrar) *time.Time { return &o.Updated })},
}

var registrarPostalForm = form[register.Address]{
	{registrarSpace, "addr", expected, func(d *depositReader, o *register.Address, _ element) {
		registrarAddressForm.read(d, o)
	}},
}

var registrarAddressForm = addressForm(registrarSpace)

var whoisForm = form[register.Registrar]{
	{registrarSpace, "name", optional, into(func(o *register.Registrar) *string { return &o.WHOISServer })},
	{registrarSpace, "url", optional, into(func(o *register.Registrar) *string { return &o.WHOISURL })},
}

// readGURID leaves out an IANA id that is no number, or that is taken: a
// registrar is found by it.
func readGURID(d *depositReader, o *register.Registrar, e element) {
	id, err := strconv.ParseUint(d.text(), 10, 31)
	if err != nil || id == 0 {
		d.warn(e.line, ruleIANA, "gurid is not a positive number and is left out")
		return
	}
	if _, taken := d.iana[int(id)]; taken {
		d.warn(e.line, ruleIANA, "gurid belongs to another registrar too and is left out")
		return
	}
	if len(d.iana) < maxRegistrars {
		d.iana[int(id)] = struct{}{}
	}
	o.IANA = int(id)
}

// maxRegistrars bounds how many IANA ids are told apart: they are numbers of
// at most six digits today.
const maxRegistrars = 1 << 17

// nndnForm is rdeNNDN:NNDN (RFC 9022 section 5.6).
var nndnForm = form[register.Reserved]{
	{nndnSpace, "aName", mandatory, func(d *depositReader, o *register.Reserved, e element) {
		o.Name = d.name(e, register.ParseName)
		d.object.name = string(o.Name)
	}},
	{nndnSpace, "uName", optional, passed[register.Reserved]},
	{nndnSpace, "idnTableId", optional, into(func(o *register.Reserved) *string { return &o.IDNTable })},
	{nndnSpace, "originalName", optional, func(d *depositReader, o *register.Reserved, e element) {
		o.Original = d.name(e, register.ParseName)
	}},
	{nndnSpace, "nameState", expected, func(d *depositReader, o *register.Reserved, e element) {
		mirroring, given := e.attr("mirroringNS")
		is, ok := boolean(mirroring)
		o.MirroringNS = !ok || is
		if given && !ok {
			d.warn(e.line, ruleValue, "mirroringNS is neither true nor false")
		}
		if o.State, ok = register.ParseReservedState(d.text()); !ok || o.State == register.ReservedUnknown {
			d.warn(e.line, ruleStatus, "nameState is not withheld, blocked or mirrored")
		}
	}},
	{nndnSpace, "crDate", optional, dated(func(o *register.Reserved) *time.Time { return &o.Created })},
}

func readReserved(d *depositReader) *register.Reserved {
	o := new(register.Reserved)
	nndnForm.read(d, o)
	d.checkZone(o.Name)
	d.checkCreated(o.Created)
	d.refersToTable(o.IDNTable)
	return o
}

// idnForm is rdeIDN:idnTableRef (RFC 9022 section 5.5). Its id is an attribute.
var idnForm = form[register.IDNTable]{
	{idnSpace, "url", expected, into(func(o *register.IDNTable) *string { return &o.URL })},
	{idnSpace, "urlPolicy", optional, into(func(o *register.IDNTable) *string { return &o.PolicyURL })},
}

func readIDNTable(d *depositReader, e element) *register.IDNTable {
	o := new(register.IDNTable)
	o.ID, _ = e.attr("id")
	d.object.name = o.ID
	idnForm.read(d, o)
	if o.ID == "" {
		d.refuse(e.line, ruleKey, "the attribute id is missing")
	}
	return o
}
