package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"registerd/config"
	"registerd/request"
)

type requestSubmitCommand struct {
	requestDesk
	File string `arg:"" type:"path" help:"The request as JSON, as requesters send it; - is standard input."`
}

// Run takes the request. The secret of its link is for the requester.
func (r *requestSubmitCommand) Run(ctx context.Context, con console) error {
	submission, err := r.read(con)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, _ string) error {
		receipt, err := d.Submit(ctx, submission)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.out, "%s, due %s\n", receipt.Number, shownTime(receipt.Due))
		if err == nil {
			_, err = fmt.Fprintf(con.err, "The secret of its state, shown this once: %s\n", receipt.Secret)
		}
		return err
	})
}

func (r *requestSubmitCommand) read(con console) (request.Submission, error) {
	if r.File == "-" {
		return request.ReadSubmission(con.in)
	}
	f, err := os.Open(r.File)
	if err != nil {
		return request.Submission{}, err
	}
	defer f.Close()
	return request.ReadSubmission(f)
}

type requestEvidenceCommand struct {
	requestNumbered
	Piece int    `arg:"" help:"Which piece, from 1, as show lists them."`
	To    string `required:"" type:"path" placeholder:"FILE" help:"The file to write, which must not be there yet. It is never printed."`
}

// Run writes the evidence to a file that only its owner reads, and nobody runs.
func (r *requestEvidenceCommand) Run(ctx context.Context, con console) error {
	return r.open(ctx, con, func(d *request.Desk, _ *config.Config, by string) error {
		out, err := os.OpenFile(r.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("request: %w", err)
		}
		file, err := d.Evidence(ctx, r.Number, r.Piece, by)
		if err == nil {
			_, err = out.Write(file)
		}
		if err = errors.Join(err, out.Close()); err != nil {
			return errors.Join(err, os.Remove(r.To))
		}
		_, err = io.WriteString(con.out, r.To+"\n")
		return err
	})
}
