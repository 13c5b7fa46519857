package escrow

import (
	"strings"
	"time"
	"unicode"

	"registerd/register"
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// What EPP knows: RFC 5731, 5732 and 5733 section 2, RFC 3915 section 3.1.
var (
	hostStatuses = words(`ok linked clientDeleteProhibited serverDeleteProhibited clientUpdateProhibited
		serverUpdateProhibited pendingCreate pendingDelete pendingTransfer pendingUpdate`)
	contactStatuses = words(`ok linked clientDeleteProhibited serverDeleteProhibited clientUpdateProhibited
		serverUpdateProhibited clientTransferProhibited serverTransferProhibited
		pendingCreate pendingDelete pendingTransfer pendingUpdate`)
	domainStatuses = words(`ok inactive clientHold serverHold clientDeleteProhibited serverDeleteProhibited
		clientRenewProhibited serverRenewProhibited clientTransferProhibited serverTransferProhibited
		clientUpdateProhibited serverUpdateProhibited
		pendingCreate pendingDelete pendingRenew pendingTransfer pendingUpdate`)
	graceStatuses = words(`addPeriod autoRenewPeriod renewPeriod transferPeriod redemptionPeriod
		pendingRestore pendingDelete`)
	registrarStatuses = words(`ok readonly terminated`)
	transferStatuses  = words(`clientApproved clientCancelled clientRejected pending serverApproved serverCancelled`)
)

// checkStatuses warns of unknown statuses, and of "ok" beside one that it excludes.
func (d *depositReader) checkStatuses(statuses []string, known map[string]bool) {
	ok, other := false, false
	for _, s := range statuses {
		switch {
		case s == "ok":
			ok = true
		case !known[s]:
			if s != "" {
				d.warn(d.object.line, ruleStatus, "a status is not one of EPP's")
			}
		case s != "linked":
			other = true
		}
	}
	if ok && other {
		d.warn(d.object.line, ruleStatus, "status ok stands beside one that excludes it")
	}
}

// checkCreated warns of an object that is younger than the deposit.
func (d *depositReader) checkCreated(created time.Time) {
	if !created.IsZero() && !d.head.Watermark.IsZero() && !created.Before(d.head.Watermark) {
		d.warn(d.object.line, ruleDate, "crDate is not before the watermark")
	}
}

func (d *depositReader) checkExpiry(dom *register.Domain) {
	if dom.Expires.IsZero() || d.head.Watermark.IsZero() || !dom.Expires.Before(d.head.Watermark) {
		return
	}
	for _, s := range dom.Statuses {
		if s == "pendingDelete" {
			return
		}
	}
	d.warn(d.object.line, ruleDate, "exDate is before the watermark, and the domain is not in pendingDelete")
}

// checkROID warns of an odd form, and refuses one that another object of the
// kind has. A contact's is an alias, which the store keeps unique itself.
func (d *depositReader) checkROID(roid string) {
	if roid == "" {
		return // its absence is reported
	}
	if !wellFormedROID(roid) {
		d.warn(d.object.line, ruleROID, "the ROID has another form")
	}
	if d.object.kind != kindContact {
		d.breaks(d.roids.add(string(d.object.kind)+" "+roid, d.object.line))
	}
}

// wellFormedROID is (\w|_){1,80}-\w{1,8}, where \w is XML Schema's.
func wellFormedROID(s string) bool {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return false
	}
	local, repository := []rune(s[:i]), []rune(s[i+1:])
	word := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsSymbol(r)
	}
	for _, r := range local {
		if r != '_' && !word(r) {
			return false
		}
	}
	for _, r := range repository {
		if !word(r) {
			return false
		}
	}
	return 1 <= len(local) && len(local) <= 80 && 1 <= len(repository) && len(repository) <= 8
}

// checkZone refuses a name outside the zone. While the header is yet to come,
// what all names have in common is kept, and judged with it.
func (d *depositReader) checkZone(n register.Name) {
	switch {
	case n == "":
		return
	case d.head.Zone != "":
		if n == d.head.Zone || !n.In(d.head.Zone) {
			d.refuse(d.object.line, ruleZone, "it does not lie under the zone "+string(d.head.Zone))
		}
	case !d.early:
		d.early, d.common = true, n.Parent()
	default:
		for d.common != "" && (n == d.common || !n.In(d.common)) {
			d.common = d.common.Parent()
		}
	}
}

// checkEarly judges the names that came before the header.
func (d *depositReader) checkEarly(line int64) {
	if d.early && (d.common == "" || !d.common.In(d.head.Zone)) {
		d.refuse(line, ruleZone, "a name before the header does not lie under the zone "+string(d.head.Zone))
	}
}

// refersToTable remembers the IDN tables that names refer to.
func (d *depositReader) refersToTable(id string) {
	if id == "" || len(d.tables) >= maxTables {
		return
	}
	key, err := register.HandleKey(id)
	if err != nil {
		d.refuse(d.object.line, ruleValue, "idnTableId is not an id")
		return
	}
	if _, ok := d.tables[key]; !ok {
		d.tables[key] = place{object: d.object.label(), line: d.object.line}
	}
}

// maxTables bounds how many IDN tables are told apart.
const maxTables = 4096

type place struct {
	object string
	line   int64
}
