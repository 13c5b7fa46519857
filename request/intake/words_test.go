package intake

import (
	"regexp"
	"strings"
	"testing"

	"registerd/access"
	"registerd/request"
)

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	for key, texts := range words {
		for i, text := range texts {
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s in %s: %q", key, languages[i], text)
			}
		}
	}
	for _, p := range access.Purposes {
		if purposesInDanish[p.Word] == "" {
			t.Errorf("the purpose %s is not said in Danish", p.Word)
		}
	}
	for _, k := range request.Kinds {
		if _, known := words["kind."+string(k)]; !known {
			t.Errorf("there is no word for the kind %s", k)
		}
	}
	for _, word := range offered {
		var f request.Field
		if _, known := words["field."+word]; !known || f.UnmarshalText([]byte(word)) != nil {
			t.Errorf("%s is offered, and is no field or has no word", word)
		}
	}
	for _, s := range []request.State{request.Received, request.Taken, request.Granted, request.Refused, request.Closed} {
		if _, known := words["state."+string(s)]; !known {
			t.Errorf("there is no word for the state %s", s)
		}
	}
}

func TestThePagesSayOnlyWhatThereIsATextFor(t *testing.T) {
	for _, m := range regexp.MustCompile(`\$?\.T "([^"]+)"`).FindAllStringSubmatch(pagesHTML, -1) {
		if _, known := words[m[1]]; !known {
			t.Errorf("the pages say %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\{\{define "([a-z]+)"\}\}\{\{template "top"`).FindAllStringSubmatch(pagesHTML, -1) {
		if _, known := words[m[1]+".title"]; !known {
			t.Errorf("the page %s has no title", m[1])
		}
	}
}

// Whoever hears the page, or has only a keyboard, can use it as others do.
func TestEveryInputHasALabel(t *testing.T) {
	s := newScene(t, roomy())
	page := s.do("GET", "/requests?lang=da", nil).has(t, 200, `<html lang="da">`, "Anmodning om registreringsdata").body
	ids := regexp.MustCompile(`<(?:input|select|textarea)\b[^>]*>`).FindAllString(page, -1)
	if len(ids) < 25 {
		t.Fatalf("found %d inputs", len(ids))
	}
	for _, input := range ids {
		id := regexp.MustCompile(`\bid="([^"]+)"`).FindStringSubmatch(input)
		if strings.Contains(input, `type="hidden"`) {
			continue
		}
		if id == nil || !strings.Contains(page, `<label for="`+id[1]+`"`) {
			t.Errorf("no label: %s", input)
		}
	}
	for _, described := range regexp.MustCompile(`aria-describedby="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+described[1]+`"`) {
			t.Errorf("nothing is %s", described[1])
		}
	}
	if n := strings.Count(page, "<h1>"); n != 1 || strings.Contains(page, "<script") || strings.Contains(page, " on") && regexp.MustCompile(`<[^>]* on[a-z]+=`).MatchString(page) {
		t.Errorf("%d main headings, or a script", n)
	}
}
