package lookup

import "registerd/disclose"

// What there is to tell of every search in numbers.
const (
	SearchCost    = 1 + searchCost // in look-ups; each object that is given is one more
	MaxMatches    = maxMatches     // are counted or sorted, and no more
	CursorMinutes = cursorMinutes  // that a cursor is good for
)

// Offer is a search that a caller may ask.
type Offer struct {
	By   SearchBy
	Part bool // by the beginning too, and not by the whole alone
}

// offers are the searches that the rules allow to whoever asks, of all objects
// that they show: nothing of the register decides about it.
func (v *visit) offers() (out []Offer) {
	may := func(f disclose.Field) bool {
		_, ok := v.published.Policy.MaySearch(v.viewer(), f)
		return ok
	}
	for by := DomainsByName; int(by) < len(searchables); by++ {
		v.objects = searchables[by].objects()
		if may(searchables[by].may) {
			address := by == DomainsByAddress || by == HostsByAddress
			out = append(out, Offer{By: by, Part: !address && may(disclose.SearchByPart)})
		}
	}
	return out
}
