package lookup

import (
	"context"
	"errors"

	"registerd/audit"
)

// errMoved says that two reads did not see the same register.
var errMoved = errors.New("the register changed between two reads")

// tries is how often an answer is read because the register changed between two of
// its reads, which lie milliseconds apart.
const tries = 3

// ofOneEdition calls read until all that it reads is of one edition of the register.
func ofOneEdition(read func() error) (err error) {
	for range tries {
		if err = read(); !errors.Is(err, errMoved) {
			break
		}
	}
	return err
}

// released reads what is told of one object, and charges and journals it; or it
// settles why there is nothing to tell. version is the register's that was read.
func released[A any](ctx context.Context, v *visit, read func() (*A, disclosure, error)) (a *A, version uint64, err error) {
	var out disclosure
	err = ofOneEdition(func() (err error) {
		a, out, err = read()
		return err
	})
	switch {
	case err != nil && OutcomeOf(err) == audit.Failed:
		err = v.failRead(ctx, err)
	case err != nil:
		err = v.missing(err)
	default:
		err = v.release(ctx, out)
	}
	if err != nil {
		return nil, 0, err
	}
	return a, out.edition.Version, nil
}
