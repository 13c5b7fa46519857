package disclose

import (
	"errors"
	"strings"
	"testing"
)

// goodRules is a rule file with nothing wrong; the second rule begins on line 23.
const goodRules = `format = 1
name = "test"
version = "1"
effective = 2026-01-01
operator = "a register"
languages = ["en", "da"]

[protection]
basis = "GDPR Art. 21"
reason.en = "The data is protected."
reason.da = "Oplysningerne er beskyttet."

[[rule]]
id = "first"
basis = "GDPR Art. 25"
reason.en = "Nothing of the kind."
reason.da = "Intet af den slags."
audience = ["authority"]
fields = ["domain *"]
do = "show"

# a comment, as they stand between rules
[[rule]]
id = "second"
basis = "GDPR Art. 5"
reason.en = "Personal data."
reason.da = "Personoplysninger."
audience = ["public"]
fields = [
  "contact name",
  "contact e-mail",
]
holder = ["legal"]
do = "withhold"
`

func TestARuleFileIsRead(t *testing.T) {
	p, err := ReadPolicy([]byte(goodRules))
	if err != nil {
		t.Fatal(err)
	}
	if p.Version() != "test-1" || p.Language() != "en" || len(p.Rules) != 2 || p.Operator != "a register" || p.Effective.Year() != 2026 {
		t.Errorf("read as %+v", p)
	}
	if r := p.Rules[1]; len(r.Fields) != 2 || r.Outcome != Withhold || len(r.When.Holders) != 1 || r.ReasonIn("da") != "Personoplysninger." {
		t.Errorf("the second rule is read as %+v", r)
	}
}

const (
	inSecond  = "rules: line 23: rule second: "
	badWord   = "it is missing, or not of lower-case letters, digits, dots and hyphens"
	kindsFit  = "kind: the audience is to be of seekers and authorities alone, with a kind of each, and no kind of others"
	ofContact = "fields: role, holder and what is known of the holder are conditions on fields of a contact only"
)

