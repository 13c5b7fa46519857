package main

import (
	"bytes"
	"errors"
	"testing"
)

func TestAnErrorIsOneLineAndHasItsStatus(t *testing.T) {
	for _, tt := range []struct {
		err    error
		says   string
		status int
	}{
		{nil, "", ok},
		{errors.New("the disk is full"), "registerd: the disk is full\n", failed},
		{errors.Join(errors.New("writing failed"), errors.New("closing failed")), "registerd: writing failed; closing failed\n", failed},
		{misused("serve: give --db FILE"), "registerd: serve: give --db FILE\n", misuse},
	} {
		var said bytes.Buffer
		if got := report(console{err: &said}, tt.err); got != tt.status || said.String() != tt.says {
			t.Errorf("%v: status %d, said %q", tt.err, got, said.String())
		}
	}
}
