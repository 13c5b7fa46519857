package conformance

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// icann holds an answer to the gTLD profile: RDAP Response Profile 2.2 (RP) and
// RDAP Technical Implementation Guide 2.2 (TIG).
func (c *checker) icann(top map[string]any) {
	ids := c.words(top["rdapConformance"], "/rdapConformance")
	if !slices.Contains(ids, technicalGuide) {
		c.find("TIG-1.3", "/rdapConformance")
	}
	if !slices.Contains(ids, responseProfile) {
		c.find("RP-1.2", "/rdapConformance")
	}
	for i, id := range ids {
		if id == "icann_rdap_technical_implementation_guide_0" || id == "icann_rdap_response_profile_0" {
			c.find("RP-1.2-obsolete", item("/rdapConformance", i), id)
		}
	}
	if strings.Contains(strings.ToLower(string(c.answer.Body)), "<script") {
		c.find("RP-1.3.2", "")
	}
	class, _ := top["objectClassName"].(string)
	if class == "" {
		return
	}
	if !slices.ContainsFunc(objects(top["events"]), func(e map[string]any) bool { return e["eventAction"] == "last update of RDAP database" }) {
		c.find("RP-1.5", "/events")
	}
	c.countries(top, "")
	switch class {
	case "domain":
		c.gtldDomain(top)
	case "nameserver":
		c.glue(top, "")
	case "entity":
		c.gtldEntity(top)
	}
}

// objects are the objects of an array; none of anything else.
func objects(v any) (out []map[string]any) {
	list, _ := v.([]any)
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// ofRole are the entities of an object whose first role that is, with pointers.
func ofRole(o map[string]any, at, role string) (entities []map[string]any, places []string) {
	for i, e := range objects(o["entities"]) {
		if list, _ := e["roles"].([]any); len(list) > 0 && list[0] == role {
			entities, places = append(entities, e), append(places, item(below(at, "entities"), i))
		}
	}
	return entities, places
}

// cardOf are the properties of an entity by their names; tel by its type.
func cardOf(e map[string]any) map[string]cardProperty {
	out := map[string]cardProperty{}
	pair, _ := e["vcardArray"].([]any)
	if len(pair) != 2 {
		return out
	}
	list, _ := pair[1].([]any)
	for _, v := range list {
		p, ok := property(v)
		if !ok {
			continue
		}
		if kind, _ := p.params["type"].(string); p.name == "tel" && kind != "" {
			out[kind] = p
		}
		out[p.name] = p
	}
	return out
}

// countries: the country's code is given, and its name is not (RP 1.4).
func (c *checker) countries(o map[string]any, at string) {
	for i, e := range objects(o["entities"]) {
		c.countries(e, item(below(at, "entities"), i))
	}
	adr, there := cardOf(o)["adr"]
	if _, coded := adr.params["cc"]; there && !coded {
		c.find("RP-1.4", below(at, "vcardArray"))
	}
}

var roidForm = regexp.MustCompile(`^[\p{L}\p{N}_]{1,80}-[\p{L}\p{N}_]{1,8}$`)

func (c *checker) gtldDomain(top map[string]any) {
	if handle, there := top["handle"].(string); there {
		if !roidForm.MatchString(handle) {
			c.find("RP-2.2", "/handle", handle)
		}
	} else if !c.announced(top, "Registry Domain ID") {
		c.find("RP-2.2", "")
	}
	var actions []string
	for _, e := range objects(top["events"]) {
		action, _ := e["eventAction"].(string)
		actions = append(actions, action)
	}
	if !slices.Contains(actions, "registration") {
		c.find("RP-2.3.1.1", "/events")
	}
	if !slices.Contains(actions, "expiration") {
		c.find("RP-2.3.1.2", "/events")
	}
	if top["status"] == nil {
		c.find("RP-2.6.1", "")
	}
	if dns, _ := top["secureDNS"].(map[string]any); dns["delegationSigned"] == nil {
		c.find("RP-2.8", "/secureDNS")
	}
	if top["nameservers"] == nil && !slices.Contains(c.words(top["status"], "/status"), "inactive") {
		c.find("RP-2.9", "")
	}
	for i, ns := range objects(top["nameservers"]) {
		c.glue(ns, item("/nameservers", i))
	}
	c.gtldRegistrar(top)
	c.gtldNotices(top)
	c.gtldRedacted(top)
}

// glue: the tool takes no special-purpose address for a name server's.
func (c *checker) glue(ns map[string]any, at string) {
	addresses, _ := ns["ipAddresses"].(map[string]any)
	for version, rule := range map[string]string{"v4": "RP-4.1-v4", "v6": "RP-4.1-v6"} {
		for i, s := range c.words(addresses[version], below(at, "ipAddresses/"+version)) {
			if a, err := netip.ParseAddr(s); err == nil && special(a) {
				c.find(rule, item(at+"/ipAddresses/"+version, i), s)
			}
		}
	}
}

var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("100.64.0.0/10"),
}

