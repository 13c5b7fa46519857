package conformance

import (
	"regexp"
	"slices"
	"strings"
)

// Members of every object class (RFC 9083 section 5), and those of each beside them.
var (
	classMembers = []string{
		"objectClassName", "handle", "status", "entities", "remarks", "links", "port43", "events", "lang", "redacted",
	}
	domainMembers     = []string{"ldhName", "unicodeName", "variants", "nameservers", "secureDNS", "publicIds"}
	nameserverMembers = []string{"ldhName", "unicodeName", "ipAddresses"}
	entityMembers     = []string{"vcardArray", "roles", "publicIds", "asEventActor"}
)

// instance reads an object of any class. More are the members that it may have
// for where it stands.
func (c *checker) instance(o map[string]any, at string, more ...string) {
	class, _ := c.text(o, "objectClassName", at)
	known := slices.Concat(classMembers, more)
	switch class {
	case "domain":
		c.members(o, at, append(known, domainMembers...)...)
		c.domain(o, at)
	case "nameserver":
		c.members(o, at, append(known, nameserverMembers...)...)
		c.nameserver(o, at)
	case "entity":
		c.members(o, at, append(known, entityMembers...)...)
		c.entity(o, at)
	default:
		c.find("9083-4.9-class", below(at, "objectClassName"), class)
		return
	}
	c.common(o, at)
}

// inside reads the objects that an object has of one class.
func (c *checker) inside(v any, at, class string) {
	c.each(v, at, func(o map[string]any, at string) {
		if o["objectClassName"] != class {
			c.find("9083-4.9-class", below(at, "objectClassName"), o["objectClassName"])
			return
		}
		if _, there := o["redacted"]; there {
			c.find("9537-4.1", below(at, "redacted"))
		}
		c.instance(o, at)
	})
}

// common reads what every class has.
func (c *checker) common(o map[string]any, at string) {
	c.text(o, "handle", at)
	c.statuses(o, below(at, "status"))
	c.events(o["events"], below(at, "events"), true)
	c.remarks(o["remarks"], below(at, "remarks"))
	c.links(o["links"], below(at, "links"))
	c.inside(o["entities"], below(at, "entities"), "entity")
	c.redacted(o["redacted"], at)
	c.lang(o, at)
	if host, there := c.text(o, "port43", at); there && !hostOrAddress(host) {
		c.find("9083-4.7", below(at, "port43"), host)
	}
}

func (c *checker) domain(o map[string]any, at string) {
	if o["ldhName"] == nil && o["unicodeName"] == nil && !c.announced(o, "Domain Name") {
		c.find("9083-5.3", at)
	}
	c.names(o, at)
	c.inside(o["nameservers"], below(at, "nameservers"), "nameserver")
	c.publicIDs(o["publicIds"], below(at, "publicIds"))
	c.each(o["variants"], below(at, "variants"), c.variant)
	if v, there := o["secureDNS"]; there {
		c.secureDNS(v, below(at, "secureDNS"))
	}
}

// announced reports whether an object says that it withholds this.
func (c *checker) announced(o map[string]any, what string) bool {
	list, _ := o["redacted"].([]any)
	return slices.ContainsFunc(list, func(v any) bool {
		entry, _ := v.(map[string]any)
		name, _ := entry["name"].(map[string]any)
		return name["description"] == what || name["type"] == what
	})
}

var relations = []string{"registered", "unregistered", "registration restricted", "open registration", "conjoined"}

func (c *checker) variant(o map[string]any, at string) {
	c.members(o, at, "relation", "idnTable", "variantNames")
	for i, word := range c.words(o["relation"], below(at, "relation")) {
		if !slices.Contains(relations, word) {
			c.find("9083-5.3-relation", item(below(at, "relation"), i), word)
		}
	}
	c.text(o, "idnTable", at)
	c.each(o["variantNames"], below(at, "variantNames"), func(o map[string]any, at string) {
		c.members(o, at, "ldhName", "unicodeName")
		c.names(o, at)
	})
}

