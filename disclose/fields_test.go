package disclose_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	. "registerd/disclose"
	"registerd/register"
)

// decidedBy says which Field decides each field of a view.
var decidedBy = map[reflect.Type]map[string]Field{
	reflect.TypeFor[Domain](): {
		"Name": DomainName, "Handle": DomainHandle, "IDNTable": DomainIDNTable, "VariantOf": DomainVariantOf, "Variants": DomainVariants,
		"Statuses": DomainStatus, "Grace": DomainGrace, "Contacts": DomainContacts, "NameServers": DomainNameServers,
		"Sponsor": DomainSponsor, "Creator": DomainCreator, "Updater": DomainUpdater,
		"Created": DomainCreated, "Expires": DomainExpires, "Updated": DomainUpdated,
		"Deletes": DomainDeletes, "Transferred": DomainTransferred, "Transfer": DomainTransfer, "DNSSEC": DomainDNSSEC,
		"Suspension": DomainSuspension, "Dispute": DomainDispute,
	},
	reflect.TypeFor[Contact](): {
		"Handle": ContactHandle, "ROID": ContactHandle, "Holder": ContactHolder, "Name": ContactName,
		"Organization": ContactOrganization, "Street": ContactStreet, "City": ContactCity, "Province": ContactProvince,
		"Code": ContactCode, "Country": ContactCountry, "Voice": ContactVoice, "Fax": ContactFax, "Email": ContactEmail,
		"Statuses": ContactStatus, "Verification": ContactVerification, "Language": ContactLanguage,
		"Sponsor": ContactSponsor, "Creator": ContactCreator, "Updater": ContactUpdater,
		"Created": ContactCreated, "Updated": ContactUpdated, "Transferred": ContactTransferred,
		"Preference": ContactPreference, "Protection": ContactProtection, "Consent": ContactConsent, "Locked": ContactLocked,
	},
	reflect.TypeFor[Host](): {
		"Name": HostName, "Handle": HostHandle, "Statuses": HostStatus, "Addrs": HostAddresses, "Sponsor": HostSponsor,
		"Creator": HostCreator, "Updater": HostUpdater, "Created": HostCreated, "Updated": HostUpdated, "Transferred": HostTransferred,
	},
	reflect.TypeFor[NameServer](): {"Handle": HostHandle, "Statuses": HostStatus, "Addrs": HostAddresses},
	reflect.TypeFor[RegistrarView](): {
		"ID": RegistrarID, "Name": RegistrarName, "IANA": RegistrarIANA, "Status": RegistrarStatus, "Address": RegistrarAddress,
		"Voice": RegistrarVoice, "Fax": RegistrarFax, "Email": RegistrarEmail, "URL": RegistrarURL,
		"WHOISServer": RegistrarWHOIS, "WHOISURL": RegistrarWHOIS, "RDAPBase": RegistrarRDAP,
		"AbuseEmail": RegistrarAbuse, "AbusePhone": RegistrarAbuse, "Created": RegistrarCreated, "Updated": RegistrarUpdated,
	},
	reflect.TypeFor[Reserved](): {
		"Name": ReservedName, "State": ReservedState, "IDNTable": ReservedIDNTable, "VariantOf": ReservedVariantOf, "Created": ReservedCreated,
	},
}

// bare are the fields of views that are not a Value, with the reason.
var bare = map[string]string{
	"Contact.Role":    "what the contact is to the domain; the list of contacts is a Value",
	"Contact.Missing": "said only to who may see the handle",
	"NameServer.Name": "the list of name servers is a Value",
}

// A seen is what became of one field of a view.
type seen struct {
	path    string
	field   Field
	shown   bool
	value   reflect.Value // the Value's own fields, those that are not exported too
	status  Status
	decided bool // a rule decided
}

// look lists the Values of a view and of the views in it.
func look(t *testing.T, view any) []seen {
	t.Helper()
	var out []seen
	visit(t, reflect.ValueOf(view), &out)
	return out
}

