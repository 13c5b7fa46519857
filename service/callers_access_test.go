package service

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
	"registerd/internal/conformance"
)

const accessIntroduction = `# Who is told what

This is what the program answers, caller by caller, with the rules of ` + "`gdpr`" + ` and the example register
([testdata/README.md](../testdata/README.md)). Nobody has written the tables: a test asks the running program,
by every kind of credential, and fails if an answer is another one than stands here
(` + "`UPDATE=1 go test ./service -run TestTheTablesOfAccess`" + ` writes them anew, to be read before they are taken).
What each rule says, and why, is in [publication.md](publication.md) and in ` + "`registerd rules print gdpr`" + `.

**shown** is told, in the journal if the public is not told it. **withheld** names the rule: the answer gives its reason, whether
or not there is anything. **refused** is no answer at all, with a status of HTTP. A dash is what the register does not hold.
Who is refused nothing, and is shown nothing more, is one of the public for that question. "On WHOIS" is by the
network alone; everything else is over RDAP. Standing access is by account ([operating.md](operating.md)), single
cases are for the request desk ([requests.md](requests.md)).
`

// seenOf is a table of access: about what object, and which fields of its registrant.
type seenOf struct {
	title, domain string
	fields        []string // as "redacted" names them
	registrar     string   // guests who are its registrar
}

var tablesOfAccess = []seenOf{
	{"A natural person", "karin.example", []string{"Name", "Street", "Email"}, "nordlys"},
	{"A natural person who is protected", "protected.example", []string{"Name", "Street", "Email"}, "nordlys"},
	{"A legal person", "lighthouse.example", []string{"Name", "Organization", "Street", "Phone", "Email"}, "fjord"},
	{"A legal person that asked for its address not to be published", "hidden.example", []string{"Name", "Organization", "Street", "Email"}, "nordlys"},
	{"A legal person that asked for its telephone number not to be published", "quiet.example", []string{"Name", "Organization", "Street", "Phone", "Email"}, "fjord"},
}

