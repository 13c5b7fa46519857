package service

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// search draws a search and asks it to its last page, as a polite client does
// who waits when told to. What is left of the budget is compared after every
// page: Retry-After tells it to the second.
func (w *twins) search(t *testing.T, r *rand.Rand, told answered) (difference string) {
	path := w.drawSearch(r)
	for page := 1; path != "" && page <= 4; page++ {
		next, difference := w.page(t, r, path, told)
		if difference == "" {
			difference = w.budget(t, told)
		}
		if difference != "" {
			return difference
		}
		if path = next; path != "" && (told["has expired"] == 0 || r.IntN(4) == 0) {
			return w.misused(t, r, path, told)
		}
	}
	return ""
}

// page asks for one page and returns the path of the next. It is asked for again
// in another way at times.
func (w *twins) page(t *testing.T, r *rand.Rand, path string, told answered) (next, difference string) {
	answer, difference := w.patiently(t, "GET", path, w.header, told)
	if difference != "" {
		return "", difference
	}
	switch r.IntN(6) {
	case 0:
		_, difference = w.patiently(t, "HEAD", path, w.header, told)
	case 1:
		header := w.header.Clone()
		for _, tag := range etag.FindAllStringSubmatch(answer, 1) { // the first side's, for both
			header.Set("If-None-Match", tag[1])
		}
		_, difference = w.patiently(t, "GET", path, header, told)
	}
	if link := nextPage.FindStringSubmatch(answer); link != nil {
		next = strings.ReplaceAll(link[1], `\u0026`, "&")
	}
	return next, difference
}

var (
	nextPage   = regexp.MustCompile(`"rel":"next","href":"https://rdap\.nic\.example(/[^"]*)"`)
	retryAfter = regexp.MustCompile(`Retry-After:\[(\d+)\]`)
	etag       = regexp.MustCompile(`Etag:\[("[^"]*")\]`)
)

// patiently asks until the budget allows it.
func (w *twins) patiently(t *testing.T, method, path string, header http.Header, told answered) (answer, difference string) {
	for range 3 {
		answer, difference = w.both(t, method+" "+path, overHTTP(method, path, header, false), told)
		wait := retryAfter.FindStringSubmatch(answer)
		if difference != "" || wait == nil || !strings.HasPrefix(answer, "429") {
			return answer, difference
		}
		seconds, err := strconv.Atoi(wait[1])
		must(t, err)
		w.clock.Add(int64(time.Duration(seconds) * time.Second))
	}
	t.Fatalf("%s: nobody who waits as long as told is let in: %s", path, answer)
	return "", ""
}

// budget asks what costs one token, to see what is left.
func (w *twins) budget(t *testing.T, told answered) (difference string) {
	_, difference = w.both(t, "after a search, /help", overHTTP("GET", "/help", w.header, false), told)
	return difference
}

// misused asks for a page by a cursor that is not this search's or has expired.
func (w *twins) misused(t *testing.T, r *rand.Rand, path string, told answered) (difference string) {
	switch n := r.IntN(3); {
	case told["has expired"] == 0, n == 0:
		w.clock.Add(int64(20 * time.Minute))
	case n == 1:
		path += "A"
	default:
		path = strings.Replace(path, "=tw", "=twi", 1)
	}
	_, difference = w.patiently(t, "GET", path, w.header, told)
	return difference
}

// drawSearch draws one of the searches: for what is in one of the registers, by
// the whole or the beginning, and for what is in none.
func (w *twins) drawSearch(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	name, handle, person := pick(w.names...), pick(w.handles...), pick(w.persons...)
	server := "ns" + strconv.Itoa(1+r.IntN(3)) + ".provider-" + strconv.Itoa(1+r.IntN(20)) + ".test"
	address := pick(pick(w.addresses...), "192.0.2.1", "192.0.2.9", "2001:db8::1")
	sorts := "name registrationDate lastChangedDate expirationDate transferDate name:d,registrationDate colour"
	var path, pattern, more string
	switch r.IntN(9) {
	case 0, 1:
		path, pattern = "/domains?name", pick(name, "tw*", "tw-"+pick("b", "s", "m")+"*.example", "TW*.example", "*", "city1.example")
	case 2:
		path, pattern = "/domains?nsLdhName", pick("ns000.shared.test", "ns0*.shared.test", server, "ns*"+server[3:], "ns1."+name)
	case 3:
		path, pattern = "/domains?nsIp", address
	case 4:
		path, pattern = "/nameservers?name", pick("ns*.shared.test", server, "ns*."+name, "ns001.shared.test")
		sorts = "name:d ipv4 ipv6:d registrationDate lastChangedDate:d transferDate ipv4,name:d"
	case 5:
		path, pattern = "/nameservers?ip", address
		sorts = "name ipv4:d ipv6 registrationDate:d,name lastChangedDate transferDate"
	case 6:
		path, pattern = "/entities?fn", pick(person, beginning(person), "tw*", "twin*", "registrar*", "lå*")
	case 7:
		path, pattern = "/domains/reverse_search/entity?"+pick("fn", "handle", "email"), pick(person, beginning(person), handle, beginning(handle), "tw-c1*", "info@*")
		more = pick("", "", "&role=registrant", "&role=tech*", "&role=billing&role=admin*", "&handle=tw*", "&fn=t*") + pick("&farv1_qp="+twinPurpose, "")
	default:
		path, pattern = "/entities?handle", pick(handle, beginning(handle), "tw*", "tw-c1*", "registrar-*")
	}
	if strings.HasPrefix(path, "/entities") {
		sorts = "fn handle fn:d handle:d org email voice cc city registrationDate lastChangedDate:d transferDate org:d,city,cc,fn name"
	}
	path += "=" + escaped(pattern) + more
	if r.IntN(2) == 0 {
		path += "&sort=" + pick(strings.Fields(sorts)...)
	}
	return path + pick("", "", "", "&count=true") + pick("", "", "&fieldSet=brief", "&fieldSet=id")
}

// beginning is a pattern of all that begin as the text does.
func beginning(text string) string {
	letters := []rune(text)
	return string(letters[:min(len(letters), 4)]) + "*"
}

// escaped is a text as queries hold it.
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
