package ratelimit

import "math"

// weight is a cost that halves at every full hour, and so tells of about the last
// one.
type weight struct {
	cost float64
	hour uint32
}

func (w *weight) add(cost float64, now int64) {
	w.cost, w.hour = w.at(now)+cost, hourOf(now)
}

func (w *weight) at(now int64) float64 { return math.Ldexp(w.cost, -int(hourOf(now)-w.hour)) }
