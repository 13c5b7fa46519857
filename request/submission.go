package request

import (
	"encoding/json"
	"errors"
	"io"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/register"
)

// Submission is a request as it is made. Its JSON is what requesters send.
type Submission struct {
	Requester Requester `json:"requester"`
	Purpose   string    `json:"purpose"` // a word of Config.Purposes
	Basis     string    `json:"basis"`   // the statute, or the legitimate interest
	Why       string    `json:"why"`     // what is to be done with the data, and why it needs them
	Objects   []Object  `json:"objects"`
	Fields    []Field   `json:"fields"`

	Urgent  bool   `json:"urgent,omitempty"`
	Urgency string `json:"urgency,omitempty"` // why; of urgent requests, and only those

	// Confidential asks that the holder is not told for a time, and says why.
	Confidential string `json:"confidential,omitempty"`
	// Earlier is the number of a request that this one comes back to.
	Earlier  string     `json:"earlier,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Language string     `json:"language,omitempty"` // that answers are to be in

	Client netip.Addr `json:"-"` // who sent it; its network is counted while the request is open
}

// Requester is who asks, as they say themselves.
type Requester struct {
	Kind         Kind   `json:"kind"`
	Organisation string `json:"organisation"`
	Person       string `json:"person"`
	Email        string `json:"email"`
	Phone        string `json:"phone,omitempty"`
	Country      string `json:"country"` // ISO 3166-1, two capitals
	Reference    string `json:"reference,omitempty"`
}

// Evidence is a file that supports a request. It is named by its hash, and sent
// apart.
type Evidence struct {
	What   string    `json:"what"`   // in words
	SHA256 Digest    `json:"sha256"` // 64 hexadecimal digits
	Size   int64     `json:"size"`   // bytes
	Kept   time.Time `json:"kept,omitzero"`
}

// Field is a field that is asked for, written by its word.
type Field disclose.Field

func (f Field) String() string { return disclose.Field(f).String() }

// MarshalText writes the word.
func (f Field) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the word of a field that can be granted.
func (f *Field) UnmarshalText(b []byte) error {
	for known := disclose.DomainName; known.Grantable(); known++ {
		if known.String() == string(b) {
			*f = Field(known)
			return nil
		}
	}
	return invalid("fields", "one is not a field of a domain or a contact")
}

// The limits of a submission.
const (
	MaxSubmission = 64 << 10 // bytes of JSON
	maxObjects    = 20
	maxFields     = 48
	maxEvidence   = 5
	maxShort      = 200  // runes of what is a line
	maxLong       = 4000 // runes of what is a text
	minWhy        = 20   // runes: "duly substantiated"
)

// ReadSubmission reads the JSON of a submission. What it does not know it refuses.
func ReadSubmission(r io.Reader) (Submission, error) {
	var s Submission
	text, err := io.ReadAll(io.LimitReader(r, MaxSubmission+1))
	switch {
	case err != nil:
		return s, err
	case len(text) > MaxSubmission:
		return s, invalid("request", "it is larger than %d bytes", MaxSubmission)
	case !utf8.Valid(text):
		return s, invalid("request", "it is not UTF-8")
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Submission{}, badJSON(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Submission{}, invalid("request", "something follows its end")
	}
	return s, nil
}

// badJSON says where a text cannot be read, without repeating it.
func badJSON(err error) error {
	var ours *InvalidError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &wrong) && wrong.Field != "":
		return invalid(wrong.Field, "it is of the wrong type")
	case strings.Contains(err.Error(), "unknown field"):
		return invalid("request", "it has a member that there is none of")
	}
	return invalid("request", "it is not the JSON of a request")
}

var (
	countryForm  = regexp.MustCompile(`^[A-Z]{2}$`)
	languageForm = regexp.MustCompile(`^([a-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$`)
	numberForm   = regexp.MustCompile(`^R-[0-9]{4}-[0-9]{6}$`)
	phoneForm    = regexp.MustCompile(`^[+0-9() ./x-]{0,40}$`)
)

// take brings a submission into the form that is kept, or says what is wrong with it.
func (s *Submission) take(c *Config) error {
	s.trim()
	if err := s.checkTexts(); err != nil {
		return err
	}
	r := &s.Requester
	if address, err := mail.ParseAddress(r.Email); err != nil || address.Address != r.Email || len(r.Email) > 254 {
		return invalid("requester.email", "it is not an e-mail address")
	}
	switch {
	case !r.Kind.known():
		return invalid("requester.kind", "it is not a kind of requester")
	case !countryForm.MatchString(r.Country):
		return invalid("requester.country", "it is not a country's two capitals")
	case !phoneForm.MatchString(r.Phone):
		return invalid("requester.phone", "it is not a telephone number")
	case !slices.Contains(c.Purposes, s.Purpose):
		return invalid("purpose", "it is not one that may be given")
	case utf8.RuneCountInString(s.Why) < minWhy:
		return invalid("why", "it says too little")
	case s.Urgent != (s.Urgency != ""):
		return invalid("urgency", "it goes with urgent requests, and only with them")
	case s.Earlier != "" && !numberForm.MatchString(s.Earlier):
		return invalid("earlier", "it is not the number of a request")
	case len(s.Language) > 35 || !languageForm.MatchString(s.Language):
		return invalid("language", "it is not the tag of a language")
	}
	if err := s.takeObjects(); err != nil {
		return err
	}
	return s.takeEvidence(c)
}

func (s *Submission) trim() {
	for _, t := range []*string{
		&s.Purpose, &s.Basis, &s.Why, &s.Urgency, &s.Confidential, &s.Earlier, &s.Language, &s.Requester.Organisation,
		&s.Requester.Person, &s.Requester.Email, &s.Requester.Phone, &s.Requester.Country, &s.Requester.Reference,
	} {
		*t = strings.TrimSpace(*t)
	}
}

func (s *Submission) checkTexts() error {
	r := &s.Requester
	for _, t := range []text{
		{"requester.organisation", r.Organisation, maxShort, true}, {"requester.person", r.Person, maxShort, true},
		{"requester.reference", r.Reference, maxShort, false}, {"basis", s.Basis, maxLong, true}, {"why", s.Why, maxLong, true},
		{"urgency", s.Urgency, maxLong, false}, {"confidential", s.Confidential, maxLong, false},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

// text is what somebody writes in words. One of more than maxShort may have lines.
type text struct {
	member, value string
	most          int // runes
	needed        bool
}

func (t text) check() error {
	says := strings.ContainsFunc(t.value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	switch {
	case t.value == "" && !t.needed:
		return nil
	case !says:
		return invalid(t.member, "it says nothing")
	case !utf8.ValidString(t.value):
		return invalid(t.member, "it is not UTF-8")
	case utf8.RuneCountInString(t.value) > t.most:
		return invalid(t.member, "it is longer than %d characters", t.most)
	case strings.ContainsFunc(t.value, func(r rune) bool { return !unicode.IsGraphic(r) && !(t.most > maxShort && r == '\n') }):
		return invalid(t.member, "it holds what cannot be printed")
	}
	return nil
}

func (s *Submission) takeObjects() error {
	switch {
	case len(s.Objects) == 0 || len(s.Objects) > maxObjects:
		return invalid("objects", "there are 1 to %d", maxObjects)
	case len(s.Fields) == 0 || len(s.Fields) > maxFields:
		return invalid("fields", "there are 1 to %d", maxFields)
	}
	for i := range s.Objects {
		if err := s.Objects[i].take(); err != nil {
			return err
		}
		if slices.ContainsFunc(s.Objects[:i], s.Objects[i].same) {
			return invalid("objects", "one stands there twice")
		}
	}
	for i, f := range s.Fields {
		if !disclose.Field(f).Grantable() {
			return invalid("fields", "one is not a field of a domain or a contact")
		}
		if slices.Contains(s.Fields[:i], f) {
			return invalid("fields", "one stands there twice")
		}
	}
	return nil
}

func (o *Object) take() (err error) {
	switch {
	case (o.Domain == "") == (o.Contact == ""):
		return invalid("objects", "each is a domain or a contact")
	case o.ROID != "" || o.Holder != "":
		return invalid("objects", "a ROID is not asked for")
	case o.Domain != "":
		if o.Domain, err = register.ParseName(string(o.Domain)); err != nil {
			return invalid("objects", "one is not a domain name")
		}
		return nil
	}
	if o.Contact, err = register.HandleKey(o.Contact); err != nil {
		return invalid("objects", "one is not a handle")
	}
	return nil
}

func (s *Submission) takeEvidence(c *Config) error {
	if len(s.Evidence) > maxEvidence {
		return invalid("evidence", "there are at most %d files", maxEvidence)
	}
	for i := range s.Evidence {
		e := &s.Evidence[i]
		e.What = strings.TrimSpace(e.What)
		if err := (text{"evidence.what", e.What, maxShort, true}).check(); err != nil {
			return err
		}
		switch {
		case e.Size < 1 || e.Size > c.MaxEvidence:
			return invalid("evidence.size", "it is 1 to %d bytes", c.MaxEvidence)
		case !e.Kept.IsZero():
			return invalid("evidence", "it is not here yet")
		case slices.ContainsFunc(s.Evidence[:i], func(other Evidence) bool { return other.SHA256 == e.SHA256 }):
			return invalid("evidence", "one stands there twice")
		}
	}
	return nil
}
