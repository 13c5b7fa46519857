package service

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

// ErrNoServer is where nobody listens, or who does is silent.
var ErrNoServer = errors.New("no server answers there")

// mostControlled bounds an answer, in bytes.
const mostControlled = 16 << 20

// Call asks a running server at its control socket, and reads its answer into
// answer. It waits until ctx ends, and half a minute at most; where no server listens, or
// none answers in that time, the error is ErrNoServer.
func Call(ctx context.Context, path, method, at string, values url.Values, answer any) error {
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
		return fmt.Errorf("control: %s: %w; is it running, and with this configuration?", path, ErrNoServer)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("control: %s: only root and the user that runs the server may ask it", path)
	case errors.Is(err, context.DeadlineExceeded):
		return silent(path)
	case err != nil:
		return fmt.Errorf("control: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostControlled))
	if errors.Is(err, context.DeadlineExceeded) {
		return silent(path)
	}
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

// silent is where the socket is there, and nothing comes.
func silent(path string) error {
	return fmt.Errorf("control: %s: %w in time: it hangs, or has far too much to do", path, ErrNoServer)
}