func visit(t *testing.T, v reflect.Value, out *[]seen) {
	table := decidedBy[v.Type()]
	if table == nil {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		path := v.Type().Name() + "." + f.Name
		if !f.IsExported() || bare[path] != "" {
			continue
		}
		field, known := table[f.Name]
		if !known {
			t.Errorf("%s: no Field is known to decide it", path)
			continue
		}
		value := v.Field(i)
		got := value.MethodByName("Get").Call(nil)
		shown := got[1].Bool()
		*out = append(*out, seen{
			path: path, field: field, shown: shown, value: value,
			status:  value.MethodByName("Status").Call(nil)[0].Interface().(Status),
			decided: !value.MethodByName("Rule").Call(nil)[0].IsNil(),
		})
		switch inner := got[0]; {
		case shown && inner.Kind() == reflect.Slice:
			for j := range inner.Len() {
				visit(t, inner.Index(j), out)
			}
		case shown && inner.Kind() == reflect.Struct:
			visit(t, inner, out)
		}
	}
}

// openIn lists the Fields that a view does not withhold.
func openIn(t *testing.T, view any) []Field {
	t.Helper()
	var out []Field
	for _, s := range look(t, view) {
		if s.status != Withheld {
			out = append(out, s.field)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// full gives every value in v one that is not zero.
func full[T any]() *T {
	v := new(T)
	n := 0
	fillIn(reflect.ValueOf(v).Elem(), &n)
	return v
}

func fillIn(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2020, 1, 1, 0, 0, *n, 0, time.UTC)))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{192, 0, 2, byte(*n)})))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("v", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillIn(v.Index(0), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i), n)
		}
	default:
		v.SetUint(1)
	}
}

// views makes every kind of view of objects that have everything.
func views(p *Policy, v Viewer) []any {
	d, c, h, r := full[register.Domain](), full[register.Contact](), full[register.Host](), full[register.Registrar]()
	attr := *d
	attr.Hosts = []register.NameServer{{Name: "ns.example", Attr: true, Addrs: h.Addrs}}
	contact, _ := p.Contact(v, c)
	related := []Related{{Domain: d}, {Reserved: full[register.Reserved]()}}
	contacts := make([]*register.Contact, len(d.Roles()))
	for i := range contacts {
		contacts[i] = c
	}
	return []any{
		p.Domain(v, &Record{Domain: d, Contacts: contacts, Hosts: []*register.Host{h}, Registrar: r, Related: related}),
		p.Domain(v, &Record{Domain: &attr, Contacts: contacts, Hosts: []*register.Host{nil}, Related: related}),
		p.Domain(v, &Record{Domain: d, Contacts: make([]*register.Contact, len(contacts)), Hosts: []*register.Host{nil}, Related: related}),
		contact, p.Host(v, h, r), p.Host(v, h, nil), p.Registrar(v, r), p.Reserved(v, full[register.Reserved]()),
	}
}

// everybody are viewers of each audience.
var everybody = []Viewer{
	{},
	{Audience: Public},
	{Audience: Registrar},
	{Audience: Registrar, Registrar: "another"},
	{Audience: Seeker},
	certifying, suing, researching,
	{Audience: Holder},
	{Audience: Holder, Holder: "Anna"},
	{Audience: Public, Grant: forAnna},
	{Audience: Seeker, Kind: KindResearcher, Purpose: "academicPublicInterestDNSResearch", Grant: forAnna},
	{Audience: Authority},
	{Audience: Operator},
	{Audience: Operator + 1},
}

// forAnna grants something of a contact that tests draw.
var forAnna = &Grant{
	Objects: []Granted{{Contact: "Anna"}, {Domain: "shop.example"}}, Fields: []Field{ContactCity, ContactVoice},
	Rule: &Rule{ID: "grant-1", Basis: "test", Reason: "It was granted.", Outcome: Show},
}

