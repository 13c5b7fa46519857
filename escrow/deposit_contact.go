package escrow

import (
	"time"

	"registerd/register"
)

// contactForm is rdeContact:contact (RFC 9022 section 5.3).
var contactForm = form[register.Contact]{
	{contactSpace, "id", mandatory, identified(func(o *register.Contact) *string { return &o.Handle })},
	{contactSpace, "roid", mandatory, required(func(o *register.Contact) *string { return &o.ROID })},
	{contactSpace, "status", several, func(d *depositReader, o *register.Contact, e element) {
		o.Statuses = append(o.Statuses, d.status(e))
	}},
	{contactSpace, "postalInfo", several, readPostal},
	{contactSpace, "voice", optional, func(d *depositReader, o *register.Contact, e element) { o.Voice = d.phone(e) }},
	{contactSpace, "fax", optional, func(d *depositReader, o *register.Contact, e element) { o.Fax = d.phone(e) }},
	{contactSpace, "email", expected, func(d *depositReader, o *register.Contact, e element) { o.Email = d.email(e) }},
	{contactSpace, "clID", expected, into(func(o *register.Contact) *string { return &o.Sponsor })},
	{contactSpace, "crRr", optional, into(func(o *register.Contact) *string { return &o.Creator })},
	{contactSpace, "crDate", optional, dated(func(o *register.Contact) *time.Time { return &o.Created })},
	{contactSpace, "upRr", optional, into(func(o *register.Contact) *string { return &o.Updater })},
	{contactSpace, "upDate", optional, dated(func(o *register.Contact) *time.Time { return &o.Updated })},
	{contactSpace, "trDate", optional, dated(func(o *register.Contact) *time.Time { return &o.Transferred })},
	{contactSpace, "trnData", optional, transferred(contactSpace, func(o *register.Contact) **register.Transfer { return &o.Transfer })},
	{contactSpace, "disclose", optional, readDisclose},
}

func readContact(d *depositReader) *register.Contact {
	o := new(register.Contact)
	contactForm.read(d, o)
	d.checkROID(o.ROID)
	d.checkStatuses(o.Statuses, contactStatuses)
	d.checkCreated(o.Created)
	return o
}

var postalForm = form[register.Postal]{
	{eppContactSpace, "name", expected, into(func(o *register.Postal) *string { return &o.Name })},
	{eppContactSpace, "org", optional, into(func(o *register.Postal) *string { return &o.Organization })},
	{eppContactSpace, "addr", expected, func(d *depositReader, o *register.Postal, _ element) {
		contactAddressForm.read(d, &o.Address)
	}},
}

var contactAddressForm = addressForm(eppContactSpace)

// readPostal reads the international or the localised form.
func readPostal(d *depositReader, o *register.Contact, e element) {
	into := &o.Local
	if said, _ := e.attr("type"); said == "int" {
		into = &o.International
	} else if said != "loc" {
		d.warn(e.line, ruleContact, "a postalInfo is neither int nor loc, and taken as loc")
	}
	if !into.Empty() {
		d.refuse(e.line, ruleOnce, "there are two postalInfo of one type")
	}
	postalForm.read(d, into)
}

// readDisclose reads the holder's preference. Where it is not clear, it is
// read as the wish that less be shown.
func readDisclose(d *depositReader, o *register.Contact, e element) {
	said, _ := e.attr("flag")
	permit, ok := boolean(said)
	if !ok {
		d.warn(e.line, ruleContact, "disclose has no flag, and is taken as a wish not to be shown")
	}
	var which register.Element
	for c := range d.children {
		if c.space != eppContactSpace {
			continue
		}
		elements := disclosed(&c, permit)
		if elements == 0 {
			d.warn(c.line, ruleContact, "an element of disclose is not clear, and permits nothing")
		}
		which |= elements
		d.skip()
	}
	if permit {
		o.Disclose.Permit |= which
	} else {
		o.Disclose.Restrict |= which
	}
}

// disclosed is what an element of disclose speaks of. One without a type
// speaks of both postal forms if it restricts, and of none if it permits.
func disclosed(e *element, permit bool) register.Element {
	var international, local register.Element
	switch e.name {
	case "name":
		international, local = register.NameInt, register.NameLoc
	case "org":
		international, local = register.OrgInt, register.OrgLoc
	case "addr":
		international, local = register.AddrInt, register.AddrLoc
	case "voice":
		return register.Voice
	case "fax":
		return register.Fax
	case "email":
		return register.Email
	}
	switch said, _ := e.attr("type"); {
	case said == "int":
		return international
	case said == "loc":
		return local
	case permit:
		return 0
	}
	return international | local
}
