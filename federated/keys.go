package federated

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// freshKeys is how long keys are believed without asking again: a key that the
	// provider takes back ends so much later. It is also the least time between two
	// look-ups, whoever invents names of keys.
	freshKeys = time.Minute
	// trustKeys is how long they are believed while the provider cannot be asked.
	trustKeys = 24 * time.Hour
	maxKeys   = 32
	leastRSA  = 2048 // bits
)

// keys are those that a provider signs by, as it last published them.
type keys struct {
	url  string
	http *http.Client
	now  func() time.Time
	log  *slog.Logger

	mu      sync.Mutex
	known   map[string]jose.JSONWebKey // by their ids
	read    time.Time                  // when known was; zero is never
	asked   time.Time                  // when the provider was, well or not
	failing bool                       // the log has been told
	looking chan struct{}              // closed when the look-up under way ends; nil without one
}

// find is the key of an id, or of the only key there is if the token names none.
func (k *keys) find(ctx context.Context, id string) (jose.JSONWebKey, error) {
	select {
	case <-k.refresh():
	case <-ctx.Done():
		return jose.JSONWebKey{}, ErrUnreachable
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.read.IsZero() || k.now().Sub(k.read) >= trustKeys {
		return jose.JSONWebKey{}, ErrUnreachable
	}
	if id == "" && len(k.known) == 1 {
		for _, only := range k.known {
			return only, nil
		}
	}
	key, known := k.known[id]
	switch {
	case id == "":
		return key, refuse("it does not say which key it is signed by")
	case !known && k.read.Before(k.asked):
		return key, ErrUnreachable // a new key may be there, and cannot be read
	case !known:
		return key, refuse("it is signed by a key that the provider does not publish")
	}
	return key, nil
}

// refresh looks the keys up if they are not fresh and it was not tried lately. What it
// returns is closed when they are as fresh as they can be.
func (k *keys) refresh() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	switch {
	case k.looking != nil:
		return k.looking
	case !k.asked.IsZero() && now.Sub(k.asked) < freshKeys:
		settled := make(chan struct{})
		close(settled)
		return settled
	}
	k.asked, k.looking = now, make(chan struct{})
	go k.look(k.looking)
	return k.looking
}

// look is nobody's question: one who hangs up does not end it for the others. The
// client has a time limit of its own.
func (k *keys) look(done chan struct{}) {
	defer close(done)
	body, err := get(context.Background(), k.http, k.url)
	var known map[string]jose.JSONWebKey
	if err == nil {
		known, err = readKeys(body)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looking = nil
	switch {
	case err == nil:
		k.known, k.read, k.failing = known, k.asked, false
	case !k.failing:
		k.failing = true
		k.log.Warn("the keys of an OpenID provider cannot be read: those that are known are taken for a day", "url", k.url, "error", err)
	}
}

// KeysState is how the keys of a provider are, for metrics.
type KeysState struct {
	Read    time.Time // when they last were; zero is never
	Failing bool      // the last look-up failed
}

// Keys tells of those of each provider, in the order of the configuration. They are
// looked up when a token comes, and not before.
func (f *Federation) Keys() []KeysState {
	out := make([]KeysState, len(f.providers))
	for i, p := range f.providers {
		p.keys.mu.Lock()
		out[i] = KeysState{p.keys.read, p.keys.failing}
		p.keys.mu.Unlock()
	}
	return out
}

// readKeys reads a set (RFC 7517 section 5), and passes over what signs nothing for us.
func readKeys(body []byte) (map[string]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, err
	}
	if len(set.Keys) > maxKeys {
		return nil, errors.New("there are more than 32 keys")
	}
	known := map[string]jose.JSONWebKey{}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil || !signs(&key) {
			continue
		}
		if _, twice := known[key.KeyID]; twice {
			return nil, errors.New("two keys have one id")
		}
		known[key.KeyID] = key
	}
	if len(known) == 0 {
		return nil, errors.New("there is no key that signs")
	}
	return known, nil
}

func signs(key *jose.JSONWebKey) bool {
	if weak, is := key.Key.(*rsa.PublicKey); is && weak.N.BitLen() < leastRSA {
		return false
	}
	return key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig")
}
