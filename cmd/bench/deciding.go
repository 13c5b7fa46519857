package main

import (
	"syscall"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// deciding is the processor time of deciding what the public sees of a domain
// with three contacts, and of making the view of it.
func deciding() time.Duration {
	const rounds = 100_000
	policy := disclose.GDPR()
	record := usualRecord()
	viewer := disclose.Viewer{Audience: disclose.Public, Window: disclose.RDAP}
	seen := 0
	began := ownTime()
	for range rounds {
		view := policy.Domain(viewer, record)
		seen += len(view.Disclosed())
	}
	if seen != 0 {
		panic("the public's view lists what was disclosed above public")
	}
	return (ownTime() - began) / rounds
}

func usualRecord() *disclose.Record {
	address := register.Address{Street: []string{"Street 1"}, City: "Town", Code: "1000", Country: "DK"}
	person := &register.Contact{
		Handle: "P1", ROID: "P1-EX", Local: register.Postal{Name: "A Person", Address: address},
		Voice: register.Phone{Number: "+999.1"}, Email: "person@home.example",
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected},
	}
	firm := &register.Contact{
		Handle: "F1", ROID: "F1-EX", Local: register.Postal{Name: "A Clerk", Organization: "A Firm", Address: address},
		Voice: register.Phone{Number: "+999.2"}, Email: "info@firm.example",
		Facts: register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected},
	}
	return &disclose.Record{
		Domain: &register.Domain{
			Name: "shop.example", ROID: "D1-EX", Registrant: "P1", Sponsor: "reg-a", Statuses: []string{"ok"},
			Contacts: []register.DomainRole{{Role: register.RoleAdmin, Handle: "P1"}, {Role: register.RoleTech, Handle: "F1"}},
			Hosts:    []register.NameServer{{Name: "ns1.host.test"}, {Name: "ns2.host.test"}},
		},
		Contacts:  []*register.Contact{person, person, firm},
		Hosts:     make([]*register.Host, 2),
		Registrar: &register.Registrar{ID: "reg-a", Name: "Registrar A", IANA: 9995},
	}
}

func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
