package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"registerd/config"
	"registerd/internal/wholefile"
	"registerd/register"
	"registerd/service"
	"registerd/statistics"
	"registerd/store"
	"registerd/store/sqlite"
)

type statsCommand struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file. It names the register, its statistics and the journal."`
	DB     string `name:"db" type:"path" placeholder:"FILE" help:"The register; overrides the file."`
	Month  string `required:"" placeholder:"YYYY-MM" help:"The month to report of, in UTC."`
	Since  string `placeholder:"YYYY-MM" help:"Show how the figures went from this month on."`
	Format string `enum:"text,json,csv,html,svg" default:"text" help:"How to print it: ${enum} (${default})."`
	Plot   string `default:"state" placeholder:"NAME" help:"With --format svg, the table that is drawn (${default})."`
	Out    string `type:"path" placeholder:"DIR" help:"Write index.html, data.json, data.csv and a picture for each plot into this directory, for a web server."`
}

// Run reports of a month in numbers that may be published.
func (s *statsCommand) Run(ctx context.Context, con console) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	report, err := s.report(ctx, c)
	if err != nil {
		return err
	}
	if s.Out != "" {
		return publishStatistics(s.Out, report, c)
	}
	switch s.Format {
	case "text":
		return report.Text(con.out)
	case "svg":
		return s.plot(con.out, report)
	}
	written, err := formats(report, c)[s.Format]()
	if err != nil {
		return err
	}
	_, err = con.out.Write(written)
	return err
}

func (s *statsCommand) config() (*config.Config, error) {
	c := new(config.Config)
	if s.Config != "" {
		var err error
		if c, err = config.Read(s.Config); err != nil {
			return nil, err
		}
	}
	if s.DB != "" {
		c.DB = s.DB
	}
	if c.DB == "" {
		return nil, misused("stats: give --config FILE or --db FILE")
	}
	return c, nil
}

// months are those to read, the one that is reported of last.
func (s *statsCommand) months() (out []time.Time, err error) {
	last, err := time.Parse("2006-01", s.Month)
	if err != nil {
		return nil, misused("stats: --month %q is not a month such as 2026-11", s.Month)
	}
	first := last
	if s.Since != "" {
		if first, err = time.Parse("2006-01", s.Since); err != nil {
			return nil, misused("stats: --since %q is not a month such as 2026-11", s.Since)
		}
	}
	if first.After(last) || first.Before(last.AddDate(0, -statistics.Kept, 0)) {
		return nil, misused("stats: --since is not one of the %d months before --month", statistics.Kept)
	}
	for at := first; !at.After(last); at = at.AddDate(0, 1, 0) {
		out = append(out, at)
	}
	return out, nil
}

func (s *statsCommand) report(ctx context.Context, c *config.Config) (_ *statistics.Report, err error) {
	wanted, err := s.months()
	if err != nil {
		return nil, err
	}
	file := new(statistics.File)
	if path := c.StatisticsPath(); path != "" {
		if file, err = statistics.ReadFile(ctx, path); err != nil {
			return nil, err
		}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var months []*statistics.Month
	for _, at := range wanted {
		m, err := file.Month(ctx, at)
		if err != nil {
			return nil, err
		}
		months = append(months, m)
	}
	last := months[len(months)-1]
	if err := addCensus(ctx, c, file, last); err != nil {
		return nil, err
	}
	more, err := disclosureTables(ctx, c, last.Start)
	if err != nil {
		return nil, err
	}
	return statistics.New(last, months[:len(months)-1], more...), nil
}

// addCensus counts the register of now, if its data is of the month: there may be no
// server that did, and its last census may be old.
func addCensus(ctx context.Context, c *config.Config, file *statistics.File, m *statistics.Month) (err error) {
	reader, err := service.OpenRegister(c.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	e, err := reader.Edition(ctx)
	switch now := time.Now(); {
	case errors.Is(err, store.ErrEmpty):
		return nil
	case err != nil:
		return err
	case !m.Holds(e.State, now):
		return nil
	default:
		found, err := file.Count(ctx, statistics.Counting{Reader: reader, Now: now})
		if err != nil {
			return err
		}
		m.Add(found)
		return nil
	}
}

func (s *statsCommand) plot(out io.Writer, report *statistics.Report) error {
	plots := report.Plots()
	i := slices.IndexFunc(plots, func(p statistics.Plot) bool { return p.ID == s.Plot })
	if i >= 0 {
		_, err := io.WriteString(out, plots[i].SVG())
		return err
	}
	var names []string
	for _, p := range plots {
		names = append(names, p.ID)
	}
	return fmt.Errorf("stats: no numbers to draw as %q; there are for: %s", s.Plot, strings.Join(names, ", "))
}

// formats are how a report is written.
func formats(report *statistics.Report, c *config.Config) map[string]func() ([]byte, error) {
	return map[string]func() ([]byte, error){
		"json": report.JSON,
		"html": func() ([]byte, error) { return report.HTML(register.Operator(c.Operator)) },
		"csv": func() ([]byte, error) {
			var out bytes.Buffer
			err := writeCSV(&out, report.Records()...)
			return out.Bytes(), err
		},
	}
}

// publishStatistics writes all files, each in one step, the page last.
func publishStatistics(dir string, report *statistics.Report, c *config.Config) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("stats: %w", err)
	}
	write := func(name string, written []byte) error {
		path := filepath.Join(dir, name)
		err := wholefile.Replace(path, path+".new", func(w io.Writer) error {
			if err := w.(*os.File).Chmod(0o644); err != nil {
				return err
			}
			_, err := w.Write(written)
			return err
		})
		if err != nil {
			return fmt.Errorf("stats: %w", err)
		}
		return nil
	}
	for _, p := range report.Plots() {
		if err := write(p.ID+".svg", []byte(p.SVG())); err != nil {
			return err
		}
	}
	as := formats(report, c)
	for _, f := range []struct{ name, format string }{{"data.json", "json"}, {"data.csv", "csv"}, {"index.html", "html"}} {
		written, err := as[f.format]()
		if err != nil {
			return err
		}
		if err := write(f.name, written); err != nil {
			return err
		}
	}
	return nil
}
