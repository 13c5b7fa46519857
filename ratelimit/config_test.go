package ratelimit

import (
	"math"
	"strings"
	"testing"
)

func TestAConfigurationThatMakesNoSenseIsRefusedByName(t *testing.T) {
	ok := Budget{Rate: 1, Burst: 10}
	for want, spoil := range map[string]func(*Config){
		"memory":                              func(c *Config) { c.Memory = 0 },
		"memory: 65535":                       func(c *Config) { c.Memory = minMemory - 1 },
		"no clock":                            func(c *Config) { c.Now = nil },
		"server: rate":                        func(c *Config) { c.Server = Budget{} },
		"server: burst":                       func(c *Config) { c.Server.Burst = 0 },
		"lookup: account: rate":               func(c *Config) { c.Lookup.Account.Rate = math.NaN() },
		"failure: account: rate":              func(c *Config) { c.Failure.Account.Rate = math.Inf(1) },
		"availability: IPv4: 0 levels":        func(c *Config) { c.Availability.IPv4 = nil },
		"lookup: IPv6: 5 levels":              func(c *Config) { c.Lookup.IPv6 = make([]Level, 5) },
		"lookup: IPv4: /33":                   func(c *Config) { c.Lookup.IPv4 = []Level{{33, ok}} },
		"lookup: IPv6: /65":                   func(c *Config) { c.Lookup.IPv6 = []Level{{65, ok}} },
		"lookup: IPv6: /0":                    func(c *Config) { c.Lookup.IPv6 = []Level{{0, ok}} },
		"lookup: IPv6: /64: rate of -1":       func(c *Config) { c.Lookup.IPv6 = []Level{{64, Budget{-1, 1}}} },
		"lookup: IPv6: /64: burst of -1":      func(c *Config) { c.Lookup.IPv6 = []Level{{64, Budget{1, -1}}} },
		"takes longer than":                   func(c *Config) { c.Lookup.IPv6 = []Level{{64, Budget{1e-9, 1}}} },
		"/64: not wider than the /48":         func(c *Config) { c.Lookup.IPv6 = []Level{{48, ok}, {64, ok}} },
		"/48: not wider than the /48":         func(c *Config) { c.Lookup.IPv6 = []Level{{48, ok}, {48, ok}} },
		"/48: budget smaller than that":       func(c *Config) { c.Lookup.IPv6 = []Level{{64, ok}, {48, Budget{2, 9}}} },
		"/24: budget smaller than that of th": func(c *Config) { c.Lookup.IPv4 = []Level{{32, ok}, {24, Budget{0.5, 20}}} },
	} {
		c := Defaults()
		spoil(&c)
		l, err := New(c)
		if l != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want one that says %q", err, want)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("an empty configuration is accepted")
	}
}

func TestTheDefaultsAreAcceptedAndMostGenerousWhereNothingIsPersonal(t *testing.T) {
	d := Defaults()
	mustNew(t, d)
	for i := range d.Lookup.IPv6 {
		if d.Availability.IPv6[i].Budget.Rate <= d.Lookup.IPv6[i].Budget.Rate {
			t.Errorf("/%d: availability is not the larger budget", d.Lookup.IPv6[i].Bits)
		}
	}
}
