package service

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// everything is all that a holder may speak of.
const everything = register.NameInt | register.NameLoc | register.OrgInt | register.OrgLoc |
	register.AddrInt | register.AddrLoc | register.Voice | register.Fax | register.Email

func hidden(v interface{ Status() disclose.Status }) bool {
	return v.Status() == disclose.Withheld || v.Status() == disclose.Replaced
}

// anything reports a view that shows something of the contact.
func anything(v disclose.Contact) bool {
	return slices.ContainsFunc(disclose.Explain(v), func(e disclose.Explained) bool {
		return e.Status != disclose.Withheld && e.Status != disclose.Replaced
	})
}

func anyText(r *rand.Rand) string {
	return []string{"", "Ty", "twin " + strconv.Itoa(r.IntN(1e6)), strings.Repeat("långt ", 1+r.IntN(20))}[r.IntN(4)]
}

func moment(r *rand.Rand) time.Time {
	if r.IntN(3) == 0 {
		return time.Time{}
	}
	return twinTime.Add(-time.Duration(r.IntN(1e6)) * time.Minute)
}

func anyPhone(r *rand.Rand) register.Phone {
	return []register.Phone{{}, {Number: "+999.1"}, {Number: "+999." + strconv.Itoa(r.IntN(1e9)), Extension: strconv.Itoa(r.IntN(1e4))}}[r.IntN(3)]
}

// contactChanges are the values of a contact, with whether a view withholds
// each, and what else it may be.
var contactChanges = []struct {
	hidden func(disclose.Contact) bool
	change func(*register.Contact, *rand.Rand)
}{
	{func(v disclose.Contact) bool { return hidden(v.Handle) }, func(c *register.Contact, r *rand.Rand) { c.ROID += "-T" }},
	{func(v disclose.Contact) bool { return hidden(v.Name) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Name, c.International.Name = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Organization) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Organization, c.International.Organization = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Street) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Street = [][]string{nil, {anyText(r)}, {"Ty", "1", anyText(r)}}[r.IntN(3)]
		c.International.Address.Street = [][]string{nil, {anyText(r)}}[r.IntN(2)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.City) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.City, c.International.Address.City = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Province) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Province, c.International.Address.Province = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Code) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Code, c.International.Address.Code = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Country) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Country, c.International.Address.Country = []string{"", "NO"}[r.IntN(2)], []string{"", "IS"}[r.IntN(2)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Voice) }, func(c *register.Contact, r *rand.Rand) { c.Voice = anyPhone(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Fax) }, func(c *register.Contact, r *rand.Rand) { c.Fax = anyPhone(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Email) }, func(c *register.Contact, r *rand.Rand) {
		c.Email = []string{"", "info@twin.test", "twin" + strconv.Itoa(r.IntN(1e6)) + "@twin.test"}[r.IntN(3)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Statuses) }, func(c *register.Contact, r *rand.Rand) { c.Statuses = nil }},
	{func(v disclose.Contact) bool { return v.Verification.Status() != disclose.Shown }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Verification.Method, c.Facts.Verification.Time = register.VerificationMethod(r.IntN(6)), moment(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Language) }, func(c *register.Contact, r *rand.Rand) { c.Facts.Language = []string{"", "is"}[r.IntN(2)] }},
	{func(v disclose.Contact) bool { return hidden(v.Creator) }, func(c *register.Contact, r *rand.Rand) { c.Creator = anyText(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Updater) }, func(c *register.Contact, r *rand.Rand) { c.Updater = anyText(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Created) }, func(c *register.Contact, r *rand.Rand) { c.Created = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Updated) }, func(c *register.Contact, r *rand.Rand) { c.Updated = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Transferred) }, func(c *register.Contact, r *rand.Rand) { c.Transferred = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Protection) }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Protection = register.Protection(r.IntN(3))
	}},
	{func(v disclose.Contact) bool { return hidden(v.Preference) }, func(c *register.Contact, r *rand.Rand) { c.Disclose.Restrict ^= register.AddrLoc }},
	{func(v disclose.Contact) bool { return hidden(v.Consent) }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Consent ^= []register.Element{register.NameInt, register.Email, everything}[r.IntN(3)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Preference) }, func(c *register.Contact, r *rand.Rand) {
		c.Disclose.Restrict ^= []register.Element{register.Voice, everything}[r.IntN(2)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Preference) }, func(c *register.Contact, r *rand.Rand) { c.Disclose.Permit ^= everything }},
	{func(v disclose.Contact) bool { return hidden(v.Holder) }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Holder = register.HolderType(r.IntN(6))
	}},
	{func(v disclose.Contact) bool { return v.Verification.Status() == disclose.Withheld }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Verification.State = register.VerificationState(r.IntN(4))
	}},
	{func(v disclose.Contact) bool { return hidden(v.Locked) }, func(c *register.Contact, r *rand.Rand) { c.Facts.Locked = !c.Facts.Locked }},
	{func(disclose.Contact) bool { return true }, func(c *register.Contact, r *rand.Rand) {
		c.Transfer = &register.Transfer{Status: anyText(r)}
	}},
}

