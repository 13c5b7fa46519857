package service

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"registerd/config"
	"registerd/internal/build"
	"registerd/listen"
)

// Status is how the server is, as the control socket tells it.
type Status struct {
	Amiss        []string            `json:"amiss"` // what somebody should look at
	Version      string              `json:"version"`
	PID          int                 `json:"pid"`
	Since        time.Time           `json:"since"`
	Ending       bool                `json:"ending"`
	Windows      []WindowStatus      `json:"windows"`
	Rules        string              `json:"rules"`
	Register     RegisterStatus      `json:"register"`
	Journal      *JournalStatus      `json:"journal,omitempty"` // without one, answers above public are refused
	Accounts     AccountsStatus      `json:"accounts"`
	Requests     *RequestsStatus     `json:"requests,omitempty"`
	Limits       LimitsStatus        `json:"limits"`
	Certificates []CertificateStatus `json:"certificates"`
	Reload       *ReloadStatus       `json:"last_reload,omitempty"` // none since the start
}

// WindowStatus is a window that is open.
type WindowStatus struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Open    int    `json:"connections"`
	Refused uint64 `json:"refused"` // connections, since the start
}

// RegisterStatus is the register as it is served.
type RegisterStatus struct {
	Path    string       `json:"path"`
	Failure string       `json:"failure,omitempty"` // why it cannot be read
	Edition uint64       `json:"edition"`           // grows with every change
	Load    uint64       `json:"generation"`        // of the last full load, or of what was rolled back to
	Kept    int          `json:"generations_kept"`  // beside it
	Serial  uint64       `json:"serial"`
	AsOf    *time.Time   `json:"as_of,omitempty"`
	Age     float64      `json:"age_seconds"`
	Stale   bool         `json:"stale"`
	Counts  ObjectCounts `json:"counts"`
}

// ObjectCounts are how many of each kind it holds.
type ObjectCounts struct {
	Domains    int `json:"domains"`
	Reserved   int `json:"reserved"`
	Contacts   int `json:"contacts"`
	Hosts      int `json:"hosts"`
	Registrars int `json:"registrars"`
}

// JournalStatus is how far the journal is, and how far it is signed for.
type JournalStatus struct {
	Dir     string     `json:"dir"`
	Failure string     `json:"failure,omitempty"` // why answers above public are refused
	Records int64      `json:"records"`
	Covered int64      `json:"signed_records"`
	Signed  *time.Time `json:"signed,omitempty"` // when this process last did
	Bytes   int64      `json:"bytes"`
}

// AccountsStatus is whether the file of accounts is believed.
type AccountsStatus struct {
	Readable bool `json:"readable"`
	NoFile   bool `json:"no_file"` // one is named, and there is none yet
	Number   int  `json:"number"`  // with those of tokens and grants
}

// RequestsStatus is what waits at the request desk.
type RequestsStatus struct {
	Failure string `json:"failure,omitempty"`
	Open    int    `json:"open"`
	Urgent  int    `json:"urgent"`
	Late    int    `json:"late"`
}

// LimitsStatus is how full the limits are.
type LimitsStatus struct {
	Off  bool    `json:"off"`
	Fill float64 `json:"fill"` // of the memory of networks' budgets, 0 to 1
}

// CertificateStatus is when what is shown, or what is known of others, ends.
type CertificateStatus struct {
	Of      string     `json:"of"`
	Ends    *time.Time `json:"ends,omitempty"`    // of the first; there is none, or one is missing
	Missing []string   `json:"missing,omitempty"` // hosts that have none yet

	soon time.Duration // how long before somebody should look
}

// ReloadStatus is what became of the last reload.
type ReloadStatus struct {
	At      time.Time `json:"at"`
	Failure string    `json:"failure,omitempty"` // why it was not taken
	Restart []string  `json:"needs_restart,omitempty"`
	Notes   []string  `json:"notes,omitempty"`
}

func (s *Service) controlStatus(w http.ResponseWriter, r *http.Request) {
	controlAnswer(w, http.StatusOK, s.status(r.Context()))
}

// status looks now, at everything.
func (s *Service) status(ctx context.Context) *Status {
	out := &Status{
		Amiss: []string{}, Version: build.Version(), PID: os.Getpid(), Since: s.since.UTC(), Ending: !s.ready.Load(),
		Windows: s.windowsShown(), Rules: s.desk.About().Rules, Register: s.registerShown(ctx), Journal: s.journalShown(),
		Requests: s.requestsShown(ctx), Limits: LimitsStatus{Off: s.limitsNow().Off}, Certificates: s.certificatesShown(),
		Reload: s.reloading.last.shown(),
	}
	out.Accounts = AccountsStatus{Readable: s.named.readable(), NoFile: s.named.noFile(), Number: s.desk.Admitted()}
	if !out.Limits.Off {
		out.Limits.Fill = s.limiter.Fill()
	}
	out.look(time.Now())
	return out
}

func (s *Service) windowsShown() []WindowStatus {
	out := []WindowStatus{}
	for _, w := range s.windows {
		n := w.listener.Stats()
		out = append(out, WindowStatus{w.name, w.listener.Addr().String(), n.Open, n.Full + n.Crowded + n.Rushed + n.Dropped})
	}
	return out
}