func (c *checker) nameserver(o map[string]any, at string) {
	if o["ldhName"] == nil && o["unicodeName"] == nil && !c.announced(o, "Name Server Name") {
		c.find("9083-5.2", at)
	}
	c.names(o, at)
	v, there := o["ipAddresses"]
	if !there {
		return
	}
	at = below(at, "ipAddresses")
	addresses, ok := v.(map[string]any)
	if !ok {
		c.find("9083-2.1-array", at, "it is no object")
		return
	}
	c.members(addresses, at, "v4", "v6")
	for i, a := range c.words(addresses["v4"], at+"/v4") {
		if !isIPv4(a) {
			c.find("9083-3-v4", item(at+"/v4", i), a)
		}
	}
	for i, a := range c.words(addresses["v6"], at+"/v6") {
		if !isIPv6(a) {
			c.find("5952-4", item(at+"/v6", i), a)
		}
	}
}

var roles = []string{
	"registrant", "technical", "administrative", "abuse", "billing", "registrar",
	"reseller", "sponsor", "proxy", "notifications", "noc",
}

func (c *checker) entity(o map[string]any, at string) {
	var seen []string
	for i, role := range c.words(o["roles"], below(at, "roles")) {
		if !slices.Contains(roles, role) || slices.Contains(seen, role) {
			c.find("9083-10.2.4", item(below(at, "roles"), i), role)
		}
		seen = append(seen, role)
	}
	c.publicIDs(o["publicIds"], below(at, "publicIds"))
	c.events(o["asEventActor"], below(at, "asEventActor"), false)
	if v, there := o["vcardArray"]; there {
		c.card(v, below(at, "vcardArray"))
	}
}

var hexForm, base64Form = regexp.MustCompile(`^[0-9A-Fa-f]+$`), regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`)

// secureDNS reads RFC 9083 section 5.3's account of a delegation.
func (c *checker) secureDNS(v any, at string) {
	o, ok := v.(map[string]any)
	if !ok {
		c.find("9083-2.1-array", at, "it is no object")
		return
	}
	c.members(o, at, "zoneSigned", "delegationSigned", "maxSigLife", "dsData", "keyData")
	for _, name := range []string{"zoneSigned", "delegationSigned"} {
		if v, there := o[name]; there {
			if _, ok := v.(bool); !ok {
				c.find("9083-5.3-boolean", below(at, name), v)
			}
		}
	}
	if v, there := o["maxSigLife"]; there {
		c.number(v, below(at, "maxSigLife"), 1, 1<<31-1)
	}
	c.each(o["dsData"], below(at, "dsData"), c.delegationSigner)
	c.each(o["keyData"], below(at, "keyData"), c.key)
	if signed := o["dsData"] != nil || o["keyData"] != nil; signed != (o["delegationSigned"] == true) {
		c.find("9083-5.3-signed", at)
	}
}

func (c *checker) delegationSigner(o map[string]any, at string) {
	c.members(o, at, "keyTag", "algorithm", "digest", "digestType", "events", "links")
	c.number(o["keyTag"], below(at, "keyTag"), 0, 65535)
	c.number(o["algorithm"], below(at, "algorithm"), 0, 255)
	c.number(o["digestType"], below(at, "digestType"), 0, 255)
	if s, _ := o["digest"].(string); !hexForm.MatchString(s) || len(s)%2 != 0 {
		c.find("9083-5.3-digest", below(at, "digest"), s)
	}
	c.events(o["events"], below(at, "events"), true)
	c.links(o["links"], below(at, "links"))
}

func (c *checker) key(o map[string]any, at string) {
	c.members(o, at, "flags", "protocol", "publicKey", "algorithm", "events", "links")
	c.number(o["flags"], below(at, "flags"), 0, 65535)
	c.number(o["protocol"], below(at, "protocol"), 3, 3)
	c.number(o["algorithm"], below(at, "algorithm"), 0, 255)
	if s, _ := o["publicKey"].(string); !base64Form.MatchString(strings.ReplaceAll(s, " ", "")) {
		c.find("9083-5.3-key", below(at, "publicKey"), s)
	}
	c.events(o["events"], below(at, "events"), true)
	c.links(o["links"], below(at, "links"))
}

func (c *checker) number(v any, at string, least, most int) {
	if n, ok := integer(v); !ok || n < least || n > most {
		c.find("9083-5.3-number", at, v)
	}
}
