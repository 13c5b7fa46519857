package service

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/conformance"
	"registerd/internal/marker"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// TestASearchTellsNoMoreThanLookUps asks the example register all searches, for
// everything that is in it, as the public and as a registrar that is nobody's,
// under each rule file as it is and with all searches open. An answer holds a
// marker only if one to a question for the object by its name does, and by the
// rules that the markers are made for none holds any. The two take turns, unless
// REGISTERD_TWINS is more than 1.
func TestASearchTellsNoMoreThanLookUps(t *testing.T) {
	oncePerGate(t)
	n := 0
	for _, name := range disclose.ShippedNames() {
		n++ // so that either caller has files as they are and open
		for _, open := range []bool{false, true} {
			n++
			t.Run(fmt.Sprintf("%s/open=%v", name, open), func(t *testing.T) {
				var stranger string
				log := new(kept)
				s := serveAndLog(t, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), func(c *config.Config) {
					c.Rules, c.AllowWidenTo = exampleRules(t, name, open), name+"-9"
					stranger = addStranger(c)
				})
				found := 0
				callers := []http.Header{nil, {"Authorization": {"Bearer " + stranger}}}
				if number(t, "REGISTERD_TWINS", 1) == 1 {
					i := n % 2
					callers = callers[i : i+1]
				}
				for _, header := range callers {
					found += searchesAreSilent(t, s, header)
				}
				if !strings.Contains(log.String(), `"msg":"question","window":"rdap","kind":"search"`) {
					t.Error("the log at debug holds no question")
				}
				for line := range strings.Lines(log.String()) {
					if marker.In(line) {
						t.Errorf("the log holds a marker: %s", line)
					}
				}
				if (name == "gdpr" || name == "closed" || !open) && found > 0 {
					t.Errorf("there are markers in %d answers", found)
				}
				if name == "example-cz" && open && found < 10 {
					t.Errorf("of persons whose names are public only %d are found", found)
				}
			})
		}
	}
}

// addStranger adds the token of a registrar that no object of the example has.
func addStranger(c *config.Config) (secret string) {
	secret, id, hash := access.NewToken()
	c.Tokens = append(c.Tokens, config.Token{ID: id, Hash: access.FormatHash(hash), Expires: twinTime.AddDate(50, 0, 0),
		Organization: "Stranger", Audience: disclose.Registrar.String(), Registrar: "stranger"})
	return secret
}

var ruleVersion = regexp.MustCompile(`\nversion = "[0-9]+"`)

// exampleRules is the path of a rule file, with all searches open or as it is.
func exampleRules(t *testing.T, name string, open bool) string {
	text, err := os.ReadFile(approvedRules(t, name))
	must(t, err)
	rule := ""
	if open {
		rule = "[[rule]]\nid = \"open\"\nbasis = \"test\"\naudience = [\"public\", \"other-registrar\"]\nfields = [\"search *\"]\ndo = \"show\"\n"
		for _, language := range shippedPolicy(t, name).Languages {
			rule += "reason." + language + " = \"Searches are open.\"\n"
		}
	}
	written := strings.Replace(string(text), "[[rule]]", rule+"\n[[rule]]", 1)
	written = ruleVersion.ReplaceAllString(written, "\nversion = \"9\"")
	written = strings.Replace(written, "\nunreviewed = true", "", 1)
	path := filepath.Join(t.TempDir(), "rules.toml")
	must(t, os.WriteFile(path, []byte(written), 0o600))
	return path
}

// marked are the texts of an answer that hold a marker.
func marked(a conformance.Answer) (out []string) {
	for text := range strings.SplitSeq(string(a.Body), `"`) {
		if marker.In(text) {
			out = append(out, text)
		}
	}
	return out
}

// searchesAreSilent reports in how many answers to searches there is a marker
// that look-ups show too.
func searchesAreSilent(t *testing.T, s *exampleServer, header http.Header) (found int) {
	known := map[string]bool{}
	for _, path := range s.objects(t) {
		for _, value := range marked(s.ask(t, "GET", path, header)) {
			known[value] = true
		}
	}
	for _, path := range s.everySearch(t) {
		a := s.ask(t, "GET", path, header)
		told := false
		for _, value := range marked(a) {
			if strings.Contains(value, "?") && a.Status == 200 {
				continue // the search itself, of one that found something
			}
			if told = true; !known[value] {
				t.Errorf("%s: %d: no look-up shows %s", path, a.Status, value)
			}
		}
		if told {
			found++
		}
	}
	return found
}

// everySearch are searches for all that the example holds, whole and in part.
func (s *exampleServer) everySearch(t *testing.T) (paths []string) {
	reader, err := OpenRegister(s.config.DB, sqlite.Options{})
	must(t, err)
	defer reader.Close()
	add := func(search, sorted, text string) {
		letters := []rune(text)
		paths = append(paths, search+escaped(text), search+escaped(string(letters[:min(len(letters), 3)]))+"*&count=true&sort="+sorted)
	}
	for _, kind := range []store.Kind{store.Contacts, store.Names, store.Hosts} {
		must(t, reader.Walk(t.Context(), kind, func(o store.Object) error {
			switch o.Tag() {
			case register.TagContact:
				c, err := register.DecodeContact(o.Bytes)
				add("entities?handle=", "handle:d", c.Handle)
				add("entities?handle=", "fn", c.ROID)
				add("entities?fn=", "city", c.Local.Name)
				add("entities?fn=", "org:d", c.International.Name)
				add("entities?fn=", "email", c.Local.Organization)
				return err
			case register.TagDomain, register.TagLeaving:
				add("domains?name=", "expirationDate", register.Name(o.Key).Unicode())
			case register.TagHost:
				h, err := register.DecodeHost(o.Bytes)
				add("nameservers?name=", "ipv4", o.Key)
				paths = append(paths, "domains?nsLdhName="+o.Key)
				for _, a := range h.Addrs {
					paths = append(paths, "nameservers?ip="+a.String(), "domains?nsIp="+a.String())
				}
				return err
			}
			return nil
		}))
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
