package lookup

import (
	"context"
	"errors"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// registrarNamed answers about the one registrar of a name, if the name may be
// seen: nil when there is none, or more than one.
func (v *visit) registrarNamed(ctx context.Context, text string) (*EntityAnswer, disclosure, error) {
	v.lies(access.Registrar, "")
	viewer := v.viewer()
	matches, edition, err := v.desk.store.Search(ctx, store.Scan{
		Kind:     store.Registrars,
		Prefixes: []store.Prefix{{Index: register.IndexName, Value: register.TermOfText(text) + register.EndOfTerm}},
		Sees: func(_ register.Index, t register.Traits) bool {
			return v.published.Policy.Finds(viewer, t, disclose.RegistrarName)
		},
		Limit: 2, ForLookUp: true,
	})
	if errors.Is(err, store.ErrUnindexed) || err == nil && len(matches) != 1 {
		return nil, disclosure{}, nil
	}
	if err != nil {
		return nil, disclosure{}, err
	}
	r, err := register.DecodeRegistrar(matches[0].Found.Bytes)
	if err != nil {
		return nil, disclosure{}, err
	}
	view := v.published.Policy.Registrar(viewer, r).Narrow(v.question.Part)
	out := disclosure{object: matches[0].Found.Ref, edition: edition}
	return &EntityAnswer{About: v.about(&edition), Registrar: &view}, out, nil
}
