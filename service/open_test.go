package service

import (
	"log/slog"
	"strings"
	"testing"

	"registerd/config"
)

func TestAServiceIsNotMadeWithAPartMissing(t *testing.T) {
	for want, open := range map[string]func() (*Service, error){
		"no configuration": func() (*Service, error) {
			return Open(t.Context(), nil, Options{Log: slog.New(slog.DiscardHandler)})
		},
		"no log": func() (*Service, error) { return Open(t.Context(), new(config.Config), Options{}) },
	} {
		if s, err := open(); s != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", want, s, err)
		}
	}
}
