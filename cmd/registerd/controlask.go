package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
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
		c := config{DB: w.DB}
		return c.controlPath(), nil
	case w.Config == "":
		return "", misused("give --control FILE, --config FILE or --db FILE")
	}
	c, err := parseConfig(w.Config)
	if err != nil {
		return "", err
	}
	path := c.controlPath()
	if path == "" {
		return "", fmt.Errorf("%s: control: the server has no control socket", w.Config)
	}
	return path, nil
}

var errNoServer = errors.New("no server answers there")

// mostControlled bounds an answer, in bytes.
const mostControlled = 16 << 20

// call asks a running server, and reads its answer into answer.
func (w *controlled) call(ctx context.Context, method, at string, values url.Values, answer any) error {
	path, err := w.path()
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
	request, err := http.NewRequestWithContext(ctx, method, "http://registerd"+at+"?"+values.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("control: %s: %w; is it running, and with this configuration?", path, errNoServer)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("control: %s: only root and the user that runs the server may ask it", path)
	case err != nil:
		return fmt.Errorf("control: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostControlled))
	if err != nil {
		return fmt.Errorf("control: reading the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		var mistake controlMistake
		if err := json.Unmarshal(body, &mistake); err != nil || mistake.Error == "" {
			mistake.Error = response.Status
		}
		return errors.New(mistake.Error)
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("control: understanding the answer: %w", err)
	}
	return nil
}
