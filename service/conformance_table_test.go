package service

import (
	"strings"

	"registerd/disclose"
)

// conformanceQuestion is one kind of question, by what asks for its answer.
type conformanceQuestion struct {
	id           string // RFC and section, and code of the ICANN tool
	method, path string
	status       int
	headers      []string
}

// questions is a table of every kind of question, and of how it must be
// answered. The rest of an answer is the business of package conformance.
var questions = []conformanceQuestion{
	// What there is.
	{"9082-3.1.3", "GET", "domain/bakery.example", 200, nil},
	{"9082-3.1.3", "GET", "domain/xn--smrrebrd-64af.example", 200, nil},
	{"9082-3.1.3", "GET", "domain/sm%C3%B8rrebr%C3%B8d.example", 200, nil},
	{"9082-3.1.4", "GET", "nameserver/ns1.nordlys.example", 200, nil},
	{"9082-3.1.5", "GET", "entity/nordlys", 200, nil},
	{"9082-3.1.5", "GET", "entity/9995", 200, nil},
	{"9082-3.1.5", "GET", "entity/HAVN-1", 200, nil},
	{"9082-3.1.6", "GET", "help", 200, nil},

	// What there is not, and what may not be known of.
	{"7480-5.3", "GET", "domain/free.example", 404, nil},
	{"7480-5.3", "GET", "domain/election.example", 404, nil},
	{"7480-5.3", "GET", "nameserver/ns9.bakery.example", 404, nil},
	{"7480-5.3", "GET", "entity/nobody", 404, nil},
	{"7480-5.3", "GET", "entity/CANARY-KA1", 404, nil},
	{"7480-5.3", "GET", "domain/shop.elsewhere", 404, nil},
	{"-65300", "GET", "domain/not-a-domain.invalid", 404, nil},
	{"-13006", "GET", "domain/test.invalid", 404, nil},
	{"-65300", "HEAD", "domain/not-a-domain.invalid", 404, nil},

	// Methods.
	{"7480-4.1", "HEAD", "domain/bakery.example", 200, nil},
	{"7480-4.1", "HEAD", "domain/a..example", 400, nil},
	{"9110-15.5.6", "POST", "domain/bakery.example", 405, nil},
	{"9110-15.5.6", "PUT", "help", 405, nil},
	{"9110-15.5.6", "DELETE", "nowhere", 405, nil},
	{"9110-15.5.6", "PROPFIND", "domains?name=a*", 405, nil},
	{"7480-5.6", "OPTIONS", "domain/bakery.example", 204, []string{"Origin: https://app.example", "Access-Control-Request-Method: GET"}},
	{"7480-5.6", "OPTIONS", "nowhere", 204, []string{"Origin: null"}},
	{"7480-5.6", "GET", "domain/bakery.example", 200, []string{"Origin: https://app.example"}},

	// Accept: whatever RDAP clients and others send.
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{"Accept: application/rdap+json"}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{"Accept: application/json"}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{"Accept: application/json, application/rdap+json"}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{"Accept: */*"}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{`Accept: application/rdap+json;exts_list="rdap_level_0 redacted", application/json`}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{"Accept: application/rdap+json;q=0"}},
	{"7480-4.2", "GET", "domain/bakery.example", 200, []string{`Accept: ;;;"`, "Accept: image/png"}},
	{"7480-9.2", "GET", "domain/bakery.example", 200, []string{"Accept-Language: da, en;q=0.5"}},
	{"7480-9.2", "GET", "domain/karin.example", 200, []string{"Accept-Language: *;q=x"}},

	{"9110-12.5.3", "GET", "domain/bakery.example", 200, []string{"Accept-Encoding: gzip"}},
	{"9110-12.5.3", "GET", "domain/bakery.example", 200, []string{"Accept-Encoding: gzip;q=0.5, zstd"}},
	{"9110-12.5.3", "HEAD", "help", 200, []string{"Accept-Encoding: zstd"}},
	{"9110-12.5.3", "GET", "domain/bakery.example", 200, []string{"Accept-Encoding: identity;q=0"}},

	// Parameters that nobody knows.
	{"7480-4.3", "GET", "domain/bakery.example?unknown=1&cache=bust", 200, nil},
	{"7480-4.3", "GET", "domain/bakery.example?", 200, nil},
	{"7480-4.3", "GET", "domain/bakery.example?%zz&;;=%00", 200, nil},
	{"7480-4.3", "GET", "help?domain=bakery.example", 200, nil},

	// Encodings.
	{"9082-6.1", "GET", "domain/b%61kery%2Eexample", 200, nil},
	{"9082-6.1", "GET", "entity/%4Eordlys", 200, nil},
	{"9082-6.1", "GET", "domain/%FF.example", 400, nil},
	{"9082-6.1", "GET", "entity/%C3%28", 400, nil},
	{"9082-6.1", "GET", "domain/%2562akery.example", 400, nil},
	{"9082-6.1", "GET", "entity/%00", 400, nil},

	// What is no question.
	{"7480-5.4", "GET", "", 400, nil},
	{"7480-5.4", "GET", "domain", 400, nil},
	{"7480-5.4", "GET", "domain/", 400, nil},
	{"7480-5.4", "GET", "domain/a/b", 400, nil},
	{"7480-5.4", "GET", "domain/bakery.example/", 400, nil},
	{"7480-5.4", "GET", "domain//bakery.example", 400, nil},
	{"7480-5.4", "GET", "domain/../help", 400, nil},
	{"7480-5.4", "GET", "help/me", 400, nil},
	{"7480-5.4", "GET", "favicon.ico", 400, nil},
	{"-10300", "GET", "domain/" + strings.Repeat("a", 64) + ".example", 400, nil},
	{"-10301", "GET", "domain/" + strings.Repeat("abcdefg.", 32) + "example", 400, nil},
	{"-10303", "GET", "domain/a..example", 400, nil},
	{"-10303", "GET", "domain/-a.example", 400, nil},
	{"7480-5.4", "GET", "domain/" + strings.Repeat("a", 8000), 400, nil},
	{"9110-15.5.15", "GET", "domain/" + strings.Repeat("a", 20<<10), 431, nil},
	{"9110-15.5.22", "GET", "help", 431, []string{"X-Long: " + strings.Repeat("a", 20<<10)}},

	// What a register of domains does not answer.
	{"9082-1", "GET", "ip/192.0.2.1", 501, nil},
	{"9082-1", "GET", "ip/2001:db8::/32", 501, nil},
	{"9082-1", "GET", "autnum/64496", 501, nil},
	{"9536-2", "GET", "domains/reverse_search/domain?name=bakery.example", 501, nil},
	{"9536-2", "GET", "entities/reverse_search/entity?email=a@b.example", 501, nil},
	{"9536-2", "GET", "domains/reverse_search/entity?email=a@b.example", 403, nil},

	// Who is who.
	{"7481-3.2", "GET", "domain/bakery.example", 401, []string{"Authorization: Basic YTpi"}},
	{"6750-3", "GET", "domain/bakery.example", 401, []string{"Authorization: Bearer registerd_x"}},
	{"6750-3", "HEAD", "help", 401, []string{"Authorization: Bearer"}},
	{"9560-4.2.2", "GET", "domain/bakery.example?farv1_dnt=perhaps", 400, []string{"Authorization: Bearer x"}},

	// Answers that a client has already.
	{"9110-13.1.2", "GET", "domain/bakery.example", 304, []string{"If-None-Match: *"}},
	{"9110-13.1.2", "HEAD", "help", 304, []string{"If-None-Match: *"}},
	{"9110-13.1.2", "GET", "domain/bakery.example", 200, []string{`If-None-Match: "another"`}},
	{"9110-13.1.2", "GET", "domain/free.example", 404, []string{"If-None-Match: *"}},
}

