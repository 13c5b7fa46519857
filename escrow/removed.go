package escrow

import (
	"context"

	"registerd/register"
	"registerd/store"
)

// How domains that are taken away are counted (register.State). A change of the feed
// is counted as it is made. A deposit or a snapshot is compared with what was
// published: the changes that are applied again on top were counted before. A
// rollback goes back to the total of its generation, and counts what it applies again.

// ends reports whether a registration ends when now takes the place of was: now is no
// domain, or one that was created later and has not the same ROID. A registry that gives
// all its domains other ROIDs ends none.
func ends(was, now *store.Object) (bool, error) {
	if was.Tag().Type() != register.TagDomain || now.Tag().Type() != register.TagDomain {
		return was.Tag().Type() == register.TagDomain, nil
	}
	old, err := register.DecodeDomain(was.Bytes)
	if err != nil {
		return false, err
	}
	d, err := register.DecodeDomain(now.Bytes)
	if err != nil {
		return false, err
	}
	return !sameROID(old.ROID, d.ROID) && !old.Created.IsZero() && d.Created.After(old.Created), nil
}

// counting is a transaction that tells of the domains whose registration it ends.
type counting struct {
	store.Tx
	ended func(key string) error
}

func (c counting) Put(o store.Object) error {
	if err := c.look(o.Ref, &o); err != nil {
		return err
	}
	return c.Tx.Put(o)
}

func (c counting) Delete(ref store.Ref) (bool, error) {
	if err := c.look(ref, new(store.Object)); err != nil {
		return false, err
	}
	return c.Tx.Delete(ref)
}

func (c counting) look(ref store.Ref, now *store.Object) error {
	if ref.Kind != store.Names {
		return nil
	}
	was, err := c.Find(store.Ask{Ref: ref})
	if err != nil {
		return err
	}
	end, err := ends(&was.Object, now)
	if err == nil && end {
		err = c.ended(ref.Key)
	}
	return err
}

// removed counts domains that a transaction takes away from the published register.
type removed struct {
	im       *Importer
	suspects replaced // names whose registration may end
}

func (r *removed) suspect(key string) error { return r.suspects.add(key, new(register.Kept)) }

// replace looks for the names that the load holds, and that were registered anew. It is
// called beside the register: it reads both as a whole.
func (r *removed) replace(ctx context.Context, load store.Load) error {
	return load.Differing(ctx, store.Names, func(was, now store.Object) error {
		end, err := ends(&was, &now)
		if err != nil || !end {
			return err
		}
		return r.suspect(was.Key)
	})
}

// count adds to the state the suspects whose registration has ended in the transaction.
func (r *removed) count(ctx context.Context, tx store.Tx, s *register.State) error {
	s.Remove(0)
	return r.suspects.each(func(key string, _ *register.Kept) error {
		ask := store.Ask{Ref: store.Ref{Kind: store.Names, Key: key}}
		was, _, err := r.im.Reader.Find(ctx, ask)
		if err != nil {
			return err
		}
		now, err := tx.Find(ask)
		if err != nil {
			return err
		}
		end, err := ends(&was[0].Object, &now.Object)
		if end {
			s.Remove(1)
		}
		return err
	})
}

// countLoad adds those that the load does not hold as well.
func (r *removed) countLoad(ctx context.Context, tx store.Tx, load store.Load, s *register.State) error {
	if err := r.count(ctx, tx, s); err != nil {
		return err
	}
	return load.Gone(ctx, store.Names, func(o store.Object) error {
		if o.Tag().Type() == register.TagDomain {
			s.Remove(1)
		}
		return nil
	})
}
