package rdap

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/lookup"
)

// searchProperty is a member that objects are searched by.
type searchProperty struct {
	name string
	by   lookup.SearchBy
}

// searches are the paths of RFC 9082 section 3.2, each with the member that its
// answer stands in (RFC 9083 section 8) and what may be searched by.
var searches = [...]struct {
	path, results string
	by            []searchProperty
}{
	{"domains", "domainSearchResults", []searchProperty{
		{"name", lookup.DomainsByName}, {"nsLdhName", lookup.DomainsByServer}, {"nsIp", lookup.DomainsByAddress}}},
	{"nameservers", "nameserverSearchResults", []searchProperty{
		{"name", lookup.HostsByName}, {"ip", lookup.HostsByAddress}}},
	{"entities", "entitySearchResults", []searchProperty{
		{"fn", lookup.EntitiesByName}, {"handle", lookup.EntitiesByHandle}}},
}

// searched finds the place of a search in the table, and its property's name. A
// search by contact is one of domains, by several properties.
func searched(by lookup.SearchBy) (place int, property string) {
	for i := range searches {
		for _, p := range searches[i].by {
			if p.by == by {
				return i, p.name
			}
		}
	}
	return 0, ""
}

// The parameters of RFC 8977 and 8982. All others are ignored.
const (
	paramCount    = "count"
	paramSort     = "sort"
	paramCursor   = "cursor"
	paramFieldSet = "fieldSet"
)

// search makes the handler of one of searches.
func (h *Handler) search(place int) http.HandlerFunc {
	return h.searches(func(r *http.Request) (lookup.Search, error) { return h.site.readSearch(place, r.URL.RawQuery) })
}

// searches makes the handler of searches that are read so.
func (h *Handler) searches(read func(*http.Request) (lookup.Search, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, why := read(r)
		if why != nil {
			h.problem(w, r, h.anybody(r), h.refuse(r, lookup.KindSearch, why))
			return
		}
		h.answer(w, r, "", func(ctx context.Context, q lookup.Question) (lookup.Written, error) {
			s.Question = q
			a, err := h.desk.Search(ctx, s)
			if err != nil {
				return lookup.Written{}, err
			}
			if q.Caller.Named() {
				body := h.site.searchAnswer(a, s, saidInQuery(r.URL.Query()))
				return lookup.Written{Body: body}, nil // kept by nobody, so that no tag is asked for
			}
			return tagged(h.site.searchAnswer(a, s, "")), nil
		})
	}
}

// readSearch reads the parameters of a search (RFC 9082 section 3.2). Of the
// others it reads those that this server offers.
func (s site) readSearch(place int, query string) (out lookup.Search, err error) {
	given := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, known, err := s.parameter(place, pair)
		if err != nil {
			return out, err
		}
		if !known {
			continue
		}
		if _, twice := given[name]; twice {
			return out, errGivenTwice(name)
		}
		given[name] = value
	}
	for _, p := range searches[place].by {
		pattern, there := given[p.name]
		if !there {
			continue
		}
		if out.By != 0 {
			return out, errOneProperty(place)
		}
		out.By, out.Pattern = p.by, pattern
	}
	if out.By == 0 || out.Pattern == "" {
		return out, errOneProperty(place)
	}
	return out, readControls(&out, given)
}

// parameter reads one parameter and decodes it, once (RFC 3986 section 2.4): a
// plus is a plus, and no space, since a query is no form. One that nothing here
// asks for may be anything.
func (s site) parameter(place int, pair string) (name, value string, known bool, err error) {
	raw, rawValue, _ := strings.Cut(pair, "=")
	name, err = url.PathUnescape(raw)
	if err != nil || !s.knows(place, name) {
		return "", "", false, nil
	}
	value, err = url.PathUnescape(rawValue)
	if err != nil || !utf8.ValidString(value) {
		return "", "", false, errQueryEncoding
	}
	return name, value, true, nil
}

func (s site) knows(place int, name string) bool {
	switch name {
	case paramCount, paramCursor:
		return s.supports(usesPaging)
	case paramSort:
		return s.supports(usesSorting)
	case paramFieldSet:
		return s.supports(usesSubsetting)
	}
	return slices.ContainsFunc(searches[place].by, func(p searchProperty) bool { return p.name == name })
}

// isControl reports a parameter that readControls reads.
func isControl(name string) bool {
	return slices.Contains([]string{paramCount, paramSort, paramCursor, paramFieldSet}, name)
}

// readControls reads how results are wanted (RFC 8977 section 2, RFC 8982
// section 2). What a sort names is the desk's to know.
func readControls(s *lookup.Search, given map[string]string) error {
	if count, there := given[paramCount]; there {
		switch count {
		case "true", "yes", "1":
			s.Count = true
		case "false", "no", "0":
		default:
			return errCount
		}
	}
	if set, there := given[paramFieldSet]; there {
		var known bool
		if s.Part, known = disclose.ParseFieldSet(set); !known {
			return errFieldSet
		}
	}
	var there bool
	if s.Sort, there = given[paramSort]; there && !isSort(s.Sort) {
		return errSort
	}
	if s.Cursor, there = given[paramCursor]; there && !isCursor(s.Cursor) {
		return errCursor
	}
	return nil
}

// isSort reports the form of a sort: properties, each once, each with its
// direction or without (RFC 8977 section 2.3).
func isSort(s string) bool {
	var seen []string
	for key := range strings.SplitSeq(s, ",") {
		property, direction, directed := strings.Cut(key, ":")
		if property == "" || strings.Trim(property, letters+digits+"_") != "" || slices.Contains(seen, property) ||
			directed && direction != "a" && direction != "d" {
			return false
		}
		seen = append(seen, property)
	}
	return true
}

// isCursor reports the form of a cursor (RFC 8977 section 2.4).
func isCursor(s string) bool { return s != "" && strings.Trim(s, letters+digits+"/=-_") == "" }

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

func errGivenTwice(name string) error {
	return refuse(http.StatusBadRequest, "Bad Request", "the parameter "+name+" is given twice")
}

func errOneProperty(place int) error {
	var names []string
	for _, p := range searches[place].by {
		names = append(names, p.name)
	}
	return refuse(http.StatusBadRequest, "Bad Request",
		searches[place].path+" are searched by exactly one of these parameters, and not by an empty one: "+strings.Join(names, ", "))
}

var (
	errQueryEncoding = refuse(http.StatusBadRequest, "Bad Request", "the query is not UTF-8 in percent-encoding")
	errCount         = refuse(http.StatusBadRequest, "Bad Request", "count is true, yes, 1, false, no or 0")
	errFieldSet      = refuse(http.StatusBadRequest, "Bad Request", "fieldSet is id, brief or full")
	errSort          = refuse(http.StatusBadRequest, "Bad Request",
		"sort is a list of properties, each once, with :a or :d behind it or nothing, and commas between them")
	errCursor = refuse(http.StatusBadRequest, "Bad Request", "the cursor is none that this server gave")
)