// searchQuestions are those of RFC 9082 section 3.2, and who asks them. The
// rules that come with the program let the public ask for whole name servers
// alone, and an authority for what begins with two characters.
var searchQuestions = []struct {
	id     string
	as     disclose.Audience
	path   string
	status int
}{
	{"9082-3.2.2", disclose.Public, "nameservers?name=ns1.nordlys.example", 200},
	{"9082-3.2.2", disclose.Public, "nameservers?name=NS1.nordlys.example.", 200},
	{"9082-3.2.2", disclose.Public, "nameservers?ip=192.0.2.1", 200},
	{"9082-3.2.2", disclose.Public, "nameservers?ip=2001:DB8:1:0::1", 200},
	{"7480-4.3", disclose.Public, "nameservers?cache=bust&name=ns1.nordlys.example&x", 200},
	{"8977-2.2", disclose.Public, "nameservers?name=ns1.nordlys.example&count=true", 200},
	{"8977-2.3", disclose.Public, "nameservers?ip=192.0.2.1&sort=name:d", 200},
	{"8982-2", disclose.Public, "nameservers?name=ns1.nordlys.example&fieldSet=id", 200},
	{"8982-2", disclose.Public, "nameservers?name=ns1.nordlys.example&fieldSet=brief", 200},
	{"8982-2", disclose.Public, "nameservers?name=ns1.nordlys.example&fieldSet=full", 200},
	{"7480-5.3", disclose.Public, "nameservers?name=ns9.nordlys.example", 404},
	{"7480-5.3", disclose.Public, "nameservers?ip=192.0.2.254", 404},
	{"7480-5.3", disclose.Public, "domains?name=bakery.example", 403},
	{"7480-5.3", disclose.Public, "domains?nsIp=192.0.2.1", 403},
	{"7480-5.3", disclose.Public, "entities?fn=Nordlys*", 403},
	{"7480-5.3", disclose.Registrar, "domains?nsLdhName=ns1.nordlys.example", 403},
	{"9082-4.1", disclose.Public, "nameservers?name=*", 422},
	{"9082-4.1", disclose.Public, "nameservers?name=n*s*.example", 422},
	{"9082-3.2", disclose.Public, "nameservers", 400},
	{"9082-3.2", disclose.Public, "nameservers?name=", 400},
	{"9082-3.2", disclose.Public, "nameservers?name=a.example&ip=192.0.2.1", 400},
	{"9082-3.2", disclose.Public, "nameservers?name=a.example&name=b.example", 400},
	{"9082-3.2", disclose.Public, "nameservers?ip=192.0.2.300", 400},
	{"9082-6.1", disclose.Public, "nameservers?name=%FF.example", 400},
	{"8977-2.2", disclose.Public, "nameservers?name=ns1.nordlys.example&count=maybe", 400},
	{"8977-2.3", disclose.Public, "nameservers?name=ns1.nordlys.example&sort=colour", 400},
	{"8977-2.4", disclose.Public, "nameservers?name=ns1.nordlys.example&cursor=abc", 400},
	{"8982-2", disclose.Public, "nameservers?name=ns1.nordlys.example&fieldSet=", 400},
	{"8982-2", disclose.Public, "nameservers?name=ns1.nordlys.example&fieldSet=all", 400},

	{"9082-3.2.1", disclose.Authority, "domains?name=bakery.example", 200},
	{"9082-3.2.1", disclose.Authority, "domains?name=ba*.example&count=true&sort=registrationDate:d", 200},
	{"9082-3.2.1", disclose.Authority, "domains?name=sm%C3%B8rre*.example", 200},
	{"9082-3.2.1", disclose.Authority, "domains?nsLdhName=ns1.nordlys.example&fieldSet=brief", 200},
	{"9082-3.2.1", disclose.Authority, "domains?nsIp=192.0.2.1", 200},
	{"9082-3.2.1", disclose.Authority, "domains?nsIp=192.0.2.1&fieldSet=id", 200},
	{"9082-3.2.3", disclose.Authority, "entities?fn=Nordlys*", 200},
	{"9082-3.2.3", disclose.Authority, "entities?handle=nordlys&fieldSet=id", 200},
	{"7480-5.3", disclose.Authority, "domains?name=zzz*.example", 404},
}
