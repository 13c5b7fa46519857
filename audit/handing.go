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
	told   func(all bool) // after each checkpoint: whether all places were
	next   chan Checkpoint
	done   chan struct{}
	last   int64 // size of the one that was last given; the writer's
	failed atomic.Bool
	wrong  map[string]string // with which place, as the log was told; run's
}

func newHanding(places []Place, log *slog.Logger, told func(all bool)) *handing {
	h := &handing{places: places, log: log, told: told, next: make(chan Checkpoint, 1), done: make(chan struct{}), wrong: make(map[string]string)}
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
		if !all {
			h.failed.Store(true)
		}
		h.told(all)
	}
}

func (h *handing) bring(p Place, c Checkpoint) bool {
	ctx, cancel := context.WithTimeout(context.Background(), handTimeout)
	defer cancel()
	err := p.Keep(ctx, c.Note)
	before := h.wrong[p.Name]
	switch {
	case err == nil && before != "":
		delete(h.wrong, p.Name)
		h.log.Info("journal: checkpoints are handed on again", "place", p.Name)
	case err != nil && err.Error() != before:
		h.wrong[p.Name] = err.Error()
		h.log.Error("journal: a checkpoint could not be handed on; trying again within a minute", "place", p.Name, "error", err)
	}
	return err == nil
}
