package lookup

import (
	"cmp"
	"context"
	"slices"

	"registerd/register"
	"registerd/store"
)

// maxMatches is how many matches are counted, sorted, or looked through for one
// page.
const maxMatches = 10_000

// look is one attempt at a search: all of its scans see one edition.
type look struct {
	*visit
	*plan
	edition store.Edition
	starts  [][]store.Prefix // of each scan
	visited int
	cut     bool // there is more than was visited
}

// matches are one page of what a look found.
type matches struct {
	results []*result
	more    []string // where the next page begins; nil if there is none
	total   int      // -1 when it was not asked for
	cut     bool
	edition store.Edition
}

// hit is a match of one of the scans.
type hit struct {
	scan int
	store.Match
}

// matches finds the page that a cursor leads to.
func (l *look) matches(ctx context.Context, from cursor) (*matches, error) {
	var err error
	if l.edition, err = l.desk.store.Edition(ctx); err != nil {
		return nil, err
	}
	l.desk.last.Store(&l.edition)
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	out, err := l.page(ctx, from)
	if err != nil {
		return nil, err
	}
	return out, l.relate(ctx, out)
}

func (l *look) page(ctx context.Context, from cursor) (*matches, error) {
	if l.collects() {
		return l.sorted(ctx, from)
	}
	out, err := l.inOrder(ctx, from)
	if err != nil || !l.counts {
		return out, err
	}
	all, err := l.hits(ctx, make([]store.Place, len(l.scans)), maxMatches+1, true)
	out.total = len(all)
	return out, err
}

// begin settles where the scans begin.
func (l *look) begin(ctx context.Context) error {
	if l.by == DomainsByContact {
		return nil
	}
	l.starts = make([][]store.Prefix, len(l.scans))
	for i, s := range l.scans {
		l.starts[i] = l.prefixes(s.index, l.edition.State.Zones)
	}
	if l.by != DomainsByAddress {
		return nil
	}
	// A domain has the address of its name server, be that a host that many
	// share or its own: the first are found by the host's name.
	found, err := l.scanAll(ctx, store.Scan{
		Kind: store.Hosts, Prefixes: l.starts[0], Sees: l.sees(l.scans[0]), Limit: maxMatches + 1, KeysOnly: true,
	})
	if err != nil {
		return err
	}
	for _, m := range found {
		server := register.TermOfName(register.Name(m.Key)) + register.EndOfTerm
		l.starts[0] = append(l.starts[0], store.Prefix{Index: register.IndexServer, Value: server})
	}
	return nil
}

// scanAll is a scan of which more matches than maxMatches are too many.
func (l *look) scanAll(ctx context.Context, s store.Scan) ([]store.Match, error) {
	found, err := l.scan(ctx, s)
	if err == nil && len(found) > maxMatches {
		err = errTooMany
	}
	return found, err
}

func (l *look) scan(ctx context.Context, s store.Scan) ([]store.Match, error) {
	found, edition, err := l.desk.store.Search(ctx, s)
	l.visited += len(found)
	if err == nil && edition.Version != l.edition.Version {
		err = errMoved
	}
	return found, err
}

// hits are the first matches of all scans together behind a place in each, at
// most as many as wanted. More than maxMatches are too many.
func (l *look) hits(ctx context.Context, after []store.Place, want int, keysOnly bool) ([]hit, error) {
	var out []hit
	for i := range l.scans {
		found, err := l.fitting(ctx, i, after[i], want, keysOnly)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b hit) int {
		c := cmp.Or(cmp.Compare(a.Rest, b.Rest), cmp.Compare(a.Key, b.Key), cmp.Compare(a.scan, b.scan))
		if l.descending {
			return -c
		}
		return c
	})
	out = out[:min(len(out), want)]
	if len(out) > maxMatches {
		return nil, errTooMany
	}
	return out, nil
}

