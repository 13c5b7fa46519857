package das

import (
	"context"
	"errors"

	"registerd/lookup"
)

// batch is how many names are asked about at once: the store answers a
// hundred for little more than the price of one.
const batch = 100

// ask puts names to the desk, and hands on what it says of them, in order. The
// desk answers about as many as the budget allows and says of the others when to
// come again. It returns how many were answered about, and why not the others.
func ask(ctx context.Context, desk *lookup.Desk, q lookup.Question, names []string,
	told func(first int, answers []lookup.Name, about *lookup.About)) (n int, about lookup.About, err error) {
	for n < len(names) {
		rest := names[n:min(n+batch, len(names))]
		q.Text = rest[0] // under which all stand in the day-book
		var answers []lookup.Name
		answers, about, err = desk.Names(ctx, q, rest)
		if err == nil && (len(answers) == 0 || len(answers) > len(rest)) {
			err = errors.New("the desk answered about other names than it was asked")
		}
		if err != nil {
			return n, about, err
		}
		told(n, answers, &about)
		n += len(answers)
	}
	return n, about, nil
}
