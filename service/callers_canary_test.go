package service

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/internal/marker"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// TestNobodyIsShownMoreThanTheirRow asks all routes as every kind of caller. Markers,
// which stand in every value of the example that the public is not shown, are in the
// answers that a caller's row names, and in no others; they, and what opens anything,
// are in no log and no metric. A row that names too little is noticed: so is one that
// names what nobody is shown.
func TestNobodyIsShownMoreThanTheirRow(t *testing.T) {
	oncePerGate(t)
	g := newGuests(t)
	r := g.receive(t, "", "")
	public := &guest{name: "the public's row"}
	questions, sample := r.questions(t)
	var noticed []string
	whole := map[disclose.Viewer]bool{}
	for _, one := range g.list {
		asked := sample
		if !whole[one.is] { // all, of who is the same by another credential, too, tells little
			asked, whole[one.is] = questions, true
		}
		told := r.answers(t, one, asked)
		for _, wrong := range one.wrong(t, told) {
			t.Errorf("%s: %s", one.name, wrong)
		}
		if len(public.wrong(t, told)) > 0 {
			noticed = append(noticed, one.name)
		}
	}
	for _, one := range g.list {
		if slices.Contains(noticed, one.name) != (one.sees != nil) {
			t.Errorf("%s is shown more than the public: %v, and nobody noticed, or somebody else", one.name, one.sees != nil)
		}
	}
	for _, secret := range g.secrets { // sent where it does not belong
		r.ask(t, g.list[0], "GET /domain/karin.example?access_token="+secret)
	}
	r.keepsToItself(t, g)
}

// heardOf are answers, by their questions.
type heardOf map[string]string

func (r *reception) answers(t *testing.T, g *guest, questions []string) heardOf {
	out := heardOf{}
	for _, q := range questions {
		out[q] = r.ask(t, g, q)
	}
	return out
}

// markers are the texts of an answer that hold a marker, without what was asked.
func markers(question, answer string) (out []string) {
	if !marker.In(answer) {
		return nil
	}
	_, asked, _ := strings.Cut(question, " ")
	for _, form := range []string{asked, url.PathEscape(asked), unescaped(asked)} {
		for _, part := range strings.FieldsFunc(form, func(r rune) bool { return strings.ContainsRune("/?&= ", r) }) {
			if marker.In(part) {
				answer = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(part)).ReplaceAllString(answer, "")
			}
		}
	}
	for text := range strings.FieldsFuncSeq(answer, func(r rune) bool { return strings.ContainsRune("\"\n<>", r) }) {
		if marker.In(text) {
			out = append(out, text)
		}
	}
	return out
}

func unescaped(text string) string {
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	return plain
}

// wrong says where answers are not as the guest's row has them.
func (g *guest) wrong(t *testing.T, answers heardOf) (out []string) {
	t.Helper()
	sees := make([]*regexp.Regexp, len(g.sees))
	met := make([]bool, len(g.sees))
	for i, s := range g.sees {
		sees[i] = regexp.MustCompile(s)
	}
	values := regexp.MustCompile(g.values)
	for question, answer := range answers {
		if strings.Contains(answer, "Access-Control-Allow-Credentials") {
			out = append(out, question+" lets scripts of other sites use a cookie")
		}
		marked := markers(question, answer)
		row := slices.IndexFunc(sees, func(s *regexp.Regexp) bool { return s.MatchString(question) })
		switch {
		case len(marked) == 0:
		case row < 0:
			out = append(out, question+" is answered with "+strings.Join(marked, ", "))
		default:
			met[row] = true
			for _, m := range marked {
				if !values.MatchString(m) {
					out = append(out, question+" is answered with "+m)
				}
			}
		}
	}
	for i, m := range met {
		if !m && slices.ContainsFunc(slices.Collect(maps.Keys(answers)), sees[i].MatchString) {
			out = append(out, "nothing is shown of "+g.sees[i])
		}
	}
	slices.Sort(out)
	return out
}

// questions are all there are of the example, of every route, and a few of every kind.
func (r *reception) questions(t *testing.T) (all, sample []string) {
	reader, err := OpenRegister(r.config.DB, sqlite.Options{})
	must(t, err)
	defer reader.Close()
	add := func(in bool, list ...string) {
		all = append(all, list...)
		if in {
			sample = append(sample, list...)
		}
	}
	few := func(o store.Object) bool {
		return slices.Contains([]string{"karin.example", "lighthouse.example", "laboratory.example", "canary-ka1", "fyr-1", "ns1.nordlys.example", "nordlys"}, o.Key)
	}
	for kind, as := range map[store.Kind][2]string{
		store.Names: {"domain/", ""}, store.Hosts: {"nameserver/", "nameserver "}, store.Contacts: {"entity/", "handle "}, store.Registrars: {"entity/", "handle "},
	} {
		must(t, reader.Walk(t.Context(), kind, func(o store.Object) error {
			add(few(o), "GET /"+as[0]+o.Key, "WHOIS "+as[1]+o.Key)
			if o.Alias != "" {
				add(false, "GET /"+as[0]+o.Alias)
			}
			if kind == store.Names {
				add(few(o), "DAS "+register.Name(o.Key).Unicode())
			}
			return nil
		}))
	}
	slices.Sort(all)
	slices.Sort(sample)
	add(true, everyRoute...)
	return all, sample
}

