package ratelimit

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestAConfigurationThatMakesNoSenseIsRefusedByName(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"memory: 0 bytes":                      func(c *Config) { c.Memory = 0 },
		"memory: 4194303":                      func(c *Config) { c.Memory = minMemory - 1 },
		"no clock":                             func(c *Config) { c.Now = nil },
		"server: rate":                         func(c *Config) { c.Server = Budget{} },
		"server: burst":                        func(c *Config) { c.Server.Burst = 0 },
		"everybody: rate":                      func(c *Config) { c.Everybody.Rate = -1 },
		"pressed: price of 0.5":                func(c *Config) { c.Pressed = 0.5 },
		"account: NaN times":                   func(c *Config) { c.Account = math.NaN() },
		`account "a": 0 times`:                 func(c *Config) { c.Accounts = map[string]float64{"a": 0} },
		"IPv4: 0 widths":                       func(c *Config) { c.IPv4 = nil },
		"IPv6: 5 widths":                       func(c *Config) { c.IPv6 = make([]Width, 5) },
		"IPv4: /33":                            func(c *Config) { c.IPv4 = []Width{{33, 1}} },
		"IPv6: /65":                            func(c *Config) { c.IPv6 = []Width{{65, 1}} },
		"IPv6: /0":                             func(c *Config) { c.IPv6 = []Width{{0, 1}} },
		"IPv6: /64: -1 times":                  func(c *Config) { c.IPv6 = []Width{{64, -1}} },
		"/64: not wider than the /48":          func(c *Config) { c.IPv6 = []Width{{48, 1}, {64, 1}} },
		"/48: not wider than the /48":          func(c *Config) { c.IPv6 = []Width{{48, 1}, {48, 1}} },
		"/48: budget smaller than that of the": func(c *Config) { c.IPv6 = []Width{{64, 1}, {48, 0.9}} },
		"questions: rate of +Inf":              func(c *Config) { c.Budgets[Lookup].Rate = math.Inf(1) },
		"availability: burst of -1":            func(c *Config) { c.Budgets[Availability].Burst = -1 },
		"misses: rate of 100000 a second, for somebody 64 times": func(c *Config) { c.Budgets[Miss].Rate = 1e5 },
		"personal: burst of 1 at 1e-09 a second takes longer":    func(c *Config) { c.Budgets[Personal] = Budget{1e-9, 1} },
		"pauses: -1 free":                 func(c *Config) { c.Pauses.Free = -1 },
		"pauses: the first is 0s":         func(c *Config) { c.Pauses.First = 0 },
		"pauses: the first is 2h0m0s":     func(c *Config) { c.Pauses.First = 2 * time.Hour },
		"pauses: the longest is 25h0m0s":  func(c *Config) { c.Pauses.Longest = 25 * time.Hour },
		"pauses: a refusal is forgotten":  func(c *Config) { c.Pauses.Forget = 0 },
		"watch: after 0 questions":        func(c *Config) { c.Watch.After = 0 },
		"network 192.0.2.0/24: a block n": func(c *Config) { c.Networks = []Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Block: true}} },
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
	if d.Budgets[Availability].Rate <= d.Budgets[Lookup].Rate || d.Budgets[Personal].Rate >= d.Budgets[Lookup].Rate {
		t.Errorf("budgets %+v", d.Budgets)
	}
}

func TestNoExceptionIsFasterThanABucketCounts(t *testing.T) {
	cfg := (&clock{}).config(roomy())
	cfg.Networks = []Network{{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Times: 1000}}
	l := mustNew(t, cfg)
	if n := admitted(t, l, Lookup, 1000, always(v4(1))); n != 1000 {
		t.Errorf("%d admitted", n)
	}
}
