package quota

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"registerd/ratelimit"
)

// things are what the budgets are of.
var things = [...]string{
	ratelimit.Lookup:       "questions",
	ratelimit.Availability: "names asked for their availability",
	ratelimit.Failure:      "questions that cannot be read",
	ratelimit.Personal:     "records of persons",
	ratelimit.Miss:         "questions for what is not there",
}

// Lines say in sentences, without their full stops, what is left of budgets, when
// the rest is back, and what makes them dearer.
func Lines(all []ratelimit.Standing) []string {
	var out []string
	for i := range all {
		if s := &all[i]; s.Quota > 0 {
			out = append(out, line(s))
		}
	}
	if len(out) == 0 {
		return []string{"Nothing is counted for you, and no limit holds"}
	}
	return append(out, prices(all)...)
}

func line(s *ratelimit.Standing) string {
	text := fmt.Sprintf("%d of %d %s are left", max(s.Left, 0), s.Quota, things[s.Class])
	if s.Left <= 0 && s.More > 0 {
		text += ", one more in " + Span(s.More)
	}
	if s.Full > 0 {
		text += ", all again in " + Span(s.Full)
	}
	text += " (" + s.Budget + ")"
	if s.Pause {
		text += ". It is a pause, since questions went on over the budget; it ends by waiting, and the next one is longer"
	}
	return text
}

// prices say what counts as more than one, and why. The price of questions is that
// of asking as harvesters do; records of persons have the same, and one more when
// all clients together have been told of too many.
func prices(all []ratelimit.Standing) (out []string) {
	watched, personal := 1.0, 1.0
	for i := range all {
		switch s := &all[i]; s.Class {
		case ratelimit.Lookup:
			watched = max(s.Price, 1)
		case ratelimit.Personal:
			personal = s.Price
		}
	}
	if watched > 1 {
		out = append(out, "Each question counts as "+amount(watched)+" for now, since what your network asks looks like copying the register")
	}
	if personal > watched {
		out = append(out, "Each record of a person counts as "+amount(personal)+" for now, since all clients without an account have used up what they share")
	}
	return out
}

func amount(n float64) string { return strconv.FormatFloat(n, 'g', 4, 64) }

// Span is a time in words, rounded up in its unit.
func Span(d time.Duration) string {
	n, unit := Seconds(d), "second"
	switch {
	case n > 48*3600:
		n, unit = (n+86399)/86400, "day"
	case n > 2*3600:
		n, unit = (n+3599)/3600, "hour"
	case n > 120:
		n, unit = (n+59)/60, "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// moment is without a colon, which in a remark could be taken for a label's.
const moment = "2006-01-02 15.04 MST"

// ended is a moment in full minutes, rounded up: whoever comes then is let in.
func ended(t time.Time) string {
	return t.UTC().Add(time.Minute - 1).Truncate(time.Minute).Format(moment)
}

// Why says in sentences, without their full stops, why a question is refused, and
// what to do. without is how the window is asked for answers that tell of no
// person, such as "ask with fieldSet=brief"; "" if it has no way.
func Why(x *ratelimit.Exceeded, without string) []string {
	switch {
	case x.Block != nil:
		out := []string{"The operator has blocked this network until " + ended(x.Block.Until)}
		if reason := strings.TrimRight(x.Block.Reason, ". "); reason != "" {
			out = append(out, "The operator's reason is "+reason)
		}
		return append(out, "Whoever is blocked by mistake is asked to write to the operator")
	case x.Whose == ratelimit.Everybody:
		return []string{"All clients together ask more than the server answers at the moment, which is not your doing"}
	}
	out := budget(x)
	if x.Class == ratelimit.Personal && without != "" {
		out = append(out, "Answers that tell of no person are given all the same, "+without)
	}
	switch {
	case x.Pause:
		out = append(out, "This wait has grown, since questions went on over the budget; it ends by waiting, and later ones are shorter again")
	case x.Whose == ratelimit.Own:
		out = append(out, "Waiting that long is enough, and asking on meanwhile makes it longer in the end")
	}
	return out
}

// Refused is how HTTP says that a question was refused: a status, a word for
// programs, which never changes, and seconds to wait. A network that the operator
// has blocked has not asked too much: nobody has counted, and to ask less often
// changes nothing (RFC 9110 section 15.5.4).
func Refused(x *ratelimit.Exceeded) (status int, word string, retry int) {
	if x.Block != nil {
		return http.StatusForbidden, "blocked", Seconds(x.RetryAfter)
	}
	return http.StatusTooManyRequests, "limited", Seconds(x.RetryAfter)
}

// budget says which one is used up, and who else it is the budget of, if it is not
// the client's own.
func budget(x *ratelimit.Exceeded) []string {
	says := []string{"The budget of the " + x.Budget + " for " + things[x.Class] + " is used up"}
	switch x.Whose {
	case ratelimit.Newcomers:
		return append(says, "It is that of all newcomers as long as too many networks ask at once, which is not your doing")
	case ratelimit.Neighbours:
		return append(says, "All addresses of that network share it")
	}
	return says
}
