package das

import (
	"time"

	"registerd/lookup"
)

// Example is how a dialect answers about a name that is asked for in A-labels,
// for whoever publishes how answers look.
func (d *Dialect) Example(n *lookup.Name) string {
	return d.example(answer{question: d.read(string(n.Name)), outcome: outcomeOf(n), name: n})
}

// ExampleLimited is how a dialect answers whoever has to wait.
func (d *Dialect) ExampleLimited(name string, wait time.Duration) string {
	return d.example(answer{question: d.read(name), outcome: limited, wait: wait})
}

func (d *Dialect) example(a answer) string {
	a.about = &lookup.About{}
	return string(d.write(nil, &a))
}
