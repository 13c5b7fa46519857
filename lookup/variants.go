package lookup

import (
	"context"
	"errors"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// maxVariants is how many variants of a name an answer tells of. Tables that
// make more are not in use.
const maxVariants = 100

// related reads the variants of a name, and the name it is one of. Only names of
// an IDN table have them, so that nobody else waits for another look.
func (v *visit) related(ctx context.Context, d *register.Domain, version uint64) ([]disclose.Related, error) {
	if d.Original == "" && d.IDNTable == "" && !d.Name.IsIDN() {
		return nil, nil
	}
	var out []disclose.Related
	if d.Original != "" {
		found, edition, err := v.desk.store.Find(ctx, store.Ask{Ref: store.Ref{Kind: store.Names, Key: string(d.Original)}})
		if err == nil && edition.Version != version {
			err = errMoved
		}
		if err != nil {
			return nil, err
		}
		if out, err = appendRelated(out, &found[0]); err != nil {
			return nil, err
		}
	}
	matches, edition, err := v.desk.store.Search(ctx, store.Scan{
		Kind:     store.Names,
		Prefixes: []store.Prefix{{Index: register.IndexOriginal, Value: register.TermOfName(d.Name) + register.EndOfTerm}},
		Sees:     func(register.Index, register.Traits) bool { return true }, // each is decided by its own rules
		Limit:    maxVariants, ForLookUp: true,
	})
	switch {
	case errors.Is(err, store.ErrUnindexed):
		return out, nil
	case err != nil:
		return nil, err
	case edition.Version != version:
		return nil, errMoved
	}
	for i := range matches {
		if out, err = appendRelated(out, &matches[i].Found); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func appendRelated(out []disclose.Related, f *store.Found) ([]disclose.Related, error) {
	switch f.Tag().Type() {
	case register.TagDomain:
		d, err := register.DecodeDomain(f.Bytes)
		return append(out, disclose.Related{Domain: d}), err
	case register.TagReserved:
		r, err := register.DecodeReserved(f.Bytes)
		return append(out, disclose.Related{Reserved: r}), err
	}
	return out, nil
}