// Each mistake is told with its line, its rule and the reason.
var broken = []struct{ what, old, new, want string }{
	{"no TOML", "format = 1", "format 1", "rules: line 1: expected '.' or '=', but got '1' instead"},
	{"a key twice", "do = \"withhold\"", "do = \"withhold\"\ndo = \"show\"", "rules: line 35: Key 'rule.do' has already been defined."},
	{"a string without an end", `id = "second"`, `id = "second`, "rules: line 24: strings cannot contain newlines"},

	{"a key that is not known", "version =", "edition = 2\nversion =", "rules: line 3: no such key: edition"},
	{"a key of rules outside them", "version =", "do = \"show\"\nversion =", "rules: line 3: no such key: do"},
	{"a key that is not known in a rule", "do = \"withhold\"", "do = \"withhold\"\nversion = \"2\"", "rules: line 35: rule second: no such key: rule.version"},
	{"such a key over more lines", "do = \"withhold\"", "mode = [\n \"a\",\n]\ndo = \"withhold\"", "rules: line 34: rule second: no such key: rule.mode"},
	{"such a key in an earlier rule", "do = \"show\"", "do = \"show\"\nwhy = 1", "rules: line 21: rule first: no such key: rule.why"},
	{"a key before the rule's id", "id = \"second\"", "why = 1\nid = \"second\"", "rules: line 24: rule second: no such key: rule.why"},
	{"a key in capitals", "do = \"withhold\"", "Do = \"withhold\"", "rules: line 34: rule second: no such key: rule.Do (keys are in lower case)"},
	{"a table that is not known", "[protection]", "[other]\na = 1\n[protection]", "rules: line 8: no such key: other"},

	{"a text where a list is due", `audience = ["public"]`, `audience = "public"`, "rules: line 28: rule second: audience: it is text in quotes, and should be a list in brackets"},
	{"a number where a text is due", `do = "show"`, "do = 1", "rules: line 20: rule first: do: it is a number, and should be text in quotes"},
	{"a text where a yes or no is due", `holder = ["legal"]`, `locked = "yes"`, "rules: line 33: rule second: locked: it is text in quotes, and should be true or false"},
	{"a text where a date is due", "effective = 2026-01-01", `effective = "soon"`, "rules: line 4: effective: it is not a date, as in 2026-01-31"},
	{"a list where a text is due", `do = "show"`, `do = ["show"]`, "rules: line 20: rule first: do: it is a list in brackets, and should be text in quotes"},
	{"a date where a list is due", `audience = ["public"]`, "audience = 2026-01-01", "rules: line 28: rule second: audience: it is a date, and should be a list in brackets"},
	{"a list where a table is due", "[protection]", "[[protection]]", "rules: line 8: protection: it should be a table"},
	{"a table where rules are due", "[[rule]]\nid = \"first\"", "[rule]\nid = \"first\"", "rules: line 23: Key 'rule' was already created and cannot be used as an array."},

	{"another format", "format = 1", "format = 2", "rules: format: this program reads format 1"},
	{"no format", "format = 1", "", "rules: format: this program reads format 1"},
	{"no name", `name = "test"`, "", "rules: name: " + badWord},
	{"a name in capitals", `name = "test"`, `name = "Test"`, "rules: name: " + badWord},
	{"a name too long", `name = "test"`, `name = "` + strings.Repeat("n", 41) + `"`, "rules: name: " + badWord},
	{"no version", `version = "1"`, "", "rules: version: " + badWord},
	{"a version with a space", `version = "1"`, `version = "1 b"`, "rules: version: " + badWord},
	{"no date", "effective = 2026-01-01", "", "rules: effective: the date from which the rules are in force is missing, or long past"},
	{"a time of day for a date", "effective = 2026-01-01", "effective = 12:00:00", "rules: effective: the date from which the rules are in force is missing, or long past"},
	{"an approval in antiquity", "version =", "approved_on = 12:00:00\nversion =", "rules: approved_on: it is long past"},
	{"no operator", `operator = "a register"`, "", "rules: operator: whose rules they are is missing, or not one line"},
	{"an operator of two lines", `operator = "a register"`, `operator = "a\nb"`, "rules: operator: whose rules they are is missing, or not one line"},
	{"a controller of two lines", "version =", "controller = \"a\\nb\"\nversion =", "rules: controller and approved_by: they are one line each"},
	{"no language", `languages = ["en", "da"]`, "", "rules: languages: there is none"},
	{"a language that is none", `languages = ["en", "da"]`, `languages = ["en", "danish!"]`, "rules: languages: \"danish!\" is not a language tag (BCP 47) in its usual spelling, or there twice"},
	{"a language in another spelling", `languages = ["en", "da"]`, `languages = ["en", "DA"]`, "rules: languages: \"DA\" is not a language tag (BCP 47) in its usual spelling, or there twice"},
	{"a language twice", `languages = ["en", "da"]`, `languages = ["en", "da", "en"]`, "rules: languages: \"en\" is not a language tag (BCP 47) in its usual spelling, or there twice"},
	{"no rule", goodRules[strings.Index(goodRules, "[[rule]]"):], "", "rules: there is no rule"},

	{"no basis of the protection", `basis = "GDPR Art. 21"`, "", "rules: rule protection: basis: the legal basis is missing, or not one line"},
	{"no reason of the protection in a language", `reason.da = "Oplysningerne er beskyttet."`, "", "rules: rule protection: reason: it is missing in \"da\""},

	{"no id", `id = "second"`, "", "rules: line 23: id: " + badWord},
	{"an id with a space", `id = "second"`, `id = "the second"`, "rules: line 23: rule the second: id: " + badWord},
	{"an id twice", `id = "second"`, `id = "first"`, "rules: line 23: rule first: id: it is taken"},
	{"the id of the floor", `id = "second"`, `id = "protection"`, "rules: line 23: rule protection: id: it is taken"},
	{"the id of the operator's rule", `id = "second"`, `id = "operator"`, "rules: line 23: rule operator: id: it is taken"},
	{"no basis", `basis = "GDPR Art. 5"`, "", inSecond + "basis: the legal basis is missing, or not one line"},
	{"a basis of two lines", `basis = "GDPR Art. 5"`, `basis = "GDPR\nArt. 5"`, inSecond + "basis: the legal basis is missing, or not one line"},
	{"a basis too long", `basis = "GDPR Art. 5"`, `basis = "` + strings.Repeat("§", 101) + `"`, inSecond + "basis: it is longer than 100 characters"},
	{"a basis that reads as an answer", `basis = "GDPR Art. 5"`, `basis = "No match for domain"`, inSecond + "basis: it holds \"no match\", which a client could take for an answer"},
	{"a basis that reads as a label", `basis = "GDPR Art. 5"`, `basis = "Status: Art. 5"`, inSecond + "basis: it holds \":\", which a client could take for an answer"},
	{"an id that reads as an answer", `id = "second"`, `id = "available"`, "rules: line 23: rule available: id: it holds \"available\", which a client could take for an answer"},
	{"a name that reads as an answer", `name = "test"`, `name = "unregistered"`, "rules: name: it holds \"unregistered\", which a client could take for an answer"},
	{"no reason", `reason.en = "Personal data."`, "", inSecond + "reason: it is missing in \"en\""},
	{"a reason of spaces", `reason.en = "Personal data."`, `reason.en = "  "`, inSecond + "reason: it is missing in \"en\""},
	{"a reason in one language too few", `reason.da = "Personoplysninger."`, "", inSecond + "reason: it is missing in \"da\""},
	{"a reason in one language too many", `reason.da = "Personoplysninger."`, "reason.da = \"Personoplysninger.\"\nreason.cs = \"Údaje.\"", inSecond + "reason: it is given in a language that the file does not name"},
	{"a reason too long", "Personoplysninger.", strings.Repeat("ø", 101), inSecond + "reason: in \"da\" it is longer than 100 characters"},
	{"a reason of two lines", "Personoplysninger.", `Person-\noplysninger.`, inSecond + "reason: in \"da\" it holds a control character"},
	{"a reason with a C1 control", "Personoplysninger.", `Person\u0085oplysninger.`, inSecond + "reason: in \"da\" it holds a control character"},
	{"a reason with a line separator", "Personoplysninger.", `Person\u2028oplysninger.`, inSecond + "reason: in \"da\" it holds a control character"},
	{"a reason that turns its direction", "Personoplysninger.", `Person\u202eoplysninger.`, inSecond + "reason: in \"da\" it holds a control character"},
	{"a reason that reads as an answer", "Personal data.", "It is Not Available.", inSecond + "reason: in \"en\" it holds \"available\", which a client could take for an answer"},
	{"a reason that reads as a label", "Personal data.", "Status: free.", inSecond + "reason: in \"en\" it holds \":\", which a client could take for an answer"},

	{"no audience", `audience = ["public"]`, "", inSecond + "audience: whom the rule is for is missing"},
	{"an audience that is none", `audience = ["public"]`, `audience = ["nobody"]`, inSecond + `audience: there is no "nobody"`},
	{"a window that is none", `holder = ["legal"]`, `window = ["gopher"]`, inSecond + `window: there is no "gopher"`},
	{"a window without a word", `holder = ["legal"]`, `window = [""]`, inSecond + `window: there is no ""`},
	{"a role that is none", `holder = ["legal"]`, `role = ["owner"]`, inSecond + `role: there is no "owner"`},
	{"a role without a word", `holder = ["legal"]`, `role = [""]`, inSecond + `role: there is no ""`},
	{"a holder that is none", `holder = ["legal"]`, `holder = ["robot"]`, inSecond + `holder: there is no "robot"`},
	{"the unknown holder", `holder = ["legal"]`, `holder = ["unknown"]`, inSecond + `holder: there is no "unknown"`},
	{"a state that is none", `holder = ["legal"]`, `verification = ["maybe"]`, inSecond + `verification: there is no "maybe"`},
	{"two words that are none", `holder = ["legal"]`, "holder = [\"robot\"]\nrole = [\"owner\"]", inSecond + `role: there is no "owner"`},
	{"a purpose of the public", `holder = ["legal"]`, `purpose = ["curiosity"]`, inSecond + "purpose: only a seeker or an authority gives one; the audience is to be of these alone"},
	{"a kind of the public", `holder = ["legal"]`, `kind = ["researcher"]`, inSecond + kindsFit},
	{"a kind of who is not of the audience", `audience = ["public"]`, "audience = [\"authority\"]\nkind = [\"researcher\"]", inSecond + kindsFit},
	{"an audience without a kind", `audience = ["public"]`, "audience = [\"seeker\", \"authority\"]\nkind = [\"researcher\"]", inSecond + kindsFit},
	{"a kind that has all or nothing", `audience = ["public"]`, "audience = [\"operator\"]\nkind = [\"operator\"]", inSecond + kindsFit},
	{"a kind that there is none of", `holder = ["legal"]`, `kind = ["journalist"]`, inSecond + `kind: there is no "journalist"`},
	{"an empty purpose", `do = "show"`, "do = \"show\"\npurpose = [\"\"]", "rules: line 13: rule first: purpose: it is empty"},
	{"a purpose of two lines", `do = "show"`, "do = \"show\"\npurpose = [\"a\\nb\"]", "rules: line 13: rule first: purpose: it is not one line"},
	{"over 200 purposes", `do = "show"`, "do = \"show\"\npurpose = " + manyPurposes(201), "rules: line 13: rule first: purpose: there are over 200 purposes"},

	{"no field", "fields = [\n  \"contact name\",\n  \"contact e-mail\",\n]", "", inSecond + "fields: there is none"},
	{"a field that is none", `"contact name"`, `"contact nose"`, inSecond + `fields: there is no field "contact nose"`},
	{"the field none", `"contact name"`, `"none"`, inSecond + `fields: there is no field "none"`},
	{"a part of a field's name", `"contact name"`, `"contact e*"`, inSecond + `fields: there is no field "contact e*"`},
	{"a part of an object's name", `"contact name"`, `"con*"`, inSecond + `fields: there is no field "con*"`},
	{"an exception that is none", `holder = ["legal"]`, `except = ["contact nose"]`, inSecond + `except: there is no field "contact nose"`},
	{"an exception of all", `holder = ["legal"]`, `except = ["contact *"]`, inSecond + "fields: there is none"},
	{"a holder of what has none", `"contact name"`, `"domain name"`, inSecond + ofContact},
	{"a role of what has none", `do = "show"`, "do = \"show\"\nrole = [\"tech\"]", "rules: line 13: rule first: " + ofContact},
	{"a protection of what has none", `do = "show"`, "do = \"show\"\nprotected = false", "rules: line 13: rule first: " + ofContact},
	{"a wish for what no wish is about", `fields = ["domain *"]`, "fields = [\"contact handle\"]\nconsented = true", "rules: line 13: rule first: fields: restricted, permitted and consented speak of name, organisation, address, phone, fax and e-mail only"},

	{"no outcome", `do = "withhold"`, "", inSecond + `do: "" is not withhold, show, part or replace`},
	{"an outcome that is none", `do = "withhold"`, `do = "hide"`, inSecond + `do: "hide" is not withhold, show, part or replace`},
	{"a part of what cannot be taken apart", `do = "withhold"`, `do = "part"`, inSecond + "do: only the contact verification has a part that can be shown"},
	{"a replacement of more than the e-mail", `do = "withhold"`, "do = \"replace\"\nwith = \"https://form.example/\"", inSecond + "do: only the contact e-mail can be replaced"},
	{"with, and nothing to replace", `do = "withhold"`, "do = \"withhold\"\nwith = \"https://form.example/\"", inSecond + `with: it goes with do = "replace"`},
	{"shown silently", `do = "show"`, "do = \"show\"\nsilent = true", `rules: line 13: rule first: silent: it goes with do = "withhold"`},
	{"withheld despite a protection", `do = "withhold"`, "do = \"withhold\"\ndespite_protection = \"why\"", inSecond + "despite_protection: the rule shows nothing"},
	{"a basis against protection of two lines", `do = "show"`, `do = "show"` + "\n" + `despite_protection = "a\nb"`, "rules: line 13: rule first: despite_protection: the basis is not one line"},
}

