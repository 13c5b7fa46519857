package escrow

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"registerd/register"
)

// readMenu reads which kinds of object the deposit may hold.
func (d *depositReader) readMenu() {
	entries := 0
	for e := range d.children {
		switch {
		case e.is(rdeSpace, "version"):
			if d.text() != "1.0" {
				d.refuse(e.line, ruleRoot, "its version is not 1.0")
			}
		case e.is(rdeSpace, "objURI"):
			if entries++; entries > maxURIs {
				d.fail(&limitError{"the menu names more than 64 kinds of object"})
			}
			d.menu[d.text()] = e.line
		}
	}
}

// readHeader reads the zone and how many objects there are to be.
func (d *depositReader) readHeader() {
	line := d.object.line
	if d.head.Header != 0 {
		d.refuse(line, ruleHeader, "there is a second header")
	}
	d.head.Header = line
	for e := range d.children {
		switch {
		case e.is(headerSpace, "tld"):
			d.head.Zone = d.name(e, register.ParseName)
			d.checkEarly(e.line)
		case e.is(headerSpace, "count"):
			d.readCount(e)
		}
	}
}

func (d *depositReader) readCount(e element) {
	uri, ok := e.attr("uri")
	n, err := strconv.ParseInt(strings.TrimPrefix(d.text(), "+"), 10, 63)
	_, twice := d.counts[uri]
	switch {
	case !ok:
		d.warn(e.line, ruleCount, "a count does not say of what (uri)")
	case err != nil || n < 0:
		d.refuse(e.line, ruleCount, "a count is not a number")
	case twice:
		d.refuse(e.line, ruleCount, "there are two counts of "+brief(uri))
	case len(d.counts) == maxURIs:
		d.fail(&limitError{"the header counts more than 64 kinds of object"})
	default:
		d.counts[uri] = count{int(n), e.line}
	}
}

// readParams reads which extensions of EPP the registry speaks.
func (d *depositReader) readParams() {
	d.params++
	extensions := map[string]bool{urn + "secDNS-1.1": false, urn + "rgp-1.0": false}
	for e := range d.children {
		if e.space != paramsSpace {
			continue
		}
		if e.name == "svcExtension" {
			for x := range d.children {
				if uri := d.text(); x.is(eppSpace, "extURI") {
					if _, ok := extensions[uri]; ok {
						extensions[uri] = true
					}
				}
			}
			continue
		}
		d.skip()
	}
	for _, uri := range slices.Sorted(maps.Keys(extensions)) {
		if !extensions[uri] && d.err == nil {
			d.warn(d.object.line, ruleParams, "the extension "+brief(uri)+" is not named")
		}
	}
}

// finish checks what can be said only at the end.
func (d *depositReader) finish() {
	d.object = subject{kind: kindDeposit}
	if d.head.Watermark.IsZero() {
		d.refuse(0, ruleKey, "watermark is missing")
	}
	switch {
	case d.head.full() && d.head.Zone == "":
		d.refuse(d.head.Header, ruleHeader, "there is no header, or no zone in it")
	case d.head.Header == 0:
		d.warn(0, ruleHeader, "there is no header")
	}
	d.checkCounts()
	d.checkMenu()
	if d.head.full() && d.params != 1 {
		d.warn(0, ruleParams, "there are "+strconv.Itoa(d.params)+" eppParams")
	}
	report := func(line, first int64) {
		d.refuse(line, ruleUnique, "the ROID of an object was given already on line "+strconv.FormatInt(first, 10))
	}
	d.breaks(d.roids.twice(report))
	d.breaks(d.keys.twice(func(line, first int64) {
		d.refuse(line, ruleUnique, "an object was given already on line "+strconv.FormatInt(first, 10))
	}))
}

// checkCounts compares the header with what was there. In a DIFF or INCR it
// may count what the register holds, so that a difference is a warning.
func (d *depositReader) checkCounts() {
	for _, uri := range d.uris() {
		c, said := d.counts[uri]
		there := d.seen[uri]
		switch {
		case uri == "" || uri == urn+"rdeHeader-1.0" || uri == urn+"rdePolicy-1.0":
		case said && c.n != there:
			d.differs(c.line, ruleCount, brief(uri)+": the header counts "+strconv.Itoa(c.n)+", there are "+strconv.Itoa(there))
		case !said && spaces[uri] != otherSpace && d.head.Header != 0:
			d.differs(d.head.Header, ruleCount, brief(uri)+": the header counts none, there are "+strconv.Itoa(there))
		}
	}
}

// checkMenu compares the menu with the header's counts, but for the header's
// own kind, which some menus name. The policy is no object of the register.
func (d *depositReader) checkMenu() {
	if d.head.Header == 0 {
		return
	}
	for _, uri := range d.uris() {
		if uri == urn+"rdeHeader-1.0" || uri == urn+"rdePolicy-1.0" {
			continue
		}
		line, named := d.menu[uri]
		c, counted := d.counts[uri]
		switch {
		case named && !counted:
			d.differs(line, ruleMenu, brief(uri)+" is in the menu and has no count")
		case counted && !named:
			d.differs(c.line, ruleMenu, brief(uri)+" has a count and is not in the menu")
		}
	}
}

func (d *depositReader) differs(line int64, rule, detail string) {
	if d.head.full() {
		d.refuse(line, rule, detail)
		return
	}
	d.warn(line, rule, detail)
}

// uris are the kinds of object that were counted, seen or announced, sorted.
func (d *depositReader) uris() []string {
	all := map[string]bool{}
	for uri := range d.counts {
		all[uri] = true
	}
	for uri := range d.seen {
		all[uri] = true
	}
	for uri := range d.menu {
		all[uri] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// brief is a namespace for a report: "rdeDomain-1.0".
func brief(uri string) string {
	if _, ok := spaces[uri]; ok || uri == urn+"rgp-1.0" {
		return strings.TrimPrefix(uri, urn)
	}
	return printable(uri)
}
