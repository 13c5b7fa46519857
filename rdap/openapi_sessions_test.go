package rdap_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"registerd/access"
)

// What is answered to whoever logs in is as it is described: statuses, headers and
// members.
func TestEveryAnswerOfALoginIsAsDescribed(t *testing.T) {
	s := loginScene(t)
	a, body := describedBy(t, s.window)
	schemas := compiled(t, body)
	seen := map[string]bool{}
	judge := func(path string, got reply) {
		t.Helper()
		path, _, _ = strings.Cut("/farv1_session/"+path, "?")
		what, status := path+" "+strconv.Itoa(got.status), strconv.Itoa(got.status)
		ref, described := a.operation(t, path, "get").Responses[status]
		if seen[what] = true; !described {
			t.Errorf("%s is not described:\n%s", what, got.body)
			return
		}
		name := strings.TrimPrefix(ref.Ref, "#/components/responses/")
		response := a.Components.Responses[name]
		for header := range got.header {
			known := append(slices.Collect(maps.Keys(response.Headers)), ofEveryAnswer...)
			if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, header) }) {
				t.Errorf("%s: the header %s is not described", what, header)
			}
		}
		content, is := response.Content[got.header.Get("Content-Type")]
		if is != (len(got.body) > 0) {
			t.Errorf("%s: %d bytes of %q, described as %v", what, len(got.body), got.header.Get("Content-Type"), response.Content)
		}
		if is {
			value := parse(t, got.body)
			if err := schemas(name, got.header.Get("Content-Type")).Validate(value); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			a.knows(t, what, content.Schema, value)
		}
	}
	s.provider.User(map[string]any{"sub": "officer-7", "rdap_allowed_purposes": []string{"legalActions"}, "rdap_dnt_allowed": true})
	b := s.browser(t)
	ask := func(path string) { t.Helper(); judge(path, b.get("farv1_session/"+path)) }
	back := func() { t.Helper(); judge("callback", b.logIn()) }
	for _, path := range []string{
		"login?farv1_iss=https://other.example", "login", "callback", "status", "refresh", "logout",
		"device?farv1_iss=https://other.example", "device", "devicepoll", "devicepoll?farv1_dc=x",
	} {
		ask(path)
	}
	began := b.get("farv1_session/device")
	code := regexp.MustCompile(`"device_code":"([^"]+)"`).FindSubmatch(began.body)
	if code == nil {
		t.Fatalf("no code: %s", began.body)
	}
	ask("devicepoll?farv1_dc=" + string(code[1]))
	s.provider.Approve()
	ask("devicepoll?farv1_dc=" + string(code[1]))
	ask("logout")
	s.desk.Admit(officers(t, s.provider, func(a *access.Account) { a.Suspended = true }))
	back()
	s.desk.Admit(officers(t, s.provider, func(*access.Account) {}))
	back()
	for _, path := range []string{"login", "status", "refresh", "device", "devicepoll"} {
		ask(path)
	}
	s.provider.Fail(true)
	ask("refresh")
	s.provider.Fail(false)
	s.provider.Withhold()
	ask("refresh")
	back()
	ask("logout")
	s.provider.User(map[string]any{"sub": "somebody"})
	back()
	for _, want := range []string{
		"login 302", "login 400", "login 409", "callback 200", "callback 401", "callback 403", "status 200", "status 409", "refresh 200",
		"refresh 401", "refresh 409", "refresh 503", "logout 200", "logout 409", "device 200", "device 400", "device 409", "devicepoll 200", "devicepoll 400", "devicepoll 401", "devicepoll 409",
	} {
		if !seen["/farv1_session/"+want] {
			t.Errorf("nobody was answered %s", want)
		}
	}
}
