package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// saved are the good answers of testdata, and what each is the answer to.
var saved = map[string]string{
	"domain": "domain/xn--bcher-kva.example", "nameserver": "nameserver/ns1.shop.example", "entity": "entity/f1",
	"help": "help", "error": "domain/free.example",
	"domains":     "domains?name=shop*.example&count=true&sort=name&fieldSet=brief",
	"nameservers": "nameservers?ip=192.0.2.7", "entities": "entities?handle=f*&fieldSet=id",
	"reverse":     "domains/reverse_search/entity?handle=C1*&role=technical",
	"gtld-domain": "domain/shop.example", "gtld-entity": "entity/292", "gtld-nameserver": "nameserver/ns1.shop.example",
}

const base = "https://rdap.nic.example/"

// good is one of them as it would have come over HTTP.
func good(t *testing.T, name string) (Answer, Profile) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{
		Request: Request{Method: "GET", URL: base + saved[name], Header: http.Header{}},
		Status:  200, Body: body,
		Header: http.Header{
			"Content-Type": {"application/rdap+json"}, "Access-Control-Allow-Origin": {"*"}, "Vary": {"Accept, Authorization"},
			"Cache-Control": {"public, no-cache"}, "Etag": {`"abc"`},
		},
	}
	if name == "error" {
		a.Status = 404
		a.Header.Set("Cache-Control", "no-store")
		a.Header.Del("ETag")
	}
	if strings.HasPrefix(name, "gtld-") {
		return a, ICANN2024
	}
	return a, Plain
}

func TestNothingIsFoundInGoodAnswers(t *testing.T) {
	for name := range saved {
		a, profile := good(t, name)
		for _, f := range Check(a, profile) {
			t.Errorf("%s: %s", name, f)
		}
		if err := Matches(a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, note := range Decodes(a.Body) {
			t.Errorf("%s: OpenRDAP: %s", name, note)
		}
	}
}

// TestWhatThisServerAnsweredIsInOrder reads the answers that package rdap keeps.
func TestWhatThisServerAnsweredIsInOrder(t *testing.T) {
	files, err := filepath.Glob("../../rdap/testdata/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d answers: %v", len(files), err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := Answer{Body: body, Status: 200}
		if filepath.Base(file) == "help.json" {
			a.Request.URL = base + "help"
		}
		var e struct{ ErrorCode int }
		if err := json.Unmarshal(body, &e); err != nil {
			t.Fatal(err)
		}
		if e.ErrorCode != 0 {
			a.Status = e.ErrorCode
		}
		for _, f := range Check(a, Plain) {
			t.Errorf("%s: %s", file, f)
		}
		if err := Matches(a); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, note := range Decodes(body) {
			t.Errorf("%s: OpenRDAP: %s", file, note)
		}
	}
}

func TestOpenRDAPSaysWhatItCannotRead(t *testing.T) {
	for _, body := range []string{
		``, `[]`, `{"objectClassName":"domain","expires":"never"}`, `{"objectClassName":"domain","handle":[1]}`,
		`{"objectClassName":"domain","entities":[{"objectClassName":"entity","rols":["abuse"]}]}`,
	} {
		if len(Decodes([]byte(body))) == 0 {
			t.Errorf("it reads %s", body)
		}
	}
}

// TestEachRuleIsFoundWhereItIsBroken breaks good answers as testdata/broken.txt
// says: just what is broken is found, and there is no rule that nothing breaks.
func TestEachRuleIsFoundWhereItIsBroken(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "broken.txt"))
	if err != nil {
		t.Fatal(err)
	}
	proved := map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		ids, how, _ := strings.Cut(line, ": ")
		name, edits, _ := strings.Cut(how, " ")
		a, profile := good(t, name)
		for edit := range strings.SplitSeq(edits, " ; ") {
			if err := breaking(&a, edit); err != nil {
				t.Fatalf("line %d: %q: %v", n+1, edit, err)
			}
		}
		want := strings.Fields(ids)
		slices.Sort(want)
		var got, says []string
		for _, f := range Check(a, profile) {
			got, says = append(got, f.ID), append(says, f.String())
			proved[f.ID] = true
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("line %d: found\n%s\nwant %q", n+1, strings.Join(says, "\n"), want)
		}
	}
	for id := range rules {
		if !proved[id] {
			t.Errorf("%s: no answer breaks it", id)
		}
	}
}