func anyStatuses(r *rand.Rand) []string {
	return [][]string{nil, {"ok"}, {"linked", "clientUpdateProhibited"}}[r.IntN(3)]
}

// groundless reports a suspension of which the ground is not shown.
func groundless(v disclose.Domain) bool {
	p, _ := v.Suspension.Get()
	return p == nil || p.Ground == "" && p.Reference == ""
}

var domainChanges = []struct {
	hidden func(disclose.Domain) bool
	change func(*register.Domain, *rand.Rand)
}{
	{func(v disclose.Domain) bool { return hidden(v.Handle) }, func(d *register.Domain, r *rand.Rand) { d.ROID += "-T" }},
	{func(v disclose.Domain) bool { return hidden(v.Statuses) }, func(d *register.Domain, r *rand.Rand) { d.Statuses = anyStatuses(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Grace) }, func(d *register.Domain, r *rand.Rand) {
		d.RGP = [][]string{nil, {"addPeriod"}}[r.IntN(2)]
	}},
	{func(v disclose.Domain) bool { return hidden(v.Contacts) }, func(d *register.Domain, r *rand.Rand) { d.Contacts = nil }},
	{func(v disclose.Domain) bool { return hidden(v.NameServers) }, func(d *register.Domain, r *rand.Rand) {
		d.Hosts = [][]register.NameServer{nil, {{Name: "ns000.shared.test"}}, {{Name: "ns001.shared.test"}, {Name: "ns002.shared.test"}}}[r.IntN(3)]
	}},
	{func(v disclose.Domain) bool { return hidden(v.DNSSEC) }, func(d *register.Domain, r *rand.Rand) { d.DS, d.MaxSigLife = nil, r.IntN(2) }},
	{func(v disclose.Domain) bool { return hidden(v.Creator) }, func(d *register.Domain, r *rand.Rand) { d.Creator = anyText(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Updater) }, func(d *register.Domain, r *rand.Rand) { d.Updater = anyText(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Created) }, func(d *register.Domain, r *rand.Rand) { d.Created = moment(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Expires) }, func(d *register.Domain, r *rand.Rand) { d.Expires = moment(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Updated) }, func(d *register.Domain, r *rand.Rand) { d.Updated = moment(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Transferred) }, func(d *register.Domain, r *rand.Rand) { d.Transferred = moment(r) }},
	{func(v disclose.Domain) bool { return hidden(v.Transfer) }, func(d *register.Domain, r *rand.Rand) {
		d.Transfer = []*register.Transfer{nil, {Status: anyText(r)}}[r.IntN(2)]
	}},
	{func(v disclose.Domain) bool { return hidden(v.Suspension) }, func(d *register.Domain, r *rand.Rand) {
		d.Suspension = []*register.Proceeding{nil, {Ground: anyText(r)}}[r.IntN(2)]
	}},
	{groundless, func(d *register.Domain, r *rand.Rand) {
		if d.Suspension != nil {
			d.Suspension = &register.Proceeding{Since: d.Suspension.Since, Ground: anyText(r), Reference: anyText(r)}
		}
	}},
	{func(v disclose.Domain) bool { return hidden(v.Dispute) }, func(d *register.Domain, r *rand.Rand) {
		d.Dispute = []*register.Proceeding{nil, {Ground: anyText(r)}}[r.IntN(2)]
	}},
}

