package lookup_test

import (
	"context"
	"errors"
	"testing"

	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// changing is a real store whose register changes after it found something.
type changing struct {
	store.Reader
	change func()
	times  int
}

func (c *changing) Find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	found, e, err := c.Reader.Find(ctx, asks...)
	if c.times > 0 {
		c.times--
		c.change()
	}
	return found, e, err
}

// TestAnAnswerOfSeveralReadsIsOfOneEdition changes the register between the two reads
// that an answer takes: it is read anew, and given up after the third time.
func TestAnAnswerOfSeveralReadsIsOfOneEdition(t *testing.T) {
	for what, ask := range map[string]func(*scene) (lookup.About, error){
		"a name with variants": func(s *scene) (about lookup.About, err error) {
			a, err := s.Domain(t.Context(), s.ask(public, "blåbær.example"))
			if err == nil {
				about = a.About
			}
			return about, err
		},
		"what is shown of a holder": func(s *scene) (about lookup.About, err error) {
			a, err := s.ShownOf(t.Context(), s.ask(holder("P1-EX"), "P1-EX"))
			if err == nil {
				about = a.About
			}
			return about, err
		},
	} {
		for times := range 4 {
			s := newScene(t)
			s.put(&register.Domain{Name: "xn--blbr-roah.example", ROID: "D2-EX"})
			s.store.Reader = &changing{Reader: s.store.Reader, times: times, change: func() {
				change(t, s.writer, func(tx store.Tx) error {
					state := tx.State()
					state.Serial++
					tx.SetState(state)
					return nil
				})
			}}
			about, err := ask(s)
			switch {
			case times == 3 && (err == nil || errors.Is(err, register.ErrNotFound)):
				t.Errorf("%s, after %d changes: %v", what, times, err)
			case times < 3 && (err != nil || about.Serial != uint64(7+times)):
				t.Errorf("%s, after %d changes: serial %d, %v", what, times, about.Serial, err)
			}
		}
	}
}
