package lookup_test

import (
	"testing"

	"registerd/lookup"
)

func TestALanguageIsFoundByItsTagOrByWhatIsLeftOfIt(t *testing.T) {
	languages := []string{"en", "da", "pt-BR"}
	for want, found := range map[string]string{
		"en": "en", "DA": "da", "da-DK": "da", "da-Latn-DK": "da", "pt-br": "pt-BR",
		"pt": "", "d": "", "dan": "", "": "", "-": "", "-da": "", "de": "",
	} {
		if got, ok := lookup.Speaks(languages, want); got != found || ok != (found != "") {
			t.Errorf("%q: %q, %v; want %q", want, got, ok, found)
		}
	}
}

func TestOnlyAnswersInTheDefaultLanguageAreKept(t *testing.T) {
	s := newScene(t)
	answer := func(lang string) (a *lookup.DomainAnswer, written bool) {
		q := s.ask(public, "shop.example")
		q.Lang = lang
		a, err := s.Domain(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		out := a.Write(func(a *lookup.DomainAnswer) lookup.Written {
			written = true
			return lookup.Written{Tag: a.About.Language}
		})
		if out.Tag != a.About.Language {
			t.Errorf("%q: about %q, written in %q", lang, a.About.Language, out.Tag)
		}
		return a, written
	}
	first, _ := answer("")
	if len(first.About.Languages) < 2 || first.About.Language != "en" {
		t.Fatalf("the answer is in %q of %q", first.About.Language, first.About.Languages)
	}
	for _, lang := range []string{"", "en", "xx"} {
		if _, written := answer(lang); written {
			t.Errorf("%q: what was kept was not used", lang)
		}
	}
	for range 2 {
		if a, written := answer("da"); !written || a.About.Language != "da" {
			t.Errorf("da: answered in %q, written %v", a.About.Language, written)
		}
	}
	if _, written := answer(""); written {
		t.Error("an answer in another language took the kept one's place")
	}
}
