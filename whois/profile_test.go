package whois

import (
	"errors"
	"strings"
	"testing"
)

func shipped(t testing.TB, name string) *Profile {
	t.Helper()
	text, err := ShippedProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadProfile(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// allShipped are the profiles that come with the program.
func allShipped(t testing.TB) []*Profile {
	t.Helper()
	var out []*Profile
	for _, name := range ShippedProfileNames() {
		out = append(out, shipped(t, name))
	}
	if len(out) < 4 {
		t.Fatalf("there are only %d profiles", len(out))
	}
	return out
}

func TestAShippedProfileHasTheNameOfItsFile(t *testing.T) {
	for _, name := range ShippedProfileNames() {
		if got := shipped(t, name).Version(); got != name+"-1.0.0" {
			t.Errorf("%s.toml is %s", name, got)
		}
	}
	if _, err := ShippedProfile("../profile"); err == nil {
		t.Error("a file outside the folder was read")
	}
}

// Each mistake is told with where it is.
func TestAProfileWithAMistakeIsRefused(t *testing.T) {
	good, err := ShippedProfile("dk")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ from, to, want string }{
		{"format = 1", "format = 2", "format: it is not 1"},
		{`name = "dk"`, `name = "D K"`, "name: it is not"},
		{`version = "1.0.0"`, `version = "1.0"`, `version: "1.0" is not`},
		{`version = "1.0.0"`, "version = \"1.0.0\"\ncolour = \"red\"", "no such key: colour"},
		{`version = "1.0.0"`, `version =`, "line 9: "},
		{`version = "1.0.0"`, "version = \"1.0.0\"\nlayout = \"xml\"", `layout: "xml" is not`},
		{`line_end = "crlf"`, `line_end = "cr"`, `form.line_end: "cr" is not`},
		{`comment = "# "`, `comment = "REM "`, "form.comment: "},
		{`comment = "# "`, ``, "form.comment: "},
		{`comment = "# "`, `comment = "# Not found "`, "form.comment: "},
		{`failed = ["#`, "failed = [\"{contact} knows of it\", \"\", \" \"]\nhelp = [\"#", "say.failed: each of its lines is empty, or left out"},
		{`width = 22`, `width = 99`, "form.width: "},
		{`width = 22`, `separator = "~"`, "form.separator: "},
		{`width = 22`, `charset = "ebcdic"`, `form.charset: "ebcdic" is not`},
		{`width = 22`, `empty_lines_after = 3`, "form.empty_lines_after: "},
		{`date = "date"`, `date = "tomorrow"`, `form.date: "tomorrow" is none of basic, date, `},
		{`handles = "asked"`, `handles = "sometimes"`, `form.handles: "sometimes" is not`},
		{`withheld = "DATA REDACTED"`, `withheld = "a\nb"`, "form.withheld: the character U+000A is not seen"},
		{`data_as_of = "basic"`, `data_as_of = "x"`, `remarks.data_as_of: "x" is none of`},
		{`banner = ["{register}"`, `banner = ["{name}"`, `say.banner: "{name}": {name} is not among {register} `},
		{`banner = ["{register}"`, `banner = ["{register"`, "say.banner: "},
		{`limited = [`, `crowd = [`, "no such key: say.crowd"},
		{`zone = ["# That`, "zone = [\"\\u202e# That", "say.zone: "},
		{`zone = [`, "zone = []\nhelp = [", "say.zone: it is missing"},
		{`field = "created" }`, `field = "birthday" }`, `label "Registered": field: "birthday" is none of name, unicode name, `},
		{`label = "Registered"`, `label = "Registered:"`, "it is empty, begins or ends in a blank, or holds"},
		{`label = "Registered"`, `label = "{role}"`, "it is empty, begins or ends in a blank, or holds"},
		{`label = "Registered"`, `label = ""`, "it is empty"},
		{`field = "created" }`, `field = "created", join = ", " }`, "join and first: they are for lists"},
		{`field = "created" }`, `field = "created", form = "spaced" }`, `form: "spaced" is no form of this field`},
		{`field = "registrar" }`, `field = "registrar", date = "date" }`, "date: it is for dates"},
		{`signed = "Signed delegation", `, ``, "signed and unsigned: both"},
		{`, form = "word"`, ``, `words and otherwise go with form = "word"`},
		{`field = "handle", always = true`, `field = "handle", always = true, withheld = ""`, "always: there is no word"},
		{`roles = ["registrant"]`, `roles = ["owner"]`, `roles: "owner" is not`},
		{`about = "contacts"`, `about = "people"`, `about: "people" has no place here`},
		{`heading = "Nameservers"`, "heading = \"Nameservers\"\nonce = true", "roles and once are for contacts"},
		{`heading = "Nameservers"`, "heading = \"Nameservers\"\nwithheld_as = \"x\"", "withheld_as is for contacts and nameservers"},
		{`[[registrar]]`, `[[registrar]]` + "\nlines = []\n[[registrar]]", "registrar section 1: it has no lines"},
	} {
		text := strings.Replace(string(good), tt.from, tt.to, 1)
		if text == string(good) {
			t.Errorf("%q is not in the profile", tt.from)
			continue
		}
		_, err := ReadProfile([]byte(text))
		var told *ProfileError
		if !errors.As(err, &told) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q for %q: %v, want %q", tt.to, tt.from, err, tt.want)
		}
	}
	json, _ := ShippedProfile("json")
	for _, more := range []string{"[[domain]]\nlines = []", "[remarks]\n[form.x]"} {
		if _, err := ReadProfile(append(json, more...)); err == nil {
			t.Errorf("JSON was taken with %q", more)
		}
	}
}

func TestALabelIsPaddedAsTheProfileSays(t *testing.T) {
	for want, f := range map[string]labelForm{
		"Domain: ": {separator: ":"}, "Domain:   ": {separator: ":", width: 10},
		"Domain...: ": {separator: ":", width: 10, dots: true}, "Domain= ": {separator: "=", width: 3},
	} {
		if got := string(f.label("Domain")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
