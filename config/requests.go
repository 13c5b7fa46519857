package config

import (
	"errors"
	"fmt"
)

// Requests is the request desk: where those without standing access ask for
// data that is not public (NIS2 Art. 28(5)), at requests below rdap.base.
type Requests struct {
	// Dir is a directory of its own, which only registerd reads. Without it there is
	// no request desk. It needs audit.dir: what cannot be journaled is not done.
	Dir string `toml:"dir"`
	// Hook is a program that is run when a request comes, and when one has waited
	// for 24, 48, 60 and 72 hours: with the request's number, and nothing of whoever
	// asks. Default: none; the log and the metrics tell it.
	Hook string `toml:"hook"`
	// SecondApprover has every grant wait until another system user approves it.
	SecondApprover bool `toml:"second_approver"`
	// OpenLimit is how many requests may be open at once, OpenPerNetwork how many of
	// one IPv4 /24 or IPv6 /48. Default 1000 and 10.
	OpenLimit      int `toml:"open_limit"`
	OpenPerNetwork int `toml:"open_per_network"`
	// EvidenceMiB is the size of one piece of evidence. Default 10.
	EvidenceMiB int `toml:"evidence_mib"`
	// KeepDays is how long what tells of persons is kept after a request is closed.
	// Default 90.
	KeepDays int `toml:"keep_days"`
}

func (c *Config) checkRequests() error {
	r := &c.Requests
	switch {
	case r.Dir == "" && *r != Requests{}:
		return errors.New("requests: dir is missing")
	case r.Dir == "":
		return nil
	case c.Audit.Dir == "":
		return errors.New("requests: there is no audit.dir: what cannot be journaled is not done")
	case r.OpenLimit < 0 || r.OpenPerNetwork < 0 || r.EvidenceMiB < 0 || r.KeepDays < 0:
		return errors.New("requests: a limit is negative")
	case r.EvidenceMiB > maxEvidenceMiB:
		return fmt.Errorf("requests: evidence_mib: it is over %d; files are read into memory", maxEvidenceMiB)
	}
	return nil
}

const maxEvidenceMiB = 64