func TestABrokenRuleFileIsToldItsLineRuleAndReason(t *testing.T) {
	for _, tt := range broken {
		if !strings.Contains(goodRules, tt.old) {
			t.Fatalf("%s: the file has no %q", tt.what, tt.old)
		}
		refuses(t, tt.what, strings.Replace(goodRules, tt.old, tt.new, 1), tt.want)
	}
}

func refuses(t *testing.T, what, text, want string) {
	t.Helper()
	p, err := ReadPolicy([]byte(text))
	switch wrong := (*RuleError)(nil); {
	case want == "" && err == nil:
	case err == nil || p != nil:
		t.Errorf("%s: it is read", what)
	case !errors.As(err, &wrong):
		t.Errorf("%s: %v is not a RuleError", what, err)
	case err.Error() != want:
		t.Errorf("%s:\n got %s\nwant %s", what, err, want)
	}
}

func manyPurposes(n int) string {
	return `["p` + strings.Join(numbered(n), `", "p`) + `"]`
}

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, strings.Repeat("x", i))
	}
	return out
}

// Only an https address that can stand in an answer as it is replaces an e-mail.
func TestWhatReplacesAnEmailIsAnAddress(t *testing.T) {
	email := strings.Replace(goodRules, "  \"contact name\",\n", "", 1)
	const refused = "rules: line 23: rule second: with: what replaces an e-mail address is an https address in ASCII; {domain} stands for the domain's name"
	for with, want := range map[string]string{
		"https://form.example/":                 "",
		"https://form.example/?name={domain}":   "",
		"https://form.example/{domain}/contact": "",
		"":                                      refused,
		"http://form.example/":                  refused,
		"mailto:info@form.example":              refused,
		"https://":                              refused,
		"https:///path":                         refused,
		"https://user:pw@form.example/":         refused,
		"https://form.example/a b":              refused,
		`https://form.example/\r\nname: x`:      refused,
		"https://form.example/{name}":           refused,
		"https://form.example/<b>":              refused,
		"https://fórm.example/":                 refused,
	} {
		refuses(t, with, strings.Replace(email, `do = "withhold"`, "do = \"replace\"\nwith = \""+with+"\"", 1), want)
	}
}