func (s *Service) registerShown(ctx context.Context) RegisterStatus {
	out := RegisterStatus{Path: s.path}
	e, err := s.desk.Edition(ctx)
	if err != nil {
		out.Failure = err.Error()
		return out
	}
	if all, err := s.reader.Generations(ctx); err == nil && len(all) > 0 {
		out.Load, out.Kept = all[0].ID, len(all)-1
	}
	c := e.State.Counts
	out.Edition, out.Serial = e.Version, e.State.Serial
	out.Counts = ObjectCounts{c.Domains, c.Reserved, c.Contacts, c.Hosts, c.Registrars}
	out.AsOf = known(e.State.Watermark)
	if out.AsOf != nil {
		out.Age, out.Stale = time.Since(*out.AsOf).Seconds(), s.desk.About().Stale
	}
	return out
}

func (s *Service) journalShown() *JournalStatus {
	dir := s.config.Audit.Dir
	if dir == "" {
		return nil
	}
	state := s.journal.State()
	out := &JournalStatus{Dir: dir, Records: state.Records, Covered: state.Checkpointed, Signed: known(state.Signed)}
	if err := s.journal.Err(); err != nil {
		out.Failure = err.Error()
	}
	if info, err := os.Stat(filepath.Join(dir, "journal.jsonl")); err == nil {
		out.Bytes = info.Size()
	}
	return out
}

func (s *Service) requestsShown(ctx context.Context) *RequestsStatus {
	if s.config.Requests.Dir == "" {
		return nil
	}
	desk := s.requestDesk()
	if desk == nil {
		return &RequestsStatus{Failure: "the request desk cannot be opened; trying again"}
	}
	w, err := desk.Waiting(ctx)
	if err != nil {
		return &RequestsStatus{Failure: err.Error()}
	}
	return &RequestsStatus{Open: w.Open, Urgent: w.Urgent, Late: w.Late}
}

func (s *Service) certificatesShown() []CertificateStatus {
	out := []CertificateStatus{}
	if s.certificate != nil {
		out = append(out, certificateShown("certificate of rdap", s.certificate))
	}
	if s.certified == nil {
		return out
	}
	if s.certified.certificate != nil {
		out = append(out, certificateShown("certificate of rdap.certificates", s.certified.certificate))
	}
	if ends := s.certified.clients.ListsEnd(); !ends.IsZero() {
		out = append(out, CertificateStatus{Of: "list of revoked certificates", Ends: &ends})
	}
	return out
}

func certificateShown(of string, c certificate) CertificateStatus {
	out := CertificateStatus{Of: of, Ends: known(c.Ends()), soon: config.CertificateEndsSoon}
	if fetched, ok := c.(*listen.ACME); ok {
		out.Missing = fetched.Missing()
	}
	return out
}

func (l *lastReload) shown() *ReloadStatus {
	l.Lock()
	defer l.Unlock()
	if l.at.IsZero() {
		return nil
	}
	return &ReloadStatus{At: l.at.UTC(), Failure: l.failure, Restart: l.Restart, Notes: l.Notes}
}

// look says what of it is amiss.
func (o *Status) look(now time.Time) {
	amiss := func(is bool, format string, args ...any) {
		if is {
			o.Amiss = append(o.Amiss, fmt.Sprintf(format, args...))
		}
	}
	amiss(o.Register.Failure != "", "the register cannot be read: %s", o.Register.Failure)
	amiss(o.Register.Stale, "the data is older than max_data_age")
	if o.Journal != nil {
		amiss(o.Journal.Failure != "", "answers above public are refused: %s", o.Journal.Failure)
	}
	amiss(!o.Accounts.Readable && !o.Accounts.NoFile, "the file of accounts cannot be read: those in it are refused")
	if r := o.Requests; r != nil {
		amiss(r.Failure != "", "requests: %s", r.Failure)
		amiss(r.Late > 0, "requests that should have been answered: %d", r.Late)
	}
	amiss(o.Limits.Fill > fullBudgets, "the memory of budgets is %.0f %% full", 100*o.Limits.Fill)
	for _, c := range o.Certificates {
		amiss(c.Ends == nil && len(c.Missing) == 0, "there is no %s yet", c.Of)
		amiss(len(c.Missing) > 0, "there is no %s yet for %s", c.Of, strings.Join(c.Missing, ", "))
		if c.Ends == nil {
			continue
		}
		left := c.Ends.Sub(now)
		amiss(left < 0, "the %s ended %s", c.Of, c.Ends.UTC().Format(time.RFC3339))
		amiss(left >= 0 && left < c.soon, "the %s ends %s", c.Of, c.Ends.UTC().Format(time.RFC3339))
	}
	if o.Reload != nil {
		amiss(o.Reload.Failure != "", "the configuration was not taken when it was last read: %s", o.Reload.Failure)
	}
}

// fullBudgets is how full their memory may be before somebody should look.
const fullBudgets = 0.5

// known is a time that is, or nil.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