var hostChanges = []struct {
	hidden func(disclose.Host) bool
	change func(*register.Host, *rand.Rand)
}{
	{func(v disclose.Host) bool { return hidden(v.Creator) }, func(h *register.Host, r *rand.Rand) { h.Creator = anyText(r) }},
	{func(v disclose.Host) bool { return hidden(v.Updater) }, func(h *register.Host, r *rand.Rand) { h.Updater = anyText(r) }},
	{func(v disclose.Host) bool { return hidden(v.Created) }, func(h *register.Host, r *rand.Rand) { h.Created = moment(r) }},
	{func(v disclose.Host) bool { return hidden(v.Updated) }, func(h *register.Host, r *rand.Rand) { h.Updated = moment(r) }},
	{func(v disclose.Host) bool { return hidden(v.Transferred) }, func(h *register.Host, r *rand.Rand) { h.Transferred = moment(r) }},
}

var registrarChanges = []struct {
	hidden func(disclose.RegistrarView) bool
	change func(*register.Registrar, *rand.Rand)
}{
	{func(v disclose.RegistrarView) bool { return hidden(v.Name) }, func(c *register.Registrar, r *rand.Rand) {
		c.Name = []string{"", "Tw " + anyText(r), c.Name + " too"}[r.IntN(3)]
	}},
	{func(v disclose.RegistrarView) bool { return hidden(v.Status) }, func(c *register.Registrar, r *rand.Rand) { c.Status = anyText(r) }},
	{func(v disclose.RegistrarView) bool { return hidden(v.Address) }, func(c *register.Registrar, r *rand.Rand) {
		c.Local.City, c.International.City, c.Local.Country = anyText(r), anyText(r), "NO"
	}},
	{func(v disclose.RegistrarView) bool { return hidden(v.Voice) }, func(c *register.Registrar, r *rand.Rand) { c.Voice = anyPhone(r) }},
	{func(v disclose.RegistrarView) bool { return hidden(v.Fax) }, func(c *register.Registrar, r *rand.Rand) { c.Fax = anyPhone(r) }},
	{func(v disclose.RegistrarView) bool { return hidden(v.Email) }, func(c *register.Registrar, r *rand.Rand) { c.Email = anyText(r) }},
	{func(v disclose.RegistrarView) bool { return hidden(v.URL) }, func(c *register.Registrar, r *rand.Rand) { c.URL = "" }},
	{func(v disclose.RegistrarView) bool { return hidden(v.WHOISServer) }, func(c *register.Registrar, r *rand.Rand) { c.WHOISServer = "" }},
	{func(v disclose.RegistrarView) bool { return hidden(v.RDAPBase) }, func(c *register.Registrar, r *rand.Rand) { c.RDAPBase = "" }},
	{func(v disclose.RegistrarView) bool { return hidden(v.AbuseEmail) }, func(c *register.Registrar, r *rand.Rand) {
		c.AbuseEmail, c.AbusePhone = anyText(r), anyPhone(r)
	}},
	{func(v disclose.RegistrarView) bool { return hidden(v.Created) }, func(c *register.Registrar, r *rand.Rand) { c.Created = moment(r) }},
	{func(v disclose.RegistrarView) bool { return hidden(v.Updated) }, func(c *register.Registrar, r *rand.Rand) { c.Updated = moment(r) }},
}
