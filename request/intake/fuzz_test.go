package intake

import (
	"errors"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"registerd/request"
)

// Whatever a form holds, it is read or refused, and nothing of it is longer than what
// was sent.
func FuzzForm(f *testing.F) {
	f.Add("a.example\nb.example", "KB1", "contact name", "order.pdf", "yes")
	f.Add("", ";,\u2028", "none", `C:\x\..`, "")
	f.Add("\x00", "\xff", "domain name", "\x1b[31m", "\r\n")
	f.Fuzz(func(t *testing.T, domains, contacts, field, name, urgent string) {
		s := sent{values: url.Values{"domains": {domains}, "contacts": {contacts}, "fields": {field}, "urgent": {urgent}}}
		part := &multipart.Part{Header: textproto.MIMEHeader{"Content-Disposition": {
			mime.FormatMediaType("form-data", map[string]string{"name": "evidence", "filename": name}),
		}}}
		what := calledIn(part)
		if what == "" || len([]rune(what)) > maxFileName || strings.ContainsFunc(what, func(r rune) bool { return !unicode.IsGraphic(r) || r == '/' || r == '\\' }) {
			t.Errorf("a file is called %q", what)
		}
		out, err := s.submission()
		if err != nil {
			var invalid *request.InvalidError
			if !errors.As(err, &invalid) {
				t.Errorf("%v", err)
			}
			return
		}
		if n := len(out.Objects); n > len(domains)+len(contacts) {
			t.Errorf("%d objects", n)
		}
		if key := keyIn(domains); strings.Contains(key, "#") || len(key) > len(domains) {
			t.Errorf("the key is %q", key)
		}
	})
}
