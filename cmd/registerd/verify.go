package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"registerd/config"
	"registerd/register"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

type verifyCommand struct {
	DB     string `name:"db" type:"path" required:"" placeholder:"FILE" help:"The register."`
	Config string `type:"path" placeholder:"FILE" help:"A configuration, whose zones say which repository their ROIDs end in."`
}

// Run reads every record, and names those that are damaged.
func (v *verifyCommand) Run(ctx context.Context, con console) error {
	if _, err := service.StatRegister(v.DB); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	progress := newProgress(con)
	found, err := sqlite.Verify(ctx, v.DB, func(done, total int) { progress.report("verifying", done, total) })
	progress.end()
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	for _, p := range found.Problems {
		fmt.Fprintln(con.err, "damaged:", p)
	}
	if more := found.Total - len(found.Problems); more > 0 {
		fmt.Fprintf(con.err, "damaged: and %d more\n", more)
	}
	if found.Total > 0 {
		return fmt.Errorf("verify: %s: damaged in %d places; restore a backup or import again", v.DB, found.Total)
	}
	if err := readable(ctx, v.DB); err != nil {
		return fmt.Errorf("verify: %s: %w", v.DB, err)
	}
	fmt.Fprintf(con.out, "%s: %d records, all whole\n", v.DB, found.Objects)
	if v.Config == "" {
		return nil
	}
	c, err := config.Read(v.Config)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if err := foreignROIDs(ctx, c, v.DB, con.err); err != nil {
		return fmt.Errorf("verify: %s: %w", v.DB, err)
	}
	return nil
}

// readable reads every record as an answer would. The store knows that bytes
// are those that were written, and not whether this program can read them.
func readable(ctx context.Context, path string) error {
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	for _, kind := range []store.Kind{store.Names, store.Contacts, store.Hosts, store.Registrars, store.IDNTables, store.Kept} {
		unread, first := 0, error(nil)
		err := reader.Walk(ctx, kind, func(o store.Object) error {
			if err := register.Check(o.Bytes); err != nil {
				unread++
				first = cmp.Or(first, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if unread > 0 {
			return fmt.Errorf("%d records of kind %s cannot be read by this program: %w; import again", unread, kind, first)
		}
	}
	return nil
}

// foreignROIDs warns of domains whose ROID is not of their zone's repository.
func foreignROIDs(ctx context.Context, c *config.Config, path string, out io.Writer) error {
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	zones := register.State{}
	repository := map[register.Name]string{}
	for i := range c.Zones {
		if name, err := register.ParseName(c.Zones[i].Name); err == nil && c.Zones[i].Repository != "" {
			zones.Zones = append(zones.Zones, name)
			repository[name] = c.Zones[i].Repository
		}
	}
	foreign := map[register.Name]int{}
	err = reader.Walk(ctx, store.Names, func(o store.Object) error {
		zone, ours := zones.Zone(register.Name(o.Key))
		if !ours || o.Tag().Type() != register.TagDomain {
			return nil
		}
		d, err := register.DecodeDomain(o.Bytes)
		if err == nil && !strings.HasSuffix(d.ROID, "-"+repository[zone]) {
			foreign[zone]++
		}
		return err
	})
	for _, zone := range zones.Zones {
		if foreign[zone] > 0 {
			fmt.Fprintf(out, "warning: zone %s: %d domains have a ROID that does not end in -%s\n", zone, foreign[zone], repository[zone])
		}
	}
	return err
}
