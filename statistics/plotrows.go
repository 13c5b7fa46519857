package statistics

import (
	"cmp"
	"slices"
)

// largest are the rows with most, and those beyond as one.
func largest(rows []Row) []Row {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b Row) int { return cmp.Compare(b.Value.N, a.Value.N) })
	if len(sorted) <= most {
		return sorted
	}
	others := 0.0
	for _, r := range sorted[most-1:] {
		others += r.Value.N
	}
	return append(sorted[:most-1:most-1], row(Value{N: others}, "all others"))
}

// of are the rows with a first key.
func of(rows []Row, key string) (out []Row) {
	for _, r := range rows {
		if r.Keys[0] == key {
			out = append(out, r)
		}
	}
	return out
}

// added are the sums of rows by day, for the days of service: one in which no server ran
// has no number.
func added(rows, service []Row) (out []Row) {
	sums := map[string]float64{}
	for _, r := range rows {
		if r.Why == "" {
			sums[r.Keys[0]] += r.Value.N
		}
	}
	for _, d := range service {
		v := Value{N: sums[d.Keys[0]]}
		if _, asked := sums[d.Keys[0]]; !asked && d.Why != "" {
			v = unmeasured
		}
		if d.Keys[1] == minutesRun {
			out = append(out, row(v, d.Keys[0]))
		}
	}
	return out
}
