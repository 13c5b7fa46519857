package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/lookup"
	"registerd/whois"
)

type compareCommand struct {
	WHOIS        string        `name:"whois" required:"" placeholder:"HOST:PORT" help:"The old server."`
	Names        string        `type:"path" required:"" placeholder:"FILE" help:"The names to ask for, one a line."`
	Against      string        `placeholder:"HOST:PORT" xor:"here" help:"The new server."`
	Config       string        `type:"path" placeholder:"FILE" xor:"here" help:"In place of a server: what would be served by this configuration."`
	DB           string        `name:"db" type:"path" placeholder:"FILE" help:"In place of a server: this register; overrides that of the configuration."`
	Line         string        `default:"%s" placeholder:"LINE" help:"What is sent to both for a name, as clients of the old server do; %s is the name (${default})."`
	PerSecond    float64       `default:"1" help:"Names a second (${default})."`
	Timeout      time.Duration `default:"20s" help:"For one answer (${default})."`
	MaxThrottled int           `default:"10" help:"End after so many throttled answers (${default})."`
	JSON         bool          `name:"json" help:"Print JSON."`
}

// maxSilent is how many names in a row a server may leave unanswered.
const maxSilent = 3

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 1 << 20

// server is what can be asked as on port 43.
type server struct {
	name string
	ask  func(ctx context.Context, line string) ([]byte, error)
}

// Run asks both for every name and prints where the answers differ. It prints no
// value: neither the old server's nor ours.
func (k *compareCommand) Run(ctx context.Context, con console) error {
	switch {
	case k.Against == "" && k.Config == "" && k.DB == "", k.Against != "" && k.DB != "":
		return misused("compare: give --against HOST:PORT, or --config FILE or --db FILE")
	case !(k.PerSecond >= 0.001 && k.PerSecond <= 1000): // nor is it NaN
		return misused("compare: --per-second is 0.001 to 1000")
	case strings.Count(k.Line, "%s") != 1:
		return misused("compare: --line has one %%s, where the name stands")
	}
	names, err := os.Open(k.Names)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer names.Close()
	here, done, err := k.here(con)
	if err != nil {
		return err
	}
	defer done()
	result := newComparison(k.WHOIS, here.name)
	ended := k.each(ctx, names, k.remote(k.WHOIS), here, result)
	if ended != nil {
		result.Ended = ended.Error()
	}
	write := result.writeText
	if k.JSON {
		write = result.writeJSON
	}
	if err := write(con.out); err != nil {
		return err
	}
	if ended != nil {
		return fmt.Errorf("compare: after %d names: %w", result.Asked, ended)
	}
	return nil
}

// here is the new server: one that runs, or a desk that answers as it would.
func (k *compareCommand) here(con console) (server, func(), error) {
	if k.Against != "" {
		return k.remote(k.Against), func() {}, nil
	}
	c := new(config.Config)
	if k.Config != "" {
		var err error
		if c, err = config.Read(k.Config); err != nil {
			return server{}, nil, err
		}
	}
	if k.DB != "" {
		c.DB = k.DB
	}
	desk, done, err := (&askCommand{As: "public"}).desk(c, con, nil)
	if err != nil {
		return server{}, nil, err
	}
	window, err := whois.New(whois.Config{Desk: desk, Log: consoleLog(con)})
	if err != nil {
		done()
		return server{}, nil, err
	}
	public := access.Public(access.Channel{})
	return server{"this register", func(ctx context.Context, line string) ([]byte, error) {
		return window.Answer(ctx, lookup.Question{Caller: public, Window: lookup.WHOIS, Text: line}), nil
	}}, done, nil
}

// remote asks a server on a connection of its own for each question.
func (k *compareCommand) remote(address string) server {
	return server{address, func(ctx context.Context, line string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, k.Timeout)
		defer cancel()
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		defer context.AfterFunc(ctx, func() { c.Close() })()
		if _, err := io.WriteString(c, line+"\r\n"); err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(io.LimitReader(c, maxAnswer))
		switch {
		case ctx.Err() == context.DeadlineExceeded:
			return nil, fmt.Errorf("no whole answer within %s", k.Timeout)
		case err != nil:
			return nil, err
		case len(answer) == 0:
			return nil, errors.New("an empty answer")
		}
		return answer, nil
	}}
}

// each compares the answers for the names of a file, at the pace that was asked for.
func (k *compareCommand) each(ctx context.Context, names io.Reader, there, here server, result *comparison) error {
	pace := time.NewTicker(time.Duration(float64(time.Second) / k.PerSecond))
	defer pace.Stop()
	silent := 0
	lines := bufio.NewScanner(names)
	for lines.Scan() {
		name := strings.TrimSpace(lines.Text())
		if name == "" || name[0] == '#' {
			continue
		}
		err := compareName(ctx, strings.Replace(k.Line, "%s", name, 1), name, there, here, result)
		silent++
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			silent = 0
		case silent == maxSilent:
			return fmt.Errorf("%d in a row were not answered: %w", maxSilent, err)
		}
		if n := result.Throttled.There + result.Throttled.Here; n >= k.MaxThrottled {
			return fmt.Errorf("%d answers were throttled", n)
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return lines.Err()
}

// compareName asks both for a name. The error is of a server that did not answer.
func compareName(ctx context.Context, line, name string, there, here server, result *comparison) error {
	result.Asked++
	old, err := there.ask(ctx, line)
	if err != nil {
		result.Unanswered.There++
		return fmt.Errorf("%s: %w", there.name, err)
	}
	now, err := here.ask(ctx, line)
	if err != nil {
		result.Unanswered.Here++
		return fmt.Errorf("%s: %w", here.name, err)
	}
	result.compare(name, readWHOIS(old), readWHOIS(now))
	return nil
}
