package whois

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"registerd/register"
)

// writtenProfile is a profile as it is written (TOML); docs/profiles.md is its
// manual. A key that is not here is an error.
type writtenProfile struct {
	Format  int    `toml:"format"`
	Name    string `toml:"name"`
	Version string `toml:"version"`
	Layout  string `toml:"layout"`

	Form struct {
		LineEnd   string `toml:"line_end"`
		Comment   string `toml:"comment"`
		Separator string `toml:"separator"`
		Width     int    `toml:"width"`
		Dots      bool   `toml:"dots"`
		Date      string `toml:"date"`
		Withheld  string `toml:"withheld"`
		Handles   string `toml:"handles"`
		Charset   string `toml:"charset"`
		After     int    `toml:"empty_lines_after"`
		Updated   string `toml:"last_update"`
	} `toml:"form"`

	Remarks struct {
		Data     string `toml:"data_as_of"`
		Contact  bool   `toml:"contact"`
		Policies bool   `toml:"policies"`
		Reasons  bool   `toml:"reasons"`
		Code     string `toml:"code"`
	} `toml:"remarks"`

	Say struct {
		Banner          []string `toml:"banner"`
		Help            []string `toml:"help"`
		Ask             []string `toml:"ask"`
		AbsentDomain    []string `toml:"absent_domain"`
		AbsentHost      []string `toml:"absent_nameserver"`
		AbsentOther     []string `toml:"absent_handle"`
		Reserved        []string `toml:"reserved"`
		Blocked         []string `toml:"blocked"`
		Refused         []string `toml:"out_of_policy"`
		ElsewhereName   []string `toml:"elsewhere_name"`
		ElsewhereHandle []string `toml:"elsewhere_handle"`
		Zone            []string `toml:"zone"`
		Limited         []string `toml:"limited"`
		Crowded         []string `toml:"crowded"`
		Failed          []string `toml:"failed"`
		Problem         []string `toml:"error"`
	} `toml:"say"`

	Accept []string `toml:"accept"`

	Domain     []writtenSection `toml:"domain"`
	Nameserver []writtenSection `toml:"nameserver"`
	Contact    []writtenSection `toml:"contact"`
	Registrar  []writtenSection `toml:"registrar"`
}

type writtenSection struct {
	About    string        `toml:"about"`
	Heading  string        `toml:"heading"`
	Apart    bool          `toml:"empty_line_before"`
	Once     bool          `toml:"once"`
	Roles    []string      `toml:"roles"`
	Withheld string        `toml:"withheld_as"`
	Lines    []writtenLine `toml:"lines"`
}

type writtenLine struct {
	Label    string  `toml:"label"`
	Field    string  `toml:"field"`
	Form     string  `toml:"form"`
	Date     string  `toml:"date"`
	Join     string  `toml:"join"`
	First    bool    `toml:"first"`
	Words    []word  `toml:"words"`
	Other    string  `toml:"otherwise"`
	Signed   string  `toml:"signed"`
	Unsigned string  `toml:"unsigned"`
	Withheld *string `toml:"withheld"`
	Always   bool    `toml:"always"`
}

// ProfileError says what is wrong with a profile.
type ProfileError struct {
	Line   int    // of the file; 0 when that is not known
	Key    string // "" when it is in no key of its own
	Reason string
}

func (e *ProfileError) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("profile: line %d: %s", e.Line, e.Reason)
	case e.Key != "":
		return "profile: " + e.Key + ": " + e.Reason
	default:
		return "profile: " + e.Reason
	}
}

func inKey(key, reason string, more ...any) error {
	return &ProfileError{Key: key, Reason: fmt.Sprintf(reason, more...)}
}

// semantic is how versions are numbered (semver.org).
var semantic = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// remarkSign is what remarks begin with. Words there would stand in every answer.
var remarkSign = regexp.MustCompile(`^[%#;*]{1,4} {0,4}$`)

var profileName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// ReadProfile reads a profile strictly. Its errors are *ProfileError.
func ReadProfile(file []byte) (*Profile, error) {
	var w writtenProfile
	meta, err := toml.NewDecoder(bytes.NewReader(file)).Decode(&w)
	var parse toml.ParseError
	switch {
	case errors.As(err, &parse):
		return nil, &ProfileError{Line: parse.Position.Line, Reason: parse.Message}
	case err != nil:
		return nil, &ProfileError{Reason: err.Error()}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, &ProfileError{Reason: "no such key: " + unknown[0].String()}
	}
	switch {
	case w.Format != 1:
		return nil, inKey("format", "it is not 1")
	case !profileName.MatchString(w.Name):
		return nil, inKey("name", "it is not lower-case letters, digits and hyphens, 32 at most")
	case !semantic.MatchString(w.Version):
		return nil, inKey("version", "%q is not three numbers such as 1.0.0", w.Version)
	}
	return w.compile(meta.IsDefined("form", "comment"))
}

