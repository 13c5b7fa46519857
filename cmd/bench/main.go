// Command bench measures the built program against yardsticks, in one run on
// one machine; docs/performance.md says how to read what it prints. It drives
// registerd as its users do, as a process and through its ports, and it is not
// a test: whether answers are right in full is for the tests to say. Here every
// answer is only held against the question.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var err error
	if role := append(os.Args, "")[1]; role == "drive" {
		err = driveAsTold(os.Stdin, os.Stdout)
	} else if role == "yardstick" {
		err = yardstickAsTold(os.Stdin, os.Stdout)
	} else if role == "storm" {
		err = stormAsTold(os.Stdin, os.Stdout)
	} else {
		// Only here: the three above are to end when they are told to.
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, os.Args[1:])
		stop()
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run reads the flags and measures.
func run(ctx context.Context, args []string) error {
	b := new(bench)
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&b.domains, "domains", 1_000_000, "how many `domains` the register has")
	flags.IntVar(&b.deposit, "deposit", 50_000, "how many `domains` the imported deposit has")
	flags.StringVar(&b.db, "db", "", "keep the register in this `file`, and use it again when it has the same size")
	flags.IntVar(&b.mmap, "mmap", 0, "how many `MiB` of the register the server maps into memory, at most 2048")
	flags.Float64Var(&b.seconds, "seconds", 4, "how many `seconds` one step of the load lasts")
	out := flags.String("out", "", "also write the table to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || b.domains < 1 || b.deposit < 1 || b.seconds < 1 {
		return errors.New("wrong use: give flags only, and sizes and seconds of at least 1; --help lists the flags")
	}
	b.out = os.Stdout
	if *out != "" {
		f, err := os.Create(*out)
		if err != nil {
			return err
		}
		defer f.Close()
		b.out = io.MultiWriter(os.Stdout, f)
	}
	return b.run(ctx)
}

// bench is one run.
type bench struct {
	domains, deposit, mmap int
	db                     string
	seconds                float64
	out                    io.Writer

	dir     string // of everything that goes away at the end
	program string // registerd, built
	table   table
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "registerd-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	b.table.began, b.table.domains, b.table.mmap = time.Now().UTC(), b.domains, b.mmap
	for _, stage := range []func(context.Context) error{b.build, b.seed, b.load, b.backup, b.serve, b.hostile} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	b.table.print(b.out)
	if n := b.table.wrong; n > 0 {
		return fmt.Errorf("%d answers were wrong", n)
	}
	return nil
}

// say reports progress; the table alone goes to standard output.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// driveAsTold takes steps from a bench, one JSON value each, until there are no more.
func driveAsTold(in io.Reader, out io.Writer) error {
	var towards target
	from, to := json.NewDecoder(in), json.NewEncoder(out)
	if err := from.Decode(&towards); err != nil {
		return fmt.Errorf("drive: reading the target: %w", err)
	}
	d := newDriver(towards)
	for {
		var s step
		switch err := from.Decode(&s); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("drive: reading a step: %w", err)
		}
		if err := to.Encode(d.take(s)); err != nil {
			return fmt.Errorf("drive: answering: %w", err)
		}
	}
}