// fitting are the next matches of a scan, less those that split a character.
func (l *look) fitting(ctx context.Context, i int, after store.Place, want int, keysOnly bool) ([]hit, error) {
	var out []hit
	s := store.Scan{
		Kind: l.scans[i].kind, Prefixes: l.starts[i], Sees: l.sees(l.scans[i]),
		After: after, Descending: l.descending, Limit: want, KeysOnly: keysOnly,
	}
	for passed := 0; len(out) < want; {
		found, err := l.scan(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if l.pattern.Fits(m.Rest) {
				out = append(out, hit{i, m})
			} else {
				passed++
			}
		}
		if len(found) < want {
			break
		}
		if passed > maxMatches {
			return nil, errTooMany
		}
		s.After = found[len(found)-1].Place
	}
	return out, nil
}

// inOrder is a page in the order of the index: its cost is that of the page.
func (l *look) inOrder(ctx context.Context, from cursor) (*matches, error) {
	after := placesOf(from.at, len(l.scans))
	found, err := l.hits(ctx, after, l.size+1, false)
	if err != nil {
		return nil, err
	}
	out := &matches{total: -1, edition: l.edition}
	for _, h := range found[:min(len(found), l.size)] {
		r, err := l.view(&h)
		if err != nil {
			return nil, err
		}
		out.results = append(out.results, r)
		after[h.scan] = h.Place
	}
	if len(found) > l.size {
		out.more = textsOf(after)
	}
	return out, nil
}

// placesOf reads what textsOf wrote. Without a text the places are before all.
func placesOf(texts []string, scans int) []store.Place {
	out := make([]store.Place, scans)
	for i := range len(texts) / 2 {
		out[i] = store.Place{Rest: texts[2*i], Key: texts[2*i+1]}
	}
	return out
}

func textsOf(places []store.Place) (out []string) {
	for _, p := range places {
		out = append(out, p.Rest, p.Key)
	}
	return out
}

// all are all matches. They are counted first, by keys, so that too many cost little.
func (l *look) all(ctx context.Context) ([]hit, error) {
	if l.by == DomainsByContact {
		return l.byContact(ctx)
	}
	first := make([]store.Place, len(l.scans))
	if _, err := l.hits(ctx, first, maxMatches+1, true); err != nil {
		return nil, err
	}
	return l.hits(ctx, first, maxMatches+1, false)
}

// sorted is a page of all matches put in another order than the index has.
func (l *look) sorted(ctx context.Context, from cursor) (*matches, error) {
	found, err := l.all(ctx)
	if err != nil {
		return nil, err
	}
	seen := make(map[store.Ref]bool, len(found))
	var page []ranked
	for i := range found {
		r, err := l.view(&found[i])
		if err != nil {
			return nil, err
		}
		found[i].Found = store.Found{} // it may be large
		if r == nil {
			continue
		}
		ref := store.Ref{Kind: r.kind, Key: r.key}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		if at := l.rankOf(r); len(from.at) == 0 || l.compare(at, from.at) > 0 {
			page = append(page, ranked{at, r})
		}
		if len(page) > 2*l.size {
			page = l.first(page)
		}
	}
	return l.pageOf(l.first(page), len(seen)), nil
}

// ranked is a result with its place in the order.
type ranked struct {
	rank
	*result
}

// first puts results in order, and keeps as many as a page holds and one more.
func (l *look) first(page []ranked) []ranked {
	slices.SortFunc(page, func(a, b ranked) int { return l.compare(a.rank, b.rank) })
	return page[:min(len(page), l.size+1)]
}

func (l *look) pageOf(page []ranked, total int) *matches {
	out := &matches{total: -1, cut: l.cut, edition: l.edition}
	if l.counts {
		out.total = total
	}
	if len(page) > l.size {
		page = page[:l.size]
		out.more = page[l.size-1].rank
	}
	for _, r := range page {
		out.results = append(out.results, r.result)
	}
	return out
}
