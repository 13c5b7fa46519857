package conformance

import (
	"slices"
	"strings"
)

// The gTLD profile's identifiers, of 2024 and of 2019.
const (
	technicalGuide  = "icann_rdap_technical_implementation_guide_1"
	responseProfile = "icann_rdap_response_profile_1"
)

// registered are the identifiers of IANA's registry of RDAP extensions as of
// May 2026, with the level of RFC 9083 and that of RFC 8521.
var registered = []string{
	"rdap_level_0", "arin_originas0", "artRecord", "autnums", "autnumSearchResults", "cidr0", "exts", "farv1", "fred",
	"geofeed1", "icann_rdap_response_profile_0", responseProfile, "icann_rdap_technical_implementation_guide_0",
	technicalGuide, "ips", "ipSearchResults", "jscontact", "nask", "nro_rdap_profile_0",
	"nro_rdap_profile_asn_flat_0", "nro_rdap_profile_asn_hierarchical_0", "paging", "platformNS", "rdap_objectTag",
	"rdap_objectTag_level_0", "redacted", "redirect_with_content", "regType", "reverse_search", "rirSearch1",
	"simpleRedaction", "sorting", "subsetting", "ttl0",
}

// conformance reads the member rdapConformance (RFC 9083 section 4.1).
func (c *checker) conformance(top map[string]any) {
	const at = "/rdapConformance"
	if _, there := top["rdapConformance"]; !there {
		c.find("9083-4.1-missing", "")
		return
	}
	ids := c.words(top["rdapConformance"], at)
	if !slices.Contains(ids, "rdap_level_0") {
		c.find("9083-4.1-level", at)
	}
	for i, id := range ids {
		if !slices.Contains(registered, id) {
			c.find("9083-4.1-registered", item(at, i), id)
		}
		if slices.Contains(ids[:i], id) {
			c.find("9083-4.1-twice", item(at, i), id)
		}
	}
}

// parameters of a request, and the extension that each is of.
var parameters = map[string]string{
	"count": "paging", "cursor": "paging", "sort": "sorting", "fieldSet": "subsetting",
	"farv1_qp": "farv1", "farv1_dnt": "farv1",
}

// declared compares the extensions that an answer names with those it makes use
// of. Help names all that the server knows.
func (c *checker) declared(top map[string]any) {
	ids := c.words(top["rdapConformance"], "/rdapConformance")
	for id := range c.used {
		if !slices.Contains(ids, id) {
			c.find("9083-4.1-used", "/rdapConformance", id)
		}
	}
	if strings.HasSuffix(c.path, "/help") {
		return
	}
	asked := map[string]bool{}
	for name, id := range parameters {
		if c.query.Has(name) {
			asked[id] = true
		}
	}
	for i, id := range ids {
		switch id {
		case "redacted", "paging", "sorting", "subsetting", "reverse_search", "farv1":
			if !c.used[id] && !asked[id] {
				c.find("9083-4.1-unused", item("/rdapConformance", i), id)
			}
		case "rdap_objectTag", "rdap_objectTag_level_0":
			if !tagged(c.root) {
				c.find("8521-5", item("/rdapConformance", i))
			}
		}
	}
}

// tagged reports whether any handle ends in a tag (RFC 8521 section 2).
func tagged(v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, tagged)
	case map[string]any:
		if handle, ok := v["handle"].(string); ok && strings.Contains(handle, "-") {
			return true
		}
		for _, inner := range v {
			if tagged(inner) {
				return true
			}
		}
	}
	return false
}
