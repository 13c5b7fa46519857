package main

import (
	"context"
	"fmt"
	"net/url"

	"registerd/config"
	"registerd/service"
)

// controlled says which server a command speaks with.
type controlled struct {
	Control string `type:"path" placeholder:"FILE" xor:"server" help:"The control socket of the server."`
	Config  string `type:"path" placeholder:"FILE" xor:"server" help:"The server's configuration file, which says where its control socket is."`
	DB      string `name:"db" type:"path" placeholder:"FILE" xor:"server" help:"The register that is served without a configuration file."`
}

func (w *controlled) path() (string, error) {
	switch {
	case w.Control != "":
		return w.Control, nil
	case w.DB != "":
		c := config.Config{DB: w.DB}
		return c.ControlPath(), nil
	case w.Config == "":
		return "", misused("give --control FILE, --config FILE or --db FILE")
	}
	path, err := config.ControlPathIn(w.Config)
	if err == nil && path == "" {
		err = fmt.Errorf("%s: control: the server has no control socket", w.Config)
	}
	return path, err
}

// call asks a running server, and reads its answer into answer.
func (w *controlled) call(ctx context.Context, method, at string, values url.Values, answer any) error {
	path, err := w.path()
	if err != nil {
		return err
	}
	return service.Call(ctx, path, method, at, values, answer)
}