// breaking does one edit:
//
//	drop POINTER           takes a member or an item away
//	set POINTER JSON       sets one; "-" as the last part of a pointer appends
//	text OLD => NEW        replaces text of the body, once; \xff is that byte
//	header NAME: VALUE     sets a header, or with no value drops it
//	asked NAME: VALUE      sets a header of the request
//	url, method, status    what was asked, and how it was answered
func breaking(a *Answer, edit string) (err error) {
	verb, rest, _ := strings.Cut(edit, " ")
	switch verb {
	case "drop", "set":
		pointer, value, _ := strings.Cut(rest, " ")
		a.Body, err = edited(a.Body, pointer, value)
	case "text":
		old, text, _ := strings.Cut(rest, " => ")
		if !bytes.Contains(a.Body, []byte(old)) {
			return fmt.Errorf("it does not hold %q", old)
		}
		a.Body = bytes.Replace(a.Body, []byte(old), []byte(strings.ReplaceAll(text, `\xff`, "\xff")), 1)
	case "header", "asked":
		h := a.Header
		if verb == "asked" {
			h = a.Request.Header
		}
		name, value, _ := strings.Cut(rest, ":")
		h.Set(name, strings.TrimSpace(value))
		if strings.TrimSpace(value) == "" {
			h.Del(name)
		}
	case "url":
		a.Request.URL = base + rest
	case "method":
		a.Request.Method = rest
	case "status":
		a.Status, err = strconv.Atoi(rest)
	default:
		err = fmt.Errorf("no such verb")
	}
	return err
}

// edited returns the body with what a pointer leads to changed; without a value, dropped.
func edited(body []byte, pointer, value string) ([]byte, error) {
	var root, v any
	if err := json.Unmarshal(body, &root); err != nil {
		return nil, err
	}
	if value != "" {
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			return nil, err
		}
	}
	if pointer == "/" {
		return json.Marshal(v)
	}
	root, err := change(root, strings.Split(pointer, "/")[1:], v, value == "")
	if err != nil {
		return nil, err
	}
	return json.Marshal(root)
}

func change(node any, path []string, v any, drop bool) (any, error) {
	name, last := path[0], len(path) == 1
	switch node := node.(type) {
	case map[string]any:
		inner, there := node[name]
		switch {
		case last && drop && there:
			delete(node, name)
		case last && !drop:
			node[name] = v
		case !there:
			return nil, fmt.Errorf("nothing at %q", name)
		default:
			var err error
			node[name], err = change(inner, path[1:], v, drop)
			return node, err
		}
		return node, nil
	case []any:
		if last && name == "-" {
			return append(node, v), nil
		}
		i, err := strconv.Atoi(name)
		if err != nil || i >= len(node) {
			return nil, fmt.Errorf("no item %q", name)
		}
		switch {
		case last && drop:
			return slices.Delete(node, i, i+1), nil
		case last:
			node[i] = v
		default:
			node[i], err = change(node[i], path[1:], v, drop)
		}
		return node, err
	}
	return nil, fmt.Errorf("%q leads into a value", name)
}

func TestTheJSONPathEvaluatorTellsPresentFromAbsent(t *testing.T) {
	doc, _, err := decode([]byte(`{"entities":[{"roles":["registrar"]},{"roles":["registrant"],"handle":"H",
		"vcardArray":["vcard",[["fn",{},"text",""],["tel",{"type":"voice"},"uri","tel:+1"],["adr",{"cc":"BE"},"text",[1,2,3,4]]]]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"$": "", "$.entities[?(@.roles[0]=='registrant')].handle": "[H]",
		"$.entities[?(@.roles[0]=='registrar')].handle":                                "[]",
		"$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='fn')][3]":      "[]", // one empty text
		"$.entities[1].vcardArray[1][?(@[1].type=='voice')][3]":                        "[tel:+1]",
		"$.entities[1].vcardArray[1][?(@[1].type=='fax')]":                             "[]",
		"$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='adr')][3][:3]": "[1 2 3]",
		"$.entities[*].roles[0]":                                                       "[registrar registrant]",
		"$.entities[9]":                                                                "[]",
	} {
		got, err := Resolve(doc, path)
		if err != nil || want != "" && fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s: %v", path, got, want, err)
		}
		if strings.HasSuffix(path, "'fn')][3]") && len(got) != 1 {
			t.Errorf("%s: an empty text is a value too: %v", path, got)
		}
	}
	for _, path := range []string{"", "entities", "$entities", "$.", "$..entities", "$.entities[", "$.entities[]", "$.entities[-1]", "$.entities[?(@.roles)]", "$.entities[:x]", "$.entities[99999999999]"} {
		if got, err := Resolve(doc, path); err == nil {
			t.Errorf("%q is read as a JSONPath: %v", path, got)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for name := range saved {
		body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, 200)
	}
	f.Fuzz(func(_ *testing.T, body []byte, status int) {
		for _, profile := range []Profile{Plain, ICANN2024} {
			Check(Answer{Request: Request{URL: base + "help"}, Status: status, Header: http.Header{}, Body: body}, profile)
		}
	})
}
