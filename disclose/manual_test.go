package disclose

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"registerd/register"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/publication.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The examples of the manual are rules as they are read.
func TestTheManualsExamplesAreRead(t *testing.T) {
	head, _, _ := strings.Cut(goodRules, "[[rule]]")
	examples := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(manual(t), -1)
	if len(examples) < 3 {
		t.Fatalf("the manual has %d examples", len(examples))
	}
	for _, example := range examples {
		text := example[1]
		if strings.HasPrefix(text, "[[rule]]") {
			text = head + text
		}
		if _, err := ReadPolicy([]byte(text)); err != nil {
			t.Errorf("%v:\n%s", err, example[1])
		}
	}
}

// The manual has every key and every word there is.
func TestTheManualIsComplete(t *testing.T) {
	text := manual(t)
	var words []string
	for _, table := range []reflect.Type{reflect.TypeFor[ruleFile](), reflect.TypeFor[writtenRule](), reflect.TypeFor[writtenReason]()} {
		for i := range table.NumField() {
			if key := table.Field(i).Tag.Get("toml"); key != "" && key != "rule" && key != "protection" {
				words = append(words, key)
			}
		}
	}
	for f := None + 1; f < fieldCount; f++ {
		words = append(words, f.String())
	}
	for word := range standingWords {
		words = append(words, word)
	}
	for word := range outcomes {
		words = append(words, word)
	}
	for k := KindAuthority; k <= KindOperator; k++ {
		if k.Audience() == Seeker || k.Audience() == Authority {
			words = append(words, k.String())
		}
	}
	for _, w := range windows {
		words = append(words, w.String())
	}
	for _, role := range roles[1:] {
		words = append(words, role.String())
	}
	for h := register.HolderNatural; h <= register.HolderEstate; h++ {
		words = append(words, h.String())
	}
	for s := register.Unverified; s <= register.VerificationFailed; s++ {
		words = append(words, s.String())
	}
	for _, word := range append(words, ShippedNames()...) {
		if !strings.Contains(text, "`"+word+"`") {
			t.Errorf("the manual does not speak of %q", word)
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, word := range misread {
		if !strings.Contains(text, word) {
			t.Errorf("the manual does not say that a reason may not hold %q", word)
		}
	}
}
