package audit

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// handTimeout bounds how long a place may take to keep a checkpoint.
const handTimeout = 10 * time.Second

// handing brings checkpoints to the places, beside the writer: records do not
// wait for a slow place. One that a newer one overtakes is not brought.
type handing struct {
	places []Place
	log    *slog.Logger
	told   func() // after all places were
	next   chan Checkpoint
	done   chan struct{}
	last   int64 // size of the one that was last given; the writer's
	failed atomic.Bool
}

func newHanding(places []Place, log *slog.Logger, told func()) *handing {
	h := &handing{places: places, log: log, told: told, next: make(chan Checkpoint, 1), done: make(chan struct{})}
	go h.run()
	return h
}

// give hands c on, unless that was done and went well. It never waits, and is
// the writer's, as end is.
func (h *handing) give(c Checkpoint) {
	if c.Note == nil || len(h.places) == 0 || c.Size == h.last && !h.failed.Swap(false) {
		return
	}
	h.last = c.Size
	select {
	case <-h.next: // it is overtaken
	default:
	}
	h.next <- c
}

// end waits until the last one was brought.
func (h *handing) end() {
	close(h.next)
	<-h.done
}

func (h *handing) run() {
	defer close(h.done)
	for c := range h.next {
		all := true
		for _, p := range h.places {
			all = h.bring(p, c) && all
		}
		if all {
			h.told()
		} else {
			h.failed.Store(true)
		}
	}
}

func (h *handing) bring(p Place, c Checkpoint) bool {
	ctx, cancel := context.WithTimeout(context.Background(), handTimeout)
	defer cancel()
	if err := p.Keep(ctx, c.Note); err != nil {
		h.log.Error("audit journal: a checkpoint could not be handed on", "place", p.Name, "error", err)
		return false
	}
	return true
}
