package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"registerd/request"
)

// get answers what is only looked at.
func (v *visit) get() {
	if err := v.admit(pricePage); err != nil {
		v.problem(err)
		return
	}
	switch {
	case v.number == "":
		v.page(http.StatusOK, "form", v.form(sent{}, nil))
	case len(v.r.Header["Authorization"]) > 0:
		v.state(v.key())
	case v.people():
		v.page(http.StatusOK, "open", openPage{v.number, v.action()})
	default:
		v.problem(errNoKey)
	}
}

// post answers what is sent.
func (v *visit) post() {
	if v.h.origins.Check(v.r) != nil {
		v.refuse(errOrigin)
		return
	}
	if err := v.admit(priceReading); err != nil {
		v.w.Header().Set("Connection", "close") // the body is not read
		v.problem(err)
		return
	}
	switch {
	case v.number == "":
		v.submit()
	case v.part == "evidence":
		v.attach()
	case v.part == "token":
		v.withKey(v.pickUp)
	default:
		v.withKey(v.state)
	}
}

// closed answers what only the request desk could. The body is not read.
func (v *visit) closed() {
	err := v.admit(pricePage)
	if err == nil {
		err = errClosed
	}
	v.w.Header().Set("Connection", "close")
	v.problem(err)
}

// withKey reads the key of whoever sends nothing else.
func (v *visit) withKey(answer func(key string)) {
	v.price = pricePage
	if len(v.r.Header["Authorization"]) > 0 {
		if v.r.ContentLength != 0 {
			v.w.Header().Set("Connection", "close")
			v.problem(errTooLarge)
			return
		}
		answer(v.key())
		return
	}
	s, err := v.read()
	if err != nil {
		v.problem(err)
		return
	}
	answer(keyIn(s.values.Get("key")))
}

// status is the state of the request that the place and the key name together.
func (v *visit) status(key string) (request.Status, error) {
	ctx, cancel := v.context()
	defer cancel()
	s, err := v.requests.StateFor(ctx, key)
	if err == nil && s.Number != v.number {
		err = request.ErrNotFound
	}
	if errors.Is(err, request.ErrNotFound) {
		v.price = priceWrong
	}
	return s, err
}

func (v *visit) state(key string) {
	s, err := v.status(key)
	switch {
	case err != nil:
		v.problem(err)
	case v.people():
		v.page(http.StatusOK, "state", v.statePage(&s, key))
	default:
		v.json(http.StatusOK, s)
	}
}

// json sends what programs are told.
func (v *visit) json(status int, said any) {
	body, err := json.Marshal(said)
	if err != nil {
		v.problem(err)
		return
	}
	v.write(status, mediaJSON, body)
}

// made is what a requester is told once.
type made struct {
	Number string    `json:"number"`
	Key    string    `json:"key"`
	Link   string    `json:"link"` // the key is its fragment
	Due    time.Time `json:"due"`
}

// submit takes a request. It is counted for the address that it came from.
func (v *visit) submit() {
	s, submission, err := v.submission()
	if err == nil {
		submission.Client = v.channel.Addr
		var receipt request.Receipt
		ctx, cancel := v.context()
		defer cancel()
		if receipt, err = v.requests.Submit(ctx, submission); err == nil {
			v.price = priceRequest
			v.taken(s, receipt)
			return
		}
	}
	var invalid *request.InvalidError
	if v.people() && errors.As(err, &invalid) {
		v.page(http.StatusUnprocessableEntity, "form", v.form(s, invalid))
		return
	}
	v.problem(err)
}

// taken keeps the files that came with a request that was taken, and says how it
// is found again.
func (v *visit) taken(s sent, receipt request.Receipt) {
	m := made{
		Number: receipt.Number, Key: receipt.Secret, Due: receipt.Due.UTC(),
		Link: v.h.base + ownPath[1:] + "/" + receipt.Number + "#" + receipt.Secret,
	}
	v.number = receipt.Number
	if !v.people() {
		v.w.Header().Set("Location", v.action())
		v.json(http.StatusCreated, m)
		return
	}
	page := madePage{Number: m.Number, Due: written(m.Due), Link: m.Link, Key: m.Key, Action: v.action()}
	for _, f := range s.files {
		if err := v.keep(m.Key, f.text); err != nil {
			v.h.log.Error("request desk: a file that came with a request was not kept", "request", m.Number, "error", err)
			page.Failed = append(page.Failed, f.what)
		}
	}
	v.page(http.StatusCreated, "made", page)
}

// keep has the desk keep a file that the request of a key names.
func (v *visit) keep(key string, text []byte) error {
	ctx, cancel := v.context()
	defer cancel()
	return v.requests.Attach(ctx, key, sha256.Sum256(text), bytes.NewReader(text))
}

// attach takes a file that the request names by its hash.
func (v *visit) attach() {
	leave, err := v.patience()
	if err != nil {
		v.problem(err)
		return
	}
	defer leave()
	key, text, err := v.file()
	if err == nil {
		err = v.keep(key, text)
	}
	if err != nil {
		v.w.Header().Set("Connection", "close") // what was sent may not be read to its end
		v.problem(err)
		return
	}
	v.state(key)
}

// file is one that was sent, and the key of its request, which is right. A program's
// file is not read before that is known.
func (v *visit) file() (key string, text []byte, err error) {
	if len(v.r.Header["Authorization"]) == 0 {
		return v.fileInForm()
	}
	if v.media() != mediaFile {
		return "", nil, errMediaFile
	}
	if _, err = v.status(v.key()); err == nil {
		text, err = v.body(v.h.evidence)
	}
	return v.key(), text, err
}

func (v *visit) fileInForm() (key string, text []byte, err error) {
	s, err := v.readFiles()
	switch {
	case err != nil:
		return "", nil, err
	case len(s.files) != 1:
		return "", nil, errBroken
	}
	key = keyIn(s.values.Get("key"))
	_, err = v.status(key)
	return key, s.files[0].text, err
}

// handed is a token as it is handed out.
type handed struct {
	Token   string    `json:"token"`
	Until   time.Time `json:"until"`
	Objects []string  `json:"objects"`
}

// pickUp hands out the token of a grant, once.
func (v *visit) pickUp(key string) {
	s, err := v.status(key)
	var token request.Token
	if err == nil {
		ctx, cancel := v.context()
		defer cancel()
		if token, err = v.requests.PickUp(ctx, key); err == nil {
			v.h.pickedUp(ctx)
		}
	}
	switch {
	case err != nil:
		v.problem(err)
	case v.people():
		v.page(http.StatusOK, "token", v.tokenPage(&s, token, key))
	default:
		v.json(http.StatusOK, handed{token.Text, token.Until.UTC(), s.Objects})
	}
}

// action is the path of the request, as browsers are to ask for it.
func (v *visit) action() string { return v.h.at.Path() + "/" + v.number }