// oneRule is a policy that shows the fields to the public and nothing else.
func oneRule(t *testing.T, fields ...Field) *Policy {
	t.Helper()
	p, err := NewPolicy("test", []Rule{{ID: "one", Basis: "test", Reason: "test", Fields: fields, Outcome: Show, DespiteProtection: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAFieldIsShownByItsOwnRuleAlone(t *testing.T) {
	outer := []Field{DomainContacts, DomainNameServers, DomainSponsor, HostSponsor} // what other views are in
	for f := None + 1; f.String() != None.String(); f++ {
		fields := append([]Field{f}, outer...)
		if f >= ContactExistence && f <= ContactLocked {
			fields = append(fields, ContactExistence)
		}
		if f == DomainVariants { // whose own rules must show them too
			fields = append(fields, DomainName, DomainVariantOf)
		}
		found := f == ContactExistence
		for _, view := range views(oneRule(t, fields...), Viewer{Audience: Public}) {
			for _, s := range look(t, view) {
				if s.shown && !slices.Contains(fields, s.field) {
					t.Errorf("a rule for %s shows %s", f, s.path)
				}
				if s.field == f && s.shown {
					found = true
				}
				if s.field == f && !s.shown && s.status != Absent {
					t.Errorf("a rule for %s does not show %s", f, s.path)
				}
			}
		}
		if search := f >= SearchDomainsByName; found == search {
			t.Errorf("%s: that a view has such a field is %v", f, found)
		}
	}
}

func TestNobodyAndARuleForNothingSeeNothing(t *testing.T) {
	unset, err := NewPolicy("empty", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range everybody {
		if who.Audience == Operator {
			continue // who sees what no rule speaks of
		}
		for _, view := range views(unset, who) {
			nothingIn(t, fmt.Sprintf("no rules, viewer %v", who), view)
		}
	}
	for _, who := range []Viewer{{}, {Registrar: "v10"}, {Audience: Operator + 1}} {
		for _, view := range views(GDPR(), who) {
			nothingIn(t, fmt.Sprintf("built-in rules, viewer %v", who), view)
		}
	}
}

func nothingIn(t *testing.T, what string, view any) {
	t.Helper()
	for _, s := range look(t, view) {
		if s.shown || s.status != Withheld {
			t.Errorf("%s: %s is not withheld", what, s.path)
		}
	}
}

func TestAWithheldValueHoldsNothing(t *testing.T) {
	withheld := 0
	for _, who := range everybody {
		for _, view := range views(GDPR(), who) {
			for _, s := range look(t, view) {
				if s.status != Withheld {
					continue
				}
				withheld++
				if inside := s.value.FieldByName("value"); !inside.IsZero() {
					t.Errorf("viewer %v: %s is withheld and holds %v", who, s.path, inside)
				}
			}
		}
	}
	if withheld < 100 {
		t.Errorf("only %d values were withheld: the test looks at too little", withheld)
	}
}

func TestTheZeroValueIsWithheld(t *testing.T) {
	var v Value[string]
	if got, ok := v.Get(); got != "" || ok || v.Status() != Withheld || v.Redacted() || v.Rule() != nil {
		t.Errorf("%q, %v, status %d, redacted %v, rule %v", got, ok, v.Status(), v.Redacted(), v.Rule())
	}
}

func TestEveryFieldOfAViewIsAValue(t *testing.T) {
	for view, table := range decidedBy {
		for i := range view.NumField() {
			f := view.Field(i)
			_, isValue := reflect.New(f.Type).Interface().(interface{ Redacted() bool })
			reason := bare[view.Name()+"."+f.Name]
			if f.IsExported() && isValue == (reason != "") {
				t.Errorf("%s.%s: it is a Value, or has a reason not to be one", view.Name(), f.Name)
			}
		}
		for name := range table {
			if _, ok := view.FieldByName(name); !ok {
				t.Errorf("%s.%s is not there any more", view.Name(), name)
			}
		}
	}
}