// everyRoute are questions of no one object, and such as are refused.
var everyRoute = []string{
	"GET /help", "GET /", "GET /openapi.json", "GET /availability/karin.example", "GET /availability/free.example",
	"HEAD /domain/karin.example", "POST /domain/karin.example", "OPTIONS /domain/karin.example", "GET /domain/KARIN.example.", "GET /domain/karin.example/x",
	"GET /domain/none.example", "GET /entity/none", "GET /domain/karin.example?fieldSet=brief", "GET /ip/192.0.2.1", "GET /autnum/64496", "GET /nowhere",
	"GET /domains?name=karin.example", "GET /domains?name=ka*.example", "GET /domains?nsLdhName=ns1.nordlys.example", "GET /domains?nsIp=192.0.2.53",
	"GET /nameservers?name=ns1.nordlys.example", "GET /nameservers?name=ns*.nordlys.example", "GET /nameservers?ip=192.0.2.53",
	"GET /entities?fn=Canary%20Karin*", "GET /entities?fn=Canary%20Karin%20%C3%86r%C3%B8skov", "GET /entities?handle=CANARY-KA1", "GET /entities?handle=canary*&count=true",
	"GET /domains/reverse_search/entity?fn=Canary*&role=registrant", "GET /domains/reverse_search/entity?handle=CANARY-KA1&role=registrant",
	"GET /holder", "GET /requests", "GET /requests/R-2026-000001", "POST /holder", "POST /holder/leave?not", "POST /requests",
	"GET /farv1_session/status", "GET /metrics", "GET /ready",
	"WHOIS -T dn karin.example", "WHOIS --lang da karin.example", "WHOIS help", "WHOIS none.example", "WHOIS ", "DAS free.example", "DAS CANARY-KA1",
}

// clientAddress is of a network that guests come from.
var clientAddress = regexp.MustCompile(`(192\.0\.2|198\.51\.100)\.[0-9]+`)

// keepsToItself searches what is kept and measured: for markers, the log, the metrics
// and the access log without the handles that were asked for; and for what opens
// anything, every file.
func (r *reception) keepsToItself(t *testing.T, g *guests) {
	t.Helper()
	res, err := http.Get("http://" + r.service.Address("private") + "/metrics")
	must(t, err)
	defer res.Body.Close()
	measured, err := io.ReadAll(res.Body)
	must(t, err)
	kept := map[string]string{"the log": r.log.String(), "the metrics": string(measured)}
	must(t, filepath.WalkDir(filepath.Dir(r.config.Audit.Dir), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		kept[path] = string(text)
		return err
	}))
	for _, path := range []string{g.path, g.path + "-wal", r.config.HolderLinks, r.config.Requests.Dir + "/requests.db"} {
		text, _ := os.ReadFile(path) // not each has a log beside it
		kept[path] = string(text)
	}
	secrets := slices.Clone(g.secrets)
	for _, cookie := range r.sessions {
		secrets = append(secrets, cookie[strings.IndexByte(cookie, '=')+1:])
	}
	asked := regexp.MustCompile(`(?i)canary(-[a-z]{2}[0-9]+|[0-9]+-example)|canary\*?( karin[^"]*)?`)
	accessLogs := 0
	for what, text := range kept {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds what opens something: %.14s...", what, secret)
			}
		}
		day := strings.HasPrefix(filepath.Base(what), "access-")
		if day {
			accessLogs++
			text = asked.ReplaceAllString(text, "")
		}
		if day || strings.HasPrefix(what, "the ") {
			if found := marker.Find(text); found != "" {
				t.Errorf("%s holds a private value: %s", what, found)
			}
		}
	}
	if found := clientAddress.FindString(kept["the log"]); found != "" || !strings.Contains(kept["the log"], `"msg":"question"`) {
		t.Errorf("the log at debug says where somebody is, %q, or has no questions", found)
	}
	if accessLogs == 0 || len(secrets) < 10 || !strings.Contains(kept["the metrics"], "registerd_") || kept["the log"] == "" {
		t.Errorf("little was searched: %d access logs, %d secrets", accessLogs, len(secrets))
	}
}
