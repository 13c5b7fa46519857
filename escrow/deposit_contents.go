package escrow

import (
	"errors"

	"registerd/register"
	"registerd/store"
)

// readContents reads the objects: of any kind, in any order.
func (d *depositReader) readContents() {
	d.contents = true
	for e := range d.children {
		d.tally(e.uri)
		d.guard.enter()
		d.content(e)
		d.guard.leave()
		if d.err == nil { // otherwise the report says in which object it was
			d.object = subject{kind: kindDeposit}
		}
	}
	d.flush()
}

// tally counts the objects of a namespace.
func (d *depositReader) tally(uri string) {
	if _, ok := d.seen[uri]; ok || len(d.seen) < maxURIs {
		d.seen[uri]++
	}
}

var errCSV = errors.New("its objects are in the CSV model, which is not read: ask for a deposit in the XML model")

// content reads one object. What it does not read is unknown, and passed over.
func (d *depositReader) content(e element) {
	begin := func(k kind) { d.object = subject{kind: k, line: e.line} }
	switch {
	case e.is(domainSpace, "domain"):
		begin(kindDomain)
		d.emit(store.Names, readDomain(d))
	case e.is(contactSpace, "contact"):
		begin(kindContact)
		d.emit(store.Contacts, readContact(d))
	case e.is(hostSpace, "host"):
		begin(kindHost)
		d.emit(store.Hosts, readHost(d))
	case e.is(registrarSpace, "registrar"):
		begin(kindRegistrar)
		o := new(register.Registrar)
		registrarForm.read(d, o)
		d.emit(store.Registrars, o)
	case e.is(nndnSpace, "NNDN"):
		begin(kindReserved)
		d.emit(store.Names, readReserved(d))
	case e.is(idnSpace, "idnTableRef"):
		begin(kindIDNTable)
		d.emit(store.IDNTables, readIDNTable(d, e))
	case e.is(headerSpace, "header"):
		begin(kindHeader)
		d.readHeader()
	case e.is(paramsSpace, "eppParams"):
		begin(kindParams)
		d.readParams()
	case e.is(policySpace, "policy"):
		d.skip()
	case e.space == csvSpace:
		d.fail(errCSV)
	}
}

// emit hands on an object, unless it has no key: that was reported.
func (d *depositReader) emit(k store.Kind, o record) {
	if d.err != nil || d.object.name == "" {
		return
	}
	key, err := d.object.name, error(nil)
	if k != store.Names && k != store.Hosts { // names are canonical already
		key, err = register.HandleKey(key)
	}
	if err != nil {
		d.refuse(d.object.line, ruleKey, err.Error())
		return
	}
	if k == store.IDNTables && len(d.held) < maxTables {
		d.held[key] = struct{}{}
	}
	if !d.head.full() {
		d.breaks(d.keys.add(k.String()+" "+key, d.object.line))
	}
	d.take(item{record: o})
}

// readDeletes reads the keys of objects to delete (RFC 8909 section 5.1.3).
func (d *depositReader) readDeletes(e element) {
	if d.head.full() || d.contents {
		d.refuse(e.line, ruleDeletes, "deletes are in a FULL deposit, or after the contents")
	}
	for e := range d.children {
		k, ok := deletable[e.space]
		if !ok || e.name != "delete" {
			continue
		}
		for c := range d.children {
			if c.space == e.space && (c.name == k.element || c.name == "roid" && k.kind == kindHost) {
				d.object = subject{kind: k.kind, line: c.line}
				d.readDelete(c, k)
				d.object = subject{kind: kindDeposit}
			}
		}
	}
	d.flush()
}

type deletableKind struct {
	kind    kind
	store   store.Kind
	tag     register.Tag
	element string
}

// deletable says by which element each kind of object is deleted.
var deletable = map[space]deletableKind{
	domainSpace:    {kindDomain, store.Names, register.TagDomain, "name"},
	hostSpace:      {kindHost, store.Hosts, register.TagHost, "name"},
	contactSpace:   {kindContact, store.Contacts, register.TagContact, "id"},
	registrarSpace: {kindRegistrar, store.Registrars, register.TagRegistrar, "id"},
	idnSpace:       {kindIDNTable, store.IDNTables, register.TagIDNTable, "id"},
	nndnSpace:      {kindReserved, store.Names, register.TagReserved, "aName"},
}

func (d *depositReader) readDelete(e element, k deletableKind) {
	text := d.text()
	if d.err != nil {
		return
	}
	if e.name == "roid" {
		d.take(item{roid: text})
		return
	}
	key, err := keyOf(k.store, text)
	if err != nil {
		d.refuse(e.line, ruleKey, e.name+": "+err.Error())
		return
	}
	d.object.name = key
	d.take(item{gone: deletion{Ref: store.Ref{Kind: k.store, Key: key}, tag: k.tag, label: d.object.label()}})
}