// special reports an address that no name server of the public internet has.
func special(a netip.Addr) bool {
	return !a.IsGlobalUnicast() || a.IsPrivate() ||
		slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(a) })
}

// gtldRegistrar reads the one registrar of a name (RP 2.4).
func (c *checker) gtldRegistrar(top map[string]any) {
	registrars, places := ofRole(top, "", "registrar")
	if len(registrars) != 1 {
		c.find("RP-2.4.1", "/entities", len(registrars))
		return
	}
	r, at := registrars[0], places[0]
	handle, _ := r["handle"].(string)
	if !slices.ContainsFunc(objects(r["publicIds"]), func(o map[string]any) bool {
		return o["type"] == "IANA Registrar ID" && o["identifier"] == handle
	}) {
		c.find("RP-2.4.2", at)
	}
	if cardOf(r)["fn"].value == "" {
		c.find("RP-2.4.3", at)
	}
	desks, _ := ofRole(r, at, "abuse")
	if !slices.ContainsFunc(desks, func(e map[string]any) bool {
		card := cardOf(e)
		return card["tel"].value != nil && card["email"].value != nil
	}) {
		c.find("RP-2.4.5", at)
	}
	c.has(r["links"], below(at, "links"), "RP-2.4.6", "about", "")
	if id, err := strconv.Atoi(handle); err != nil || id < 9994 || id > 9999 { // a registry that is its own registrar
		c.has(top["links"], "/links", "TIG-3.2", "related", "")
	}
}

// has looks for a link of a relation, and to that URL if one is given.
func (c *checker) has(links any, at, rule, rel, href string) {
	if !slices.ContainsFunc(objects(links), func(l map[string]any) bool {
		return l["rel"] == rel && (href == "" || l["href"] == href)
	}) {
		c.find(rule, at)
	}
}

// gtldNotices are the three that every answer about a name has (TIG 3.3, RP 2.6.3, RP 2.10).
func (c *checker) gtldNotices(top map[string]any) {
	terms := false
	for i, n := range objects(top["notices"]) {
		for j, l := range objects(n["links"]) {
			terms = terms || l["rel"] == "terms-of-service"
			ours := l["rel"] == "terms-of-service" || l["rel"] == "glossary" || l["href"] == "https://icann.org/wicf"
			if asked := c.answer.Request.URL; ours && asked != "" && l["value"] != asked {
				c.find("TIG-3.3-value", item(item("/notices", i)+"/links", j), l["value"])
			}
		}
	}
	if !terms {
		c.find("TIG-3.3", "/notices")
	}
	for _, want := range []struct{ rule, title, says, href, rel string }{
		{"RP-2.6.3", "Status Codes", "For more information on domain status codes, please visit https://icann.org/epp", "https://icann.org/epp", "glossary"},
		{"RP-2.10", "RDDS Inaccuracy Complaint Form", "URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf", "https://icann.org/wicf", "help"},
	} {
		list := objects(top["notices"])
		i := slices.IndexFunc(list, func(n map[string]any) bool { return n["title"] == want.title })
		if i < 0 {
			c.find(want.rule, "/notices")
			continue
		}
		at := item("/notices", i)
		if lines := c.words(list[i]["description"], at); !slices.Equal(lines, []string{want.says}) {
			c.find(want.rule+"-text", below(at, "description"))
		}
		c.has(list[i]["links"], below(at, "links"), want.rule+"-link", want.rel, want.href)
	}
}

// gtldEntity reads a registrar (RP 3).
func (c *checker) gtldEntity(top map[string]any) {
	if list, _ := top["roles"].([]any); !slices.Contains(list, "registrar") {
		return
	}
	card := cardOf(top)
	for _, name := range []string{"fn", "adr", "tel", "email"} {
		if v := card[name].value; v == nil || v == "" {
			c.find("RP-3.1", "/vcardArray", "no", name)
		}
	}
	if top["handle"] == nil {
		c.find("RP-3.1", "", "no handle")
	}
}
