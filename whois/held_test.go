package whois_test

import (
	"context"
	"strings"
	"testing"

	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// meanwhile is a register during whose reading something else happens.
type meanwhile struct {
	store.Reader
	happens func()
}

func (m *meanwhile) Find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	m.happens()
	return m.Reader.Find(ctx, asks...)
}

func (m *meanwhile) Edition(ctx context.Context) (store.Edition, error) {
	m.happens()
	return m.Reader.Edition(ctx)
}

// TestWhatIsPublishedMeanwhileIsInTheNextAnswer: one answer is of one configuration,
// whenever another is put in force; also on a connection that is kept.
func TestWhatIsPublishedMeanwhileIsInTheNextAnswer(t *testing.T) {
	names := []string{"First Registry", "Second Registry"}
	for _, question := range []string{"ledig.example", "fabrik.example", "contact nobody", "help", "--limits ledig.example", "shop.elsewhere"} {
		reader := &meanwhile{Reader: registerOf(t), happens: func() {}}
		desk := deskOver(t, reader, ratelimit.Unlimited())
		publish := func(n int) {
			p := publishedAs(t, register.Operator{Name: names[n]}, register.Policies{})
			p.Limits = func() []string { return []string{"Limits of the " + names[n] + "."} }
			check(t, desk.Publish(p))
		}
		publish(0)
		reader.happens = func() { publish(1) }
		got := ask(t, serve(t, desk, nil), "-k "+question+"\r\n"+question+"\r\n-k\r\n")
		first, second, _ := strings.Cut(got, "\r\n\r\n\r\n")
		if !strings.Contains(first, names[0]) || strings.Contains(first, names[1]) {
			t.Errorf("%s: the first answer is %q", question, first)
		}
		if !strings.Contains(second, names[1]) || strings.Contains(second, names[0]) {
			t.Errorf("%s: the second answer is %q", question, second)
		}
	}
}
