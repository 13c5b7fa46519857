// Package config is what the operator has set: the configuration file, read, checked,
// and said in words. Text comes in, and values go out, which the other folders are
// opened with. It opens no window, no register and no journal, and knows nothing of a
// server that runs.
package config

import (
	"errors"
	"time"
)

// Config is the configuration file (TOML). Its comments are the manual. Every
// key may be left out; a key that is not here is an error.
type Config struct {
	// DB is the path of the register, made by registerd import.
	DB string `toml:"db"`

	// MmapMiB is how much of the register is mapped into memory, in MiB, at
	// most 2048. Default none. Reads become up to twice as fast; the price is
	// that a read error of the disk ends the process. The mapping counts into
	// RSS, but it is the system's file cache: judge memory by RssAnon.
	MmapMiB int `toml:"mmap_mib"`

	// KeptAnswers is how many public answers are kept ready. Default 4096,
	// about 90 MiB when all are used; -1 keeps none.
	KeptAnswers int `toml:"kept_answers"`

	// Drain is how long after SIGTERM new questions are still taken while
	// /ready says no, so that a balancer can turn away. Default none.
	Drain Duration `toml:"drain"`

	// KeepGenerations is how long a register stays in its file after a load took its
	// place, so that registerd rollback can go back to it; at most three do, each as large as
	// the one that is served. Then its bytes are overwritten, within the hour. Default
	// 168h; "0s" keeps none.
	KeepGenerations *Duration `toml:"keep_generations"`

	// MaxDataAge is how old the data may be, by the register's watermark. With older
	// data answers say so, and the log and the metrics; the service goes on. Default
	// 60m; "0s" is any age.
	MaxDataAge *Duration `toml:"max_data_age"`

	// LogLevel is from where up the log on standard error says what happens: debug, a line
	// for each question; info, what operators did; warn, what works and wants to be looked
	// at; error, what costs somebody an answer or a record. Default info. docs/troubleshooting.md
	// has every message.
	LogLevel LogLevel `toml:"log_level"`

	// LogFormat is how its lines are written: text, json, or auto, which is text on a
	// terminal and JSON elsewhere. Default auto.
	LogFormat LogFormat `toml:"log_format"`

	// Rules are the publication rules: the path of a rule file, which ends in
	// .toml, or the name of one that comes with the program. Default gdpr.
	Rules string `toml:"rules"`

	// AllowWidenTo is the version of the rules, NAME-VERSION, that may show the
	// public more than those in force. It approves that version and no other.
	AllowWidenTo string `toml:"allow_widen_to"`

	// Operator is who keeps the register; every window shows it, in failures too. So
	// the name holds no word that a client could take for an answer.
	Operator struct {
		Name  string `toml:"name"`
		Email string `toml:"email"`
		URL   string `toml:"url"`
	} `toml:"operator"`

	// Policies are the web addresses of what the operator has published, and
	// what else is to stand in every answer.
	Policies Policies `toml:"policies"`

	// Zones are those of the register whose answers differ in what follows, or
	// that have rules about what can be registered in them.
	Zones []Zone `toml:"zone"`

	// Sandbox is a name below which free, registered, reserved, blocked, leaving,
	// out-of-policy, invalid, limited and failed are answered as what they say, for
	// who writes clients. The register is not asked for them. Default: off.
	Sandbox string `toml:"sandbox"`

	// Audit is the journal of disclosures and the access log.
	Audit struct {
		// Dir is a directory of their own. Without it no access log is kept,
		// and every answer above public is refused.
		Dir string `toml:"dir"`
		// KeepDays is how long the access log is kept. Default 30.
		KeepDays int `toml:"keep_days"`
		// KeepMonths is how long what the journal says of persons can be read; then the
		// keys that it is sealed by are erased. Default 24.
		KeepMonths int `toml:"keep_months"`
		// CheckpointTo are second places that are told, at most once a minute, what the
		// journal is: "file:PATH", "syslog", or "command:PATH", which reads it from its
		// standard input. Default: none, and whoever can write to dir can rewrite the journal.
		CheckpointTo []string `toml:"checkpoint_to"`
		// SigningKey is the path of the key that signs for the journal, made if it is
		// missing. Default: checkpoint.key in dir.
		SigningKey string `toml:"signing_key"`
	} `toml:"audit"`

	WHOIS struct {
		Window
		// Refer are the WHOIS servers of other registers, by the name that theirs are
		// below: "co.example" = "whois.nic.co.example". A name below one that is not
		// in this register is answered with a line "refer:". Default: none.
		Refer map[string]string `toml:"refer"`
		// Profile is how answers are written: the path of a profile, which ends in
		// .toml, or the name of one that comes with the program. Default icann.
		Profile string `toml:"profile"`
	} `toml:"whois"`
	// DAS is the availability port. Availability are more of them, for programs that
	// speak another dialect. Over HTTP, availability is asked for beside RDAP.
	DAS          Availability   `toml:"das"`
	Availability []Availability `toml:"availability"`
	RDAP         struct {
		Window
		// Base is the public address of the service, ending in "/". Default:
		// http://, or https:// with tls or acme, and the listening address.
		Base string `toml:"base"`
		// Redirect is one more listener, as listen is, that speaks HTTP in clear and
		// answers nothing but that the service is at base, which is https then. It has
		// the front ends and the caps of this one. Default: off.
		Redirect string `toml:"redirect"`
		// BehindTLS says that a front end in front of this listener speaks TLS
		// with the client. Only then, and on loopback, are credentials taken; with
		// forwarded_from, from those that such a front end passes on.
		BehindTLS bool `toml:"behind_tls"`
		// ForwardedFrom lists the networks of front ends that name the client in the
		// header X-Forwarded-For, or Forwarded (RFC 7239). Their connections have no
		// cap per network; max_per_network is then how many requests at once one of
		// their clients may have. Whoever else connects is the client, whatever the
		// header says. With proxy_from too, it is who that header names that has to be listed.
		ForwardedFrom []string `toml:"forwarded_from"`
		// TLS or ACME make this listener speak TLS itself, and nothing else.
		// Default: neither, plain HTTP.
		TLS  TLSFiles `toml:"tls"`
		ACME Issuer   `toml:"acme"`
		// Certificates is one more listener, for clients that are known by a certificate.
		Certificates Certificates `toml:"certificates"`
		// Profile is what answers keep to beyond the standards: icann-2024 is that
		// of generic top-level domains. Default: a country register's own.
		Profile string `toml:"profile"`
		// Web is the address of the web page where people read about a name:
		// https, with {name} where the name stands. Browsers that ask for a domain are
		// sent there. Default: they are shown JSON.
		Web string `toml:"web"`
		// SearchKeyFile holds at least 32 bytes that nobody can guess, which machines
		// that answer under one address share: so the next page of a search may
		// come from another machine. Default: each has a key of its own, until
		// it ends.
		SearchKeyFile string `toml:"search_key_file"`
		// Port43 is the WHOIS server's host name, as answers name it. Default: not named.
		Port43 string `toml:"port43"`
	} `toml:"rdap"`

	// Tag is what handles end in over RDAP, so that clients find the register by
	// them (RFC 8521): capitals and digits, as registered with IANA. Default: none.
	Tag string `toml:"tag"`

	// Referrals says who answers for names, networks, numbers and tags of others.
	// Without it, RDAP has no redirects.
	Referrals struct {
		// Dir is a folder with the IANA's bootstrap files (RFC 9224), or some of
		// them: dns.json, ipv4.json, ipv6.json, asn.json and object-tags.json.
		// SIGHUP reads them again.
		Dir string `toml:"dir"`
		// Refresh is the https address, ending in "/", that they are fetched from
		// and kept in dir: the IANA's is https://data.iana.org/rdap/. Default: they
		// are not fetched.
		Refresh string `toml:"refresh"`
		// Every is how often. Default 24h.
		Every Duration `toml:"every"`
	} `toml:"referrals"`

	// Private listens for the operator alone: /metrics, /health, /ready and
	// /debug/pprof. Default: off.
	Private struct {
		Listen string `toml:"listen"`
	} `toml:"private"`

	// Control is the path of the socket at which registerd status, ctl and limits ask a
	// running server: for root and the user that runs it. Default: the register's path with
	// ".control" behind it; "-" opens none.
	Control string `toml:"control"`

	// Statistics is the path of the file of numbers that registerd stats reports: a day's
	// questions by sort, and what the register held. Nobody is named in it. Default: the
	// register's path with ".statistics" behind it; "-" keeps none.
	Statistics string `toml:"statistics"`

	// Limits are the budgets of questions, and of what answers tell.
	Limits Limits `toml:"limits"`

	// Requests is the request desk, for those without standing access.
	Requests Requests `toml:"requests"`

	// HolderLinks is the path of the file of links by which holders see what is held
	// of them, at holder below rdap.base; registerd holder makes one. It needs
	// audit.dir. Default: none, and no such page.
	HolderLinks string `toml:"holder_links"`

	// Accounts is the path of the file of those who have standing access, which
	// registerd account keeps. What it says is in force within seconds. Default: none.
	Accounts string `toml:"accounts"`

	// Providers are OpenID providers, whose people have accounts here. Default: none.
	Providers []Provider `toml:"provider"`

	// Tokens are credentials that stand here, for few of them; registerd token new
	// makes one. Those of one registrar are one account, "registrar-" and its id,
	// which has one budget; each other is an account of its own.
	Tokens []Token `toml:"token"`
}

