package service

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestWhatCannotBeOpenedIsTriedAgainUntilItIs(t *testing.T) {
	answers := []error{errors.New("no room"), errors.New("no room"), errors.New("no right"), nil}
	var told []string
	o := openOptional(t.Context(), func(context.Context) (*int, error) {
		err := answers[0]
		answers = answers[1:]
		return new(int), err
	}, func(err error) {
		if err == nil {
			err = errors.New("open")
		}
		told = append(told, err.Error())
	})
	if o.get() != nil {
		t.Error("it is there before it is open")
	}
	tick := make(chan time.Time, 3)
	for range cap(tick) {
		tick <- time.Time{}
	}
	if it := o.await(t.Context(), tick); it == nil || it != o.get() {
		t.Errorf("open is %v, and there is %v", it, o.get())
	}
	if err := o.try(t.Context()); err != nil || len(answers) != 0 {
		t.Errorf("it was opened twice: %v", err)
	}
	if want := []string{"no room", "no right", "open"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestNobodyWaitsBeyondTheEndForWhatCannotBeOpened(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	o := openOptional(ctx, func(context.Context) (*int, error) { return nil, errors.New("no room") }, func(error) {})
	end()
	if it := o.await(ctx, nil); it != nil {
		t.Error("it is open")
	}
	if it := (*optional[int])(nil).get(); it != nil {
		t.Error("what is not wanted is there")
	}
}
