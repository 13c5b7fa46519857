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
	answer := func(lang string) *lookup.DomainAnswer {
		q := s.ask(public, "shop.example")
		q.Lang = lang
		a, err := s.Domain(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	kept := answer("")
	if len(kept.About.Languages) < 2 || kept.About.Language != "en" {
		t.Fatalf("the answer is in %q of %q", kept.About.Language, kept.About.Languages)
	}
	for _, lang := range []string{"", "en", "xx"} {
		if answer(lang) != kept {
			t.Errorf("%q: what was kept was not used", lang)
		}
	}
	for range 2 {
		if a := answer("da"); a == kept || a.About.Language != "da" {
			t.Errorf("da: answered in %q", a.About.Language)
		}
	}
	if answer("") != kept {
		t.Error("an answer in another language took the kept one's place")
	}
}