// defaultMaxDataAge is what registers commonly promise.
const defaultMaxDataAge = time.Hour

// OldestData is how old the data may be before answers say so; 0 is any age.
func (c *Config) OldestData() time.Duration {
	if c.MaxDataAge == nil {
		return defaultMaxDataAge
	}
	return c.MaxDataAge.Duration
}

// Duration is written as Go has it, "90s" or "24h", and is not negative.
type Duration struct{ time.Duration }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(b []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(b))
	if err == nil && d.Duration < 0 {
		err = errors.New("it is negative")
	}
	return err
}

// DefaultKeepGenerations is a week: a load that was wrong is noticed by then.
const DefaultKeepGenerations = 7 * 24 * time.Hour

const defaultKeptAnswers = 4096

// AnswersKept is how many public answers are kept ready; 0 keeps none.
func (c *Config) AnswersKept() int {
	if c.KeptAnswers == 0 {
		return defaultKeptAnswers
	}
	return max(c.KeptAnswers, 0)
}

// GenerationsKept is how long a register stays after a load took its place; 0 keeps none.
func (c *Config) GenerationsKept() time.Duration {
	if c.KeepGenerations == nil {
		return DefaultKeepGenerations
	}
	return c.KeepGenerations.Duration
}

// LimitsPath is where budgets are kept; "" keeps none.
func (c *Config) LimitsPath() string { return besideRegister(c.Limits.State, c.DB, ".limits") }

// none is said in place of a path.
const none = "-"

// besideRegister is a path that has a default beside the register.
func besideRegister(path, db, ending string) string {
	switch path {
	case "":
		return db + ending
	case none:
		return ""
	}
	return path
}

// ControlPath is where the control socket is; "" is nowhere.
func (c *Config) ControlPath() string { return besideRegister(c.Control, c.DB, ".control") }

// StatisticsPath is where numbers are kept; "" keeps none.
func (c *Config) StatisticsPath() string { return besideRegister(c.Statistics, c.DB, ".statistics") }
