package service

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/internal/example"
	"registerd/register"
)

// pairOfPrograms are two that serve registers which differ in nothing but what one kind of
// caller may not see.
type pairOfPrograms struct {
	sides     [2]*reception
	questions []string
	sample    []string
}

// twinsFor opens the example and its twin for a viewer, under a file of rules.
func (g *guests) twinsFor(t *testing.T, example *whole, rules string, to disclose.Viewer, r *rand.Rand) *pairOfPrograms {
	t.Helper()
	other := example.twin(shippedPolicy(t, rules), to, r)
	if to.Grant != nil { // which is for the holder that there was
		i := slices.IndexFunc(other.domains, func(d *register.Domain) bool { return d.Name == "karin.example" })
		other.contacts[key(other.domains[i].Registrant)].ROID = karinsROID
	}
	p := &pairOfPrograms{sides: [2]*reception{g.receive(t, example.file(t), rules), g.receive(t, other.file(t), rules)}}
	p.questions, p.sample = p.sides[0].questions(t)
	all, _ := p.sides[1].questions(t)
	p.questions = append(p.questions, all...)
	slices.Sort(p.questions)
	p.questions = slices.Compact(p.questions)
	return p
}

// toldApart are the first answers to a guest that differ, "" if none do. The tag of
// the first side's answer is good on the other.
func (p *pairOfPrograms) toldApart(t *testing.T, g *guest, questions []string) string {
	t.Helper()
	for _, q := range questions {
		one, other := p.sides[0].ask(t, g, q), p.sides[1].ask(t, g, q)
		if one != other {
			return fmt.Sprintf("%s, to %s:\n%s\n\n%s", q, g.name, around(one, other), around(other, one))
		}
		if path, is := strings.CutPrefix(q, "GET "); is && strings.Contains(one, "Etag:[") && strings.HasSuffix(q, "karin.example") {
			if one, other := p.again(t, g, path); one != other || one != http.StatusNotModified {
				return fmt.Sprintf("%s, to %s, if it has changed: %d and %d", q, g.name, one, other)
			}
		}
	}
	return ""
}

// around is where a text begins to differ from another.
func around(text, other string) string {
	i := 0
	for i < min(len(text), len(other)) && text[i] == other[i] {
		i++
	}
	return text[max(0, i-200):min(len(text), i+200)]
}

// again asks both sides, if the answer is not the first side's.
func (p *pairOfPrograms) again(t *testing.T, g *guest, path string) (one, other int) {
	had := p.sides[0].send(t, g, "GET", path, nil)
	had.Body.Close()
	var status [2]int
	for i, side := range p.sides {
		res := side.send(t, g, "GET", path, http.Header{"If-None-Match": {had.Header.Get("Etag")}})
		res.Body.Close()
		status[i] = res.StatusCode
	}
	return status[0], status[1]
}

// TestTwinProgramsAnswerEveryKindOfCallerAlike asks two programs as every kind of
// caller that is more than the public: their registers differ in values that this
// caller may not see, in whether there are any, and in contacts it may not know of.
// REGISTERD_TWINS is how many seeds are tried: 1, under gdpr, of which each caller asks
// a part; of more, each has some of the callers ask all, under every file in turn.
func TestTwinProgramsAnswerEveryKindOfCallerAlike(t *testing.T) {
	oncePerGate(t)
	seeds := number(t, "REGISTERD_TWINS", 1)
	path := filepath.Join(t.TempDir(), "example.db")
	must(t, example.Build(t.Context(), path))
	example, g := wholeOf(t, path), newGuests(t)
	operator := g.of(disclose.Viewer{Audience: disclose.Operator})[0]
	for seed := range seeds {
		rules := slices.Concat([]string{"gdpr"}, disclose.ShippedNames())[seed%(1+len(disclose.ShippedNames()))]
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		for n, to := range g.viewers() {
			switch {
			case to.Audience == disclose.Authority, to.Audience == disclose.Operator:
				continue // there are no twins for who sees all
			case seeds == 1 && (to == nobody || to == fjord), seeds > 1 && (seed+n)%4 > 0:
				continue
			}
			t.Run(fmt.Sprintf("%d/%s/%s", seed, rules, g.of(to)[0].name), func(t *testing.T) {
				p := g.twinsFor(t, example, rules, to, r)
				for i, one := range g.of(to) {
					asked := pick(r, p.sample, 15)
					if i == 0 && seeds > 1 {
						asked = p.questions
					} else if i == 0 {
						asked = slices.Concat(p.sample, pick(r, p.questions, 30))
					}
					if difference := p.toldApart(t, one, asked); difference != "" {
						t.Fatalf("twins are told apart:\n%s", difference)
					}
				}
				if p.toldApart(t, operator, p.sample) == "" {
					t.Error("these are no twins: the operator does not tell them apart")
				}
			})
		}
	}
}

// TestThePublicsTwinIsToldApartByThoseWhoSeeMore asks two programs that differ in what the
// public may not see: whoever is shown something more notices, and nobody else.
func TestThePublicsTwinIsToldApartByThoseWhoSeeMore(t *testing.T) {
	oncePerGate(t)
	path := filepath.Join(t.TempDir(), "example.db")
	must(t, example.Build(t.Context(), path))
	example, g := wholeOf(t, path), newGuests(t)
	p := g.twinsFor(t, example, "gdpr", nobody, rand.New(rand.NewPCG(3, 3)))
	for _, one := range g.list {
		asked := p.sample
		more := one.is != nobody && one.is.Purpose != "dnsTransparency" // for which there is no rule
		if more {
			asked = p.questions
		}
		switch difference := p.toldApart(t, one, asked); {
		case more && difference == "":
			t.Errorf("%s is shown more than the public, and noticed nothing", one.name)
		case !more && difference != "":
			t.Errorf("%s tells them apart:\n%s", one.name, difference)
		}
	}
}

// viewers are all that guests are to the rules, each once.
func (g *guests) viewers() (out []disclose.Viewer) {
	for _, one := range g.list {
		if !slices.Contains(out, one.is) {
			out = append(out, one.is)
		}
	}
	return out
}

// of are the guests that are the same to the rules.
func (g *guests) of(v disclose.Viewer) (out []*guest) {
	for _, one := range g.list {
		if one.is == v {
			out = append(out, one)
		}
	}
	return out
}

// pick draws n of a list.
func pick(r *rand.Rand, list []string, n int) (out []string) {
	for _, i := range r.Perm(len(list))[:min(n, len(list))] {
		out = append(out, list[i])
	}
	return out
}
