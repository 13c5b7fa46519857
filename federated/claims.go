package federated

import (
	"encoding/json"
	"slices"
	"time"

	"registerd/access"
)

// The claims of RFC 9560 section 3.1.5.
const (
	claimPurposes  = "rdap_allowed_purposes"
	claimUntracked = "rdap_dnt_allowed"
)

// claims are what a token says, by their names to the letter.
type claims map[string]json.RawMessage

func (c claims) text(name string) (s string, ok bool) {
	ok = c[name] != nil && c[name][0] == '"' && json.Unmarshal(c[name], &s) == nil
	return s, ok
}

// texts are of a list of texts, or of one.
func (c claims) texts(name string) (list []string, ok bool) {
	if one, ok := c.text(name); ok {
		return []string{one}, true
	}
	var items []*string // a null is no text
	if c[name] == nil || json.Unmarshal(c[name], &items) != nil || items == nil || slices.Contains(items, nil) {
		return nil, false
	}
	for _, item := range items {
		list = append(list, *item)
	}
	return list, true
}

// time is a NumericDate (RFC 7519 section 2) that can be meant: of this age, and not
// one that is too large to be counted with.
func (c claims) time(name string) (time.Time, bool) {
	var seconds *float64
	if c[name] == nil || json.Unmarshal(c[name], &seconds) != nil || seconds == nil || *seconds < 0 || *seconds > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(*seconds), 0), true
}

// identity is who the claims, which have been checked, speak of.
func (c claims) identity() Identity {
	id := Identity{Person: access.Person{Claims: map[string][]string{}, Purposes: c.purposes()}}
	id.Issuer, _ = c.text("iss")
	id.Subject, _ = c.text("sub")
	for name := range c {
		if list, ok := c.texts(name); ok {
			id.Claims[name] = list
		}
	}
	id.Untracked = string(c[claimUntracked]) == "true"
	return id
}

// none is a list of purposes that nobody can give: an empty list would allow all.
var none = []string{""}

// purposes are those that the provider allows; those that are not registered are
// passed over. A provider that says nothing of them leaves it to the account.
func (c claims) purposes() []string {
	if _, said := c[claimPurposes]; !said {
		return nil
	}
	list, _ := c.texts(claimPurposes)
	list = slices.DeleteFunc(list, func(p string) bool { return !access.RegisteredPurpose(p) })
	if len(list) == 0 {
		return none
	}
	return list
}