// Rules need not be written as they usually are for their lines to be found.
func TestALineIsFoundHoweverTheRuleIsWritten(t *testing.T) {
	head := goodRules[:strings.Index(goodRules, "[[rule]]")]
	for text, want := range map[string]string{
		head + "[[ \"rule\" ]]\nid = \"a\"\n":                                           "rules: line 13: rule a: basis",
		strings.Replace(head, "[protection]", "rule = [{id = \"a\"}]\n[protection]", 1): "rules: line 8: rule a: ",
		strings.Replace(head, "operator = \"a register\"", "operator = '''\n[[rule]]\nof many'''", 1) +
			"[[rule]]\nid = \"a\"\n": "rules: operator: ",
		strings.ReplaceAll(goodRules, "\n", "\r\n") + "why = 1\r\n": "rules: line 35: rule second: no such key: rule.why",
		"\n# nothing\n":                "rules: format: ",
		"":                             "rules: format: ",
		strings.Repeat("#", maxFile+1): "rules: the file is over 256 KiB",
		"a = \"\xff\"":                 "rules: line 1: ",
		"rule = 1":                     "rules: line 1: ",
		"rule = []":                    "rules: format: ",
	} {
		if _, err := ReadPolicy([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q...: %v, want %s", text, err, want)
		}
	}
}

// What NewPolicy refuses that no file can say.
func TestAPolicyRefusesWhatCannotBeCarriedOut(t *testing.T) {
	good := Rule{ID: "one", Basis: "test", Reason: "test", Fields: []Field{ContactName}}
	for what, edit := range map[string]func(*Rule){
		"fields: there is none":           func(r *Rule) { r.Fields = nil },
		"fields: there is no such field":  func(r *Rule) { r.Fields = []Field{fieldCount} },
		"reason: it is missing":           func(r *Rule) { r.Reason = "" },
		"do: there is no such outcome":    func(r *Rule) { r.Outcome = Replace + 1 },
		"fields: there is no such field ": func(r *Rule) { r.Fields = []Field{None} },
	} {
		r := good
		edit(&r)
		if _, err := NewPolicy("test", []Rule{r}); err == nil || err.Error() != "rules: rule one: "+strings.TrimSpace(what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
	if _, err := NewPolicy("", []Rule{good}); err == nil {
		t.Error("rules without a version are taken")
	}
	if _, err := NewPolicy("test", []Rule{good}); err != nil {
		t.Error(err)
	}
}

func FuzzReadPolicy(f *testing.F) {
	f.Add([]byte(goodRules))
	for _, tt := range broken {
		f.Add([]byte(strings.Replace(goodRules, tt.old, tt.new, 1)))
	}
	for _, name := range ShippedNames() {
		text, _ := Shipped(name)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ReadPolicy(text)
		var wrong *RuleError
		if err != nil && (p != nil || !errors.As(err, &wrong) || wrong.Reason == "" || wrong.Line < 0) {
			t.Fatalf("%v, %v", p, err)
		}
		if err != nil {
			return
		}
		k := circumstance{standing: ToPublic, traits: traits(0, 0, 0, 0, 0)}
		for field, d := range p.work(k) {
			if f := Field(field); p.protects(k, f) && d.rule != nil && d.rule.Outcome != Withhold && d.rule.DespiteProtection == "" {
				t.Fatalf("%s of a protected holder is shown without a basis", f)
			}
		}
	})
}
