package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/escrow"
	"registerd/register"
	"registerd/service"
	"registerd/store/sqlite"
)

type seedCommand struct {
	DB      string    `name:"db" type:"path" required:"" placeholder:"FILE" help:"The register; it must be new or empty."`
	Domains int       `required:"" placeholder:"N" help:"How many domains."`
	RNGSeed uint64    `name:"rng-seed" default:"1" help:"The same seed makes the same register (${default})."`
	Zone    string    `default:"example" help:"The zone: example or test, or one below (${default})."`
	At      time.Time `default:"2026-11-01T00:00:00Z" help:"The data is as of then (${default})."`
}

// Run writes the register in one step.
func (s *seedCommand) Run(ctx context.Context, con console) error {
	if s.Domains < 1 {
		return misused("seed: --domains is at least 1")
	}
	zone, err := register.ParseName(s.Zone)
	if err != nil {
		return misused("seed: --zone: %v", err)
	}
	if err := errors.Join(service.CheckRestored(s.DB), notAsRoot(s.DB)); err != nil {
		return err
	}
	// The file too is the same for the same seed: it holds when it was loaded.
	writer, err := sqlite.OpenWriter(s.DB, sqlite.Options{Create: true, Now: func() time.Time { return s.At }})
	if err != nil {
		return err
	}
	defer writer.Close()
	progress := newProgress(con)
	began := time.Now()
	made := escrow.Synthetic{Domains: s.Domains, Seed: s.RNGSeed, Zone: zone, At: s.At}
	err = made.Synthesize(ctx, writer, progress.report)
	progress.end()
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	took := time.Since(began)
	fmt.Fprintf(con.out, "%d domains in %s: %.0f a second\n", s.Domains, took.Round(time.Millisecond), float64(s.Domains)/took.Seconds())
	return nil
}
