package audit

import (
	"errors"
	"fmt"
	"time"
)

// write is the one writer: whoever comes while it syncs forms the next group.
func (j *Journal) write() {
	defer close(j.done)
	defer j.handed.end()
	sign, mend := time.NewTicker(signEvery), time.NewTicker(mendEvery)
	defer sign.Stop()
	defer mend.Stop()
	for {
		select {
		case first := <-j.queue:
			group := j.gather(first)
			err := j.commit(group)
			for _, r := range group {
				r.outcome <- err
			}
		case reply := <-j.asked:
			c, err := j.sign()
			reply <- signing{c, err}
		case err := <-j.waiting():
			j.freed(err)
		case <-sign.C:
			j.erase()
			_, _ = j.sign() // was logged
		case <-mend.C:
			j.mend()
		case <-j.stop:
			_, _ = j.sign()
			return
		}
	}
}

func (j *Journal) gather(first request) []request {
	group := []request{first}
	for len(group) < maxGroup {
		select {
		case r := <-j.queue:
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

func (j *Journal) commit(group []request) error {
	if !j.serves() {
		return j.refusal()
	}
	bodies := make([]body, len(group))
	for i, r := range group {
		bodies[i] = r.body
	}
	if err := j.chain.append(j.cfg.Now(), bodies); err != nil {
		return j.refuse(err)
	}
	j.note(func(s *State) { s.Records = j.chain.tree.n })
	return nil
}

// refuse breaks the journal for an error that its files may be in doubt after, or until
// the lock is free: then nothing was written, and nothing is in doubt.
func (j *Journal) refuse(err error) error {
	if errors.Is(err, ErrLocked) {
		err = fmt.Errorf("audit journal: waiting to write: %w", err)
		j.cfg.Logger.Error("journal: another process holds its lock; answers above public are refused")
		j.say(err)
		return err
	}
	err = fmt.Errorf("audit journal: refusing until it is opened anew: %w", err)
	j.cfg.Logger.Error("journal: it failed; answers above public are refused until it is opened anew", "error", err)
	j.fail(err)
	return err
}

// serves reports that the files are open, and their lock is not waited for.
func (j *Journal) serves() bool { return j.chain != nil && j.chain.lock.waiting == nil }

// waiting is where it is said that the lock was had after all, if it is waited for.
func (j *Journal) waiting() chan error {
	if j.chain == nil {
		return nil
	}
	return j.chain.lock.waiting
}

// freed serves again, now that others gave the lock back.
func (j *Journal) freed(err error) {
	j.chain.lock.waiting = nil
	if err != nil {
		_ = j.refuse(err)
		return
	}
	j.chain.lock.give()
	j.cfg.Logger.Info("journal: its lock is free again")
	j.say(nil)
}

// mend opens a journal that failed, once what was in the way may be gone.
func (j *Journal) mend() {
	if j.chain != nil {
		return
	}
	if j.open(); j.chain != nil {
		j.cfg.Logger.Info("journal: it was opened anew", "records", j.chain.tree.n)
	}
}

// sign makes a checkpoint if there is need of one, and hands the last one on.
// Without it records are written all the same: the next minute tries again.
func (j *Journal) sign() (Checkpoint, error) {
	if !j.serves() {
		return Checkpoint{}, j.refusal()
	}
	before := j.chain.signed.last.Size
	c, err := j.chain.checkpoint()
	switch {
	case errors.Is(err, ErrFork), errors.Is(err, ErrLocked):
		return Checkpoint{}, j.refuse(err)
	case err != nil:
		j.cfg.Logger.Error("journal: it could not be signed for; trying again within a minute", "error", err)
		return Checkpoint{}, fmt.Errorf("audit journal: signing: %w", err)
	}
	j.note(func(s *State) {
		if s.Checkpointed = c.Size; c.Size != before {
			s.Signed = j.cfg.Now()
		}
	})
	j.handed.give(c)
	return c, nil
}

// erase does so once a day, if the clock is believed.
func (j *Journal) erase() {
	if j.cfg.Believed != nil && !j.cfg.Believed() {
		return
	}
	now := j.cfg.Now()
	today := now.UTC().Format(dateLayout)
	if !j.serves() || j.cfg.KeepMonths == 0 || j.erased == today {
		return
	}
	err := j.chain.erase(now, j.cfg.KeepMonths)
	var left *unerased
	switch {
	case errors.As(err, &left):
		j.cfg.Logger.Error("journal: what is past its time could not be erased", "error", err)
	case err != nil:
		_ = j.refuse(err)
		return
	}
	j.erased = today
	j.note(func(s *State) { s.Records = j.chain.tree.n })
}