// compile makes of a written profile what answers are written by.
func (w *writtenProfile) compile(hasComment bool) (*Profile, error) {
	p := &Profile{
		name: w.Name, version: w.Version, accepted: w.Accept,
		after: w.Form.After, contact: w.Remarks.Contact, policies: w.Remarks.Policies, reasons: w.Remarks.Reasons,
	}
	if err := w.form(p, hasComment); err != nil {
		return nil, err
	}
	if err := w.texts(p); err != nil {
		return nil, err
	}
	if p.json {
		return p, w.compileJSON(p)
	}
	return p, w.sections(p)
}

// form reads what holds for all lines.
func (w *writtenProfile) form(p *Profile, hasComment bool) error {
	var known bool
	switch w.Layout {
	case "", "lines":
		if !hasComment || !remarkSign.MatchString(w.Form.Comment) {
			return inKey("form.comment", "remarks begin with one of %% # ; * and blanks, and with nothing else")
		}
	case "json":
		p.json = true
		if hasComment {
			return inKey("form.comment", "JSON has none")
		}
	default:
		return inKey("layout", "%q is not lines or json", w.Layout)
	}
	p.comment = w.Form.Comment
	if p.lineEnd, known = map[string]string{"": "\r\n", "crlf": "\r\n", "lf": "\n"}[w.Form.LineEnd]; !known {
		return inKey("form.line_end", "%q is not crlf or lf", w.Form.LineEnd)
	}
	if p.charset = charsets[strings.ToLower(w.Form.Charset)]; p.charset == 0 && w.Form.Charset != "" {
		return inKey("form.charset", "%q is not utf-8, iso-8859-1 or us-ascii", w.Form.Charset)
	}
	if p.handles, known = map[string]handleRule{
		"": handlesAlways, "always": handlesAlways, "asked": handlesAsked, "never": handlesNever,
	}[w.Form.Handles]; !known {
		return inKey("form.handles", "%q is not always, asked or never", w.Form.Handles)
	}
	if w.Form.After < 0 || w.Form.After > 2 {
		return inKey("form.empty_lines_after", "it is not 0 to 2")
	}
	if p.asOf, known = dateLayouts[w.Remarks.Data]; !known && w.Remarks.Data != "" {
		return inKey("remarks.data_as_of", "%q is none of %s", w.Remarks.Data, dateNames())
	}
	var err error
	p.label, err = w.labelForm()
	if bad := printable(w.Form.Withheld); bad != nil && err == nil {
		err = inKey("form.withheld", "%v", bad)
	}
	return err
}

// texts reads what is said in answers without data.
func (w *writtenProfile) texts(p *Profile) error {
	updated, code := []string(nil), []string(nil)
	if w.Form.Updated != "" {
		updated = []string{w.Form.Updated}
	}
	if w.Remarks.Code != "" {
		code = []string{w.Remarks.Code}
	}
	for _, t := range []struct {
		key    string
		lines  []string
		to     *wording
		needed bool
		also   []place
	}{
		{"form.last_update", updated, &p.updated, false, []place{placeTime}},
		{"remarks.code", code, &p.say.code, false, nil},
		{"say.banner", w.Say.Banner, &p.say.banner, false, nil},
		{"say.help", w.Say.Help, &p.say.help, false, nil},
		{"say.ask", w.Say.Ask, &p.say.ask, false, nil},
		{"say.absent_domain", w.Say.AbsentDomain, &p.say.absentDomain, true, []place{placeName}},
		{"say.absent_nameserver", w.Say.AbsentHost, &p.say.absentHost, true, nil},
		{"say.absent_handle", w.Say.AbsentOther, &p.say.absentOther, true, nil},
		{"say.reserved", w.Say.Reserved, &p.say.reserved, true, nil},
		{"say.blocked", w.Say.Blocked, &p.say.blocked, true, []place{placeReason}},
		{"say.out_of_policy", w.Say.Refused, &p.say.refused, true, []place{placeReason}},
		{"say.elsewhere_name", w.Say.ElsewhereName, &p.say.elsewhereName, true, nil},
		{"say.elsewhere_handle", w.Say.ElsewhereHandle, &p.say.elsewhereHandle, true, nil},
		{"say.zone", w.Say.Zone, &p.say.zone, true, nil},
		{"say.limited", w.Say.Limited, &p.say.limited, true, []place{placeSeconds}},
		{"say.crowded", w.Say.Crowded, &p.say.crowded, true, nil},
		{"say.failed", w.Say.Failed, &p.say.failed, true, nil},
		{"say.error", w.Say.Problem, &p.say.problem, true, []place{placeProblem}},
	} {
		if t.needed && len(t.lines) == 0 {
			return inKey(t.key, "it is missing")
		}
		read, err := readText(t.lines, t.also...)
		if err != nil {
			return inKey(t.key, "%v", err)
		}
		if t.needed && !read.stands() {
			return inKey(t.key, "each of its lines is empty, or left out where no operator is named")
		}
		*t.to = read
	}
	return nil
}

const rolesEnd = register.RoleBilling + 1

// roleLabels are what stands in a label for {role}.
var roleLabels = [rolesEnd]string{
	register.RoleRegistrant: "Registrant", register.RoleAdmin: "Admin", register.RoleTech: "Tech", register.RoleBilling: "Billing",
}
