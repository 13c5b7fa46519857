package whois

import (
	"slices"
	"strings"
	"testing"

	"registerd/lookup"
)

func servesExample(word string) bool { return canonical(word) == "example" }

func TestEveryFormThatClientsSendIsUnderstood(t *testing.T) {
	domain := query{kind: lookup.KindDomain, text: "shop.example"}
	with := func(q query, cs charset) query { q.charset = cs; return q }
	danish := domain
	danish.lang = "da"
	handles, impersonal, kept := domain, domain, domain
	handles.handles, impersonal.impersonal, kept.keep = true, true, true
	about := func(what topic) query { return query{kind: lookup.KindHelp, about: what} }
	asked := func(text string) query { return query{kind: lookup.KindDomain, text: text} }
	for line, want := range map[string]query{
		"shop.example":                                domain,
		"  \tshop.example \t ":                        domain,
		"domain shop.example":                         domain,
		"DOMAIN  shop.example":                        domain,
		"-T dn,ace shop.example":                      domain,
		"-T dn shop.example":                          domain,
		"-Tdn,ace,st shop.example":                    domain,
		"-T dn,ace -C US-ASCII shop.example":          with(domain, asciiCharset),
		"-T dn,ace -C UTF-8 shop.example":             with(domain, utf8Charset),
		"-C UTF-8 shop.example":                       with(domain, utf8Charset),
		"--charset=utf-8 shop.example":                with(domain, utf8Charset),
		"--charset=utf-8 --show-handles shop.example": with(handles, utf8Charset),
		"--charset latin-1 shop.example":              with(domain, latin1Charset),
		"-Z ISO-8859-1 shop.example":                  with(domain, latin1Charset),
		"-C utf-8 --charset=UTF8 shop.example":        with(domain, utf8Charset),
		" --show-handles shop.example":                handles,
		"-c utf-8 shop.example":                       with(domain, utf8Charset),
		"-V Md5.5.17 --charset UTF-8 shop.example":    with(domain, utf8Charset),
		"-V Md5.5.17 shop.example":                    domain,
		"-VMd5.5.17 -r shop.example":                  domain,
		"-V any shop.example":                         domain,
		"-r shop.example":                             domain,
		"--no-personal shop.example":                  impersonal,
		"--no-personal handle R1":                     {kind: lookup.KindEntity, whom: lookup.RegistrarOnly, text: "R1", impersonal: true},
		"--no-personal R1":                            {kind: lookup.KindEntity, whom: lookup.RegistrarOnly, text: "R1", impersonal: true},
		"-k shop.example":                             kept,
		"--persistent-connection shop.example":        kept,
		"-k":                                          {kind: lookup.KindHelp, about: keepTopic, keep: true},
		"-V Md5.5.17 -k":                              {kind: lookup.KindHelp, about: keepTopic, keep: true},
		"-k help":                                     {kind: lookup.KindHelp, keep: true},
		"-q version":                                  about(versionTopic),
		"-qtypes":                                     about(typesTopic),
		"-q Sources":                                  about(sourcesTopic),
		"-h":                                          {kind: lookup.KindHelp},
		"=shop.example":                               domain,
		"domain =shop.example":                        domain,
		"nameserver =ns1.shop.example":                {kind: lookup.KindHost, text: "ns1.shop.example"},
		"xn--blbr-roah.example":                       asked("xn--blbr-roah.example"),
		"XN--BLBR-ROAH.EXAMPLE.":                      asked("XN--BLBR-ROAH.EXAMPLE."),
		"--lang da shop.example":                      danish,
		"--lang=da --lang da shop.example":            danish,
		"-- shop.example":                             domain,
		"-r -- -shop.example":                         asked("-shop.example"),
		"shop.example/e":                              domain,
		"SHOP.example.":                               asked("SHOP.example."),
		"blåbær.example":                              asked("blåbær.example"),
		"bl\xe5b\xe6r.example":                        asked("blåbær.example"),
		"blåbær。example":                              asked("blåbær。example"),
		"example":                                     asked("example"),
		"-T domain shop":                              asked("shop"),
		"nameserver ns1.shop.example":                 {kind: lookup.KindHost, text: "ns1.shop.example"},
		"-T host ns1.shop.example":                    {kind: lookup.KindHost, text: "ns1.shop.example"},
		"registrar 9999":                              {kind: lookup.KindEntity, whom: lookup.RegistrarOnly, text: "9999"},
		"registrar Example  Registrar":                {kind: lookup.KindEntity, whom: lookup.RegistrarOnly, text: "Example Registrar"},
		"contact C1/e":                                {kind: lookup.KindEntity, whom: lookup.ContactOnly, text: "C1/e"},
		"-T contact contact C1":                       {kind: lookup.KindEntity, whom: lookup.ContactOnly, text: "C1"},
		"handle C1-EXAMPLE":                           {kind: lookup.KindEntity, text: "C1-EXAMPLE"},
		"C1-EXAMPLE":                                  {kind: lookup.KindEntity, text: "C1-EXAMPLE"},
		"help":                                        {kind: lookup.KindHelp},
		"HELP":                                        {kind: lookup.KindHelp},
		"?":                                           {kind: lookup.KindHelp},
		"--help":                                      {kind: lookup.KindHelp},
		"domain help":                                 asked("help"),
		"domain domain.example":                       asked("domain.example"),
		"-":                                           {kind: lookup.KindEntity, text: "-"},
	} {
		got, err := parseQuery(line, servesExample)
		if err != nil || got != want {
			t.Errorf("%q is understood as %+v, %v, want %+v", line, got, err, want)
		}
	}
}

