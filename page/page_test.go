package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"registerd/page"
	"registerd/register"
)

func set(t *testing.T) *page.Set {
	t.Helper()
	s, err := page.New(`{{define "one"}}{{template "top" .}}{{.T "said"}}{{.Body}}{{template "bottom" .}}{{end}}`, "p{margin:0}\n")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func written(t *testing.T, s *page.Set, body any) string {
	t.Helper()
	text, err := s.Write("one", page.Page{
		Lang: "da", Title: "title", Operator: register.Operator{Name: "A & B", Email: "a@b.example"}, Body: body,
		Say: func(language, text string) string { return text + " in " + language },
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAPageIsInItsLanguageAndSaysWhoKeepsTheRegister(t *testing.T) {
	text := written(t, set(t), "<script>")
	for _, want := range []string{
		`<html lang="da">`, "<title>title in da – A &amp; B</title>", "<h1>title in da</h1>", "said in da&lt;script&gt;",
		`<a href="mailto:a@b.example">`, "</main>", "</html>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

// A browser shows no style but the one that the policy names by its hash.
func TestThePolicyAllowsTheStyleOfThePageAndNoScript(t *testing.T) {
	s := set(t)
	_, rest, _ := strings.Cut(written(t, s, ""), "<style>")
	style, _, found := strings.Cut(rest, "</style>")
	if !found || !strings.HasSuffix(style, "p{margin:0}") {
		t.Fatalf("the style is %q", style)
	}
	header := http.Header{}
	s.Head(header)
	sum := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if got := header.Get("Content-Security-Policy"); got != want {
		t.Errorf("the policy is %q, want %q", got, want)
	}
}

func TestPagesThatCannotBeReadAreRefused(t *testing.T) {
	if _, err := page.New(`{{define "one"}}`, ""); err == nil {
		t.Error("a template without its end is taken")
	}
}
