package rdap_test

import "strings"

// requests is every kind of request, with the status of its answer (RFC 7480
// section 5, RFC 9082).
var requests = []struct {
	method, path string
	status       int
	headers      []string
}{
	{"GET", "domain/shop.example", 200, nil},
	{"GET", "domain/SHOP.Example.", 200, nil},
	{"GET", "domain/firm.example", 200, nil},
	{"GET", "domain/xn--bcher-kva.example", 200, nil},
	{"GET", "domain/b%C3%BCcher.example", 200, nil},
	{"GET", "domain/lost.example", 200, nil},
	{"GET", "domain/evil.example", 200, nil},
	{"GET", "domain/shop.example?unknown=1&cache=bust", 200, nil},
	{"GET", "domain/shop.example", 200, []string{"Accept", "text/html;q=0.1"}},
	{"GET", "domain/shop.example", 200, []string{"Accept", `application/rdap+json;exts_list="rdap_level_0 x", application/json`}},
	{"GET", "domain/shop.example", 200, []string{"Accept", `;;;"`}},
	{"GET", "nameserver/ns1.shop.example", 200, nil},
	{"GET", "entity/F1", 200, nil},
	{"GET", "entity/f1-ex", 200, nil},
	{"GET", "entity/reg-a", 200, nil},
	{"GET", "entity/9995", 200, nil},
	{"GET", "entity/reg-b", 200, nil},
	{"GET", "help", 200, nil},

	{"GET", "domain/free.example", 404, nil},
	{"GET", "domain/kept.example", 404, nil},
	{"GET", "domain/blocked.example", 404, nil},
	{"GET", "domain/test.invalid", 404, nil},
	{"GET", "domain/not-a-domain.invalid", 404, nil},
	{"GET", "nameserver/ns9.shop.example", 404, nil},
	{"GET", "entity/nobody", 404, nil},
	{"GET", "entity/P1", 404, nil}, // there, and not to be known of

	{"GET", "", 400, nil},
	{"GET", "domain", 400, nil},
	{"GET", "domain/", 400, nil},
	{"GET", "domain//", 400, nil},
	{"GET", "domain/a/b", 400, nil},
	{"GET", "domain/a%2fb", 400, nil},
	{"GET", "domain/shop.example/", 400, nil},
	{"GET", "domain/%FF.example", 400, nil},
	{"GET", "domain/%2541.example", 400, nil},
	{"GET", "domain/a..example", 400, nil},
	{"GET", "domain/-a.example", 400, nil},
	{"GET", "domain/" + strings.Repeat("a", 64) + ".example", 400, nil},
	{"GET", "entity/%00", 400, nil},
	{"GET", "entity/%FF", 400, nil},
	{"GET", "entity/%2546%31", 400, nil}, // F1 to whoever decodes twice
	{"GET", "help/me", 400, nil},
	{"GET", "favicon.ico", 400, nil},

	{"GET", "domains?name=a*.example", 501, nil},
	{"GET", "nameservers?ip=192.0.2.1", 501, nil},
	{"GET", "entities?fn=a*", 501, nil},
	{"GET", "domains/reverse_search/entity?email=a", 501, nil},
	{"GET", "ip/192.0.2.1", 501, nil},
	{"GET", "ip/192.0.2.0/24", 501, nil},
	{"GET", "autnum/64496", 501, nil},

	{"POST", "domain/shop.example", 405, nil},
	{"PUT", "help", 405, nil},
	{"DELETE", "nowhere", 405, nil},
	{"BREW", "domain/shop.example", 405, nil},

	{"GET", "domain/shop.example", 401, []string{"Authorization", "Basic YTpi"}},
	{"GET", "domain/shop.example", 401, []string{"Authorization", "Bearer registerd_x"}},
	{"GET", "domain/shop.example", 401, []string{"Authorization", "Bearer"}},
	{"GET", "domain/shop.example", 401, []string{"Authorization", "Bearer a", "Authorization", "Bearer b"}},
	{"GET", "domain/shop.example", 400, []string{"Authorization", "Bearer a", "RDAP-Case", strings.Repeat("x", 257)}},
	{"GET", "domain/shop.example?farv1_dnt=true", 403, []string{"Authorization", "Bearer a"}},
}