func TestALineThatIsNoQuestionHasANumberedError(t *testing.T) {
	for line, want := range map[string]*queryError{
		"":                                   errNoKey,
		" \t ":                               errNoKey,
		"domain":                             errNoKey,
		"-T dn":                              errNoKey,
		"--":                                 errNoKey,
		"-C":                                 errNoValue,
		"--charset= shop.example":            errNoValue,
		"-x shop.example":                    errBadOption,
		"-k -T dn":                           errNoKey,
		"-k -x shop.example":                 errBadOption,
		"-kr shop.example":                   errBadOption,
		"-q":                                 errNoValue,
		"-q everything":                      errBadTopic,
		"-q version shop.example":            errTooMany,
		"-q version -q types":                errConflict,
		"--no-personal contact C1":           errConflict,
		"--no-personal -T contact C1":        errConflict,
		"=":                                  errNoKey,
		"/e":                                 errNoKey,
		"--no-personal=yes shop.example":     errBadOption,
		"--frobnicate shop.example":          errBadOption,
		"-rx shop.example":                   errBadOption,
		"--show-handles=yes shop.example":    errBadOption,
		"-C klingon shop.example":            errBadCharset,
		"-T person shop.example":             errBadType,
		"-T dn, shop.example":                errBadType,
		"-T dn,contact shop.example":         errConflict,
		"-T dn -T host shop.example":         errConflict,
		"-T dn nameserver ns1.shop.example":  errConflict,
		"-C utf-8 -C latin1 shop.example":    errConflict,
		"--lang da --lang en shop.example":   errConflict,
		"--lang":                             errNoValue,
		"shop.example free.example":          errTooMany,
		"shop.example -C utf-8":              errTooMany,
		"nameserver ns1.example ns2.example": errTooMany,
		"shop . example":                     errTooMany,
	} {
		if got, err := parseQuery(line, servesExample); err != want {
			t.Errorf("%q: %+v, %v, want %v", line, got, err, want)
		}
	}
}

// queryErrors are all that is said of lines that are no questions.
var queryErrors = []*queryError{errNoKey, errLineTooLong, errTooSlow, errConflict, errBadOption, errNoValue, errBadCharset, errBadTopic, errBadType, errTooMany}

func FuzzQuery(f *testing.F) {
	for _, line := range []string{"shop.example", "-T dn,ace -C UTF-8 x.example/e", "--charset=latin-1 -- -x", "domain \xe5.example", "contact a b", "?", "-k", "-q types", "=x.example", "--no-personal handle x"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		q, err := parseQuery(line, servesExample)
		if (err == nil) != (q.kind != "") || q.text == "" && err == nil && q.kind != lookup.KindHelp {
			t.Fatalf("%q: neither or both of %+v and %v", line, q, err)
		}
		if err != nil && !slices.Contains(queryErrors, err) {
			t.Fatalf("the error %q is none of the fixed ones: it may repeat the line", err.text)
		}
		if q.kind == lookup.KindDomain && strings.ContainsAny(q.text, " \t\r\n") {
			t.Fatalf("%q asks for the name %q", line, q.text)
		}
	})
}
