package rdap

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
)

// Status is an HTTP status of answers, and what it says.
type Status struct {
	Code  int
	Means string // in English, sentences
}

// Statuses are those that the description for programs has words for, in order.
func Statuses() ([]Status, error) {
	var d struct {
		Components struct {
			Responses map[string]struct{ Description string }
		}
	}
	if err := json.Unmarshal([]byte(description), &d); err != nil {
		return nil, err
	}
	out := []Status{{200, "The answer."}}
	for name, r := range d.Components.Responses {
		if code, err := strconv.Atoi(name); err == nil {
			out = append(out, Status{code, r.Description})
		}
	}
	slices.SortFunc(out, func(a, b Status) int { return cmp.Compare(a.Code, b.Code) })
	return out, nil
}
