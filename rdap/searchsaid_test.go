package rdap_test

import (
	"fmt"
	"strings"
	"testing"

	"registerd/register"
)

// Who said in the query what for, and not to be tracked, says it in the next page too.
func TestTheLinkToTheNextPageSaysAgainWhatTheQuerySaidOfWhoAsks(t *testing.T) {
	objects := []any{registrarA()}
	for i := range 150 {
		objects = append(objects, &register.Domain{
			Name: register.Name(fmt.Sprintf("page-%03d.example", i)), ROID: fmt.Sprintf("D%d-EX", i), Sponsor: "reg-a", Created: created,
		})
	}
	w, entitled := seeker(t, setup{store: fill(t, objects...)})
	var bearer []string
	for i := 0; i < len(entitled); i += 2 {
		if entitled[i] != "RDAP-Purpose" {
			bearer = append(bearer, entitled[i:i+2]...)
		}
	}
	got := w.ask(t, "GET", "domains?name=pa*.example&farv1_qp=legalActions&farv1_dnt=false", bearer...)
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if strings.Contains(string(got.body), `"value":"`+base+`domains?name=pa*.example\u0026farv1`) {
		t.Errorf("the answer names itself by who asks: %s", got.body)
	}
	r := readSearchReply(t, got.body)
	if len(r.Paging.Links) != 1 || !strings.HasSuffix(r.Paging.Links[0].Href, "&farv1_qp=legalActions&farv1_dnt=false") {
		t.Fatalf("links %+v", r.Paging.Links)
	}
	next := strings.TrimPrefix(r.Paging.Links[0].Href, base)
	if second := w.ask(t, "GET", next, bearer...); second.status != 200 || len(readSearchReply(t, second.body).results()) != 50 {
		t.Errorf("%s: %d %s", next, second.status, second.body)
	}
}