// TestTheTablesOfAccess holds docs/access.md to the running program.
func TestTheTablesOfAccess(t *testing.T) {
	oncePerGate(t)
	g := newGuests(t)
	refused := g.refusals(t)
	r := g.receive(t, "", "")
	var out strings.Builder
	out.WriteString(accessIntroduction)
	for _, table := range tablesOfAccess {
		fmt.Fprintf(&out, "\n## %s: `%s`\n\n| who asks | %s |\n|%s\n", table.title, table.domain, strings.Join(headings(table.fields), " | "), strings.Repeat(" --- |", len(table.fields)+1))
		for _, one := range g.list {
			if who := one.rowOf(table.registrar); who != "" {
				fmt.Fprintf(&out, "| %s | %s |\n", who, strings.Join(r.cells(t, one, table), " | "))
			}
		}
	}
	r.tableOfSearches(t, g, &out)
	g.tableOfRefusals(t, r, refused, &out)
	path := filepath.Join("..", "docs", "access.md")
	if os.Getenv("UPDATE") != "" {
		must(t, os.WriteFile(path, []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("docs/access.md (-want +got):\n%s", diff)
	}
}

// rowOf is what a guest is called where a registrar is that of record; "" has no row,
// since another guest is the same by another credential.
func (g *guest) rowOf(registrar string) string {
	_, byWHOIS, _ := strings.Cut(g.name, "by its network on ")
	switch {
	case g.shows != nil, g.logsIn, strings.HasSuffix(g.name, "by Basic"), strings.HasSuffix(g.name, "by a link"):
		return ""
	case g.is.Audience == disclose.Registrar:
		who := "another registrar"
		if g.is.Registrar == registrar {
			who = "its registrar"
		}
		if byWHOIS != "" {
			who += ", on WHOIS"
		}
		return who
	case strings.HasSuffix(g.name, "without a purpose") && g.name != "a certificate authority without a purpose":
		return "" // as the one
	case strings.Contains(g.name, "token"):
		if g.is.Audience == disclose.Holder {
			return "the holder of `karin.example`"
		}
		return ""
	case g.is.Grant != nil:
		return "who was granted name and e-mail of `karin.example`"
	case byWHOIS != "":
		return strings.Replace(g.name, "by its network on", "on", 1)
	case g.is.Purpose != "" && g.is.Audience == disclose.Seeker && !strings.Contains(g.name, "another"):
		return g.name + ", `" + g.is.Purpose + "`"
	}
	return g.name
}

// cells say of each field of the registrant what the guest is told.
func (r *reception) cells(t *testing.T, one *guest, table seenOf) []string {
	t.Helper()
	out := make([]string, len(table.fields))
	if strings.Contains(one.name, "on WHOIS") {
		answer := r.ask(t, one, "WHOIS "+table.domain)
		for i, f := range table.fields {
			out[i] = whoisCell(answer, "Registrant "+f)
		}
		return out
	}
	res := r.send(t, one, "GET", "/domain/"+table.domain, nil)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	var o conformance.Object
	must(t, json.Unmarshal(body, &o))
	for i, f := range table.fields {
		if res.StatusCode != http.StatusOK {
			out[i] = fmt.Sprintf("refused, %d", res.StatusCode)
			continue
		}
		out[i] = rdapCell(t, &o, f)
	}
	return out
}

func whoisCell(answer, label string) string {
	_, after, found := strings.Cut(answer, "\n"+label+": ")
	switch {
	case !found:
		return "–"
	case strings.HasPrefix(after, "REDACTED"):
		return "withheld"
	}
	return "shown"
}

// jCardOf says where in a jCard a field stands, as conformance.Property writes it.
var jCardOf = map[string]string{"Name": "fn", "Organization": "org", "Street": "adr", "Email": "email", "Phone": "tel type=voice"}

// headings are the fields in the words of the rules.
func headings(fields []string) (out []string) {
	for _, f := range fields {
		switch f = strings.ToLower(f); f {
		case "email":
			f = "e-mail"
		case "organization":
			f = "organisation"
		}
		out = append(out, f)
	}
	return out
}

func rdapCell(t *testing.T, o *conformance.Object, field string) string {
	t.Helper()
	for _, r := range o.Redacted {
		if r.Name.Type+r.Name.Description == "Registrant "+field {
			return "withheld: `" + ruleOf(t, r.Reason.Description) + "`"
		}
	}
	holder := o.Entities[slices.IndexFunc(o.Entities, func(e conformance.Object) bool { return slices.Contains(e.Roles, "registrant") })]
	var properties [][]any
	must(t, json.Unmarshal(holder.VCard[1], &properties))
	for _, p := range properties {
		name, value, _ := strings.Cut(conformance.Property(p), ":")
		if strings.HasPrefix(name, jCardOf[field]) && strings.TrimSpace(value) != "" {
			return "shown"
		}
	}
	return "–"
}

// ruleOf is the rule of gdpr that gives the reason in a text, "" if none does.
func ruleOf(t *testing.T, says string) string {
	t.Helper()
	var ids []string
	for _, r := range shippedPolicy(t, "gdpr").Rules {
		if strings.Contains(says, r.Reason) && !r.Silent && !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// searchesOfAccess are the searches that the table of them has.
var searchesOfAccess = [][2]string{
	{"a name server by its whole name", "/nameservers?name=ns1.nordlys.example"}, {"name servers by address", "/nameservers?ip=192.0.2.53"},
	{"domains by the beginning of a name", "/domains?name=ka*.example"}, {"domains by name server", "/domains?nsLdhName=ns1.nordlys.example"},
	{"persons by name", "/entities?fn=Canary%20Karin%20%C3%86r%C3%B8skov"},
	{"the domains of a person (reverse search)", "/domains/reverse_search/entity?handle=CANARY-KA1&role=registrant"},
}

func (r *reception) tableOfSearches(t *testing.T, g *guests, out io.Writer) {
	t.Helper()
	fmt.Fprint(out, "\n## Searches\n\nWhat is found is shown as if it had been asked for by name. Nobody searches on WHOIS.\n\n| who asks |")
	for _, s := range searchesOfAccess {
		fmt.Fprintf(out, " %s |", s[0])
	}
	fmt.Fprintf(out, "\n|%s\n", strings.Repeat(" --- |", len(searchesOfAccess)+1))
	for _, one := range g.list {
		who := one.rowOf("nordlys")
		if who == "" || strings.Contains(one.name, "on WHOIS") || one.is == fjord {
			continue // as the other registrar: a search knows none of record
		}
		if one.is == nordlys {
			who = "a registrar"
		}
		fmt.Fprintf(out, "| %s |", who)
		for _, s := range searchesOfAccess {
			switch status, _, answer := r.refusal(t, one, s[1]); {
			case status == http.StatusOK:
				fmt.Fprint(out, " answered |")
			case ruleOf(t, answer) != "":
				fmt.Fprintf(out, " refused, %d: `%s` |", status, ruleOf(t, answer))
			default:
				fmt.Fprintf(out, " refused, %d |", status)
			}
		}
		fmt.Fprintln(out)
	}
}
