package holder

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"registerd/access"
	"registerd/disclose"
	"registerd/listen"
	"registerd/lookup"
)

// cookieName binds the cookie to this host, to TLS and to all of its paths: no other
// host can set it (RFC 6265bis section 4.1.3.2).
const cookieName = "__Host-holder"

// maxForm is in bytes: of a link, pasted into a form.
const maxForm = 4 << 10

// languageOf is the language of the rules that the reader would rather have.
func (h *Handler) languageOf(r *http.Request) string {
	have := h.cfg.Desk.About().Languages
	wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")) // of what cannot be read, nothing
	for _, w := range wanted {
		if l, ok := lookup.Speaks(have, w.String()); ok {
			return l
		}
	}
	return have[0]
}

// people reports somebody who reads pages: programs ask for JSON, and say so.
func (v *visit) people() bool {
	for part := range strings.SplitSeq(v.r.Header.Get("Accept"), ",") {
		media, _, err := mime.ParseMediaType(part)
		switch {
		case err != nil:
		case media == "application/json" || media == "application/problem+json":
			return false
		case media == "text/html" || media == "application/xhtml+xml":
			return true
		}
	}
	return true
}

// get shows what is held to whoever has a session, and to others how to begin one.
func (v *visit) get() error {
	cookie, err := v.r.Cookie(cookieName)
	if err == nil {
		s, err := v.h.cfg.Links.Session(v.r.Context(), cookie.Value)
		switch {
		case err == nil:
			return v.show(s)
		case !errors.Is(err, ErrNoSession):
			return err
		}
	}
	if _, err := v.h.cfg.Admit(v.channel); err != nil {
		return err
	}
	if !v.people() {
		return errNoSession
	}
	return v.page(http.StatusOK, "open", openPage{Over: cookie != nil, Action: v.h.at.Path()})
}

// show is all that a session is for. The desk charges and journals it.
func (v *visit) show(s Session) error {
	ctx := v.r.Context()
	select {
	case v.h.reading <- struct{}{}:
		defer func() { <-v.h.reading }()
	default:
		return errBusy
	}
	held, err := v.h.cfg.Desk.ShownOf(ctx, lookup.Question{
		Caller: access.Caller{
			Account: "holder-link-" + s.Link, Kind: disclose.KindHolder, Audience: disclose.Holder, Holder: s.ROID, Channel: v.channel,
		},
		Window: lookup.RDAP, Text: s.ROID, Lang: v.language,
	})
	if err != nil {
		return err
	}
	given, err := v.h.cfg.Received(ctx, s.ROID)
	if err != nil {
		return err
	}
	if v.people() {
		return v.page(http.StatusOK, "held", v.heldPage(held, given))
	}
	return v.json(http.StatusOK, "application/json", v.heldJSON(s.ROID, held, given))
}

// open uses a link up and begins a session, always a new one: that a cookie was
// there before is of no account.
func (v *visit) open() error {
	if v.h.origins.Check(v.r) != nil {
		return errOrigin
	}
	media, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return errMedia
	}
	charge, err := v.h.cfg.Admit(v.channel)
	if err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return errBody
	}
	key, err := v.h.cfg.Links.Open(v.r.Context(), v.r.PostForm.Get("key"), v.channel.Addr)
	switch {
	case errors.Is(err, ErrNoLink):
		charge(guessPrice)
		return err
	case err != nil:
		return err
	}
	v.cookie(key, int(sessionTime.Seconds()))
	return v.back()
}

// leave ends the session.
func (v *visit) leave() error {
	if v.h.origins.Check(v.r) != nil {
		return errOrigin
	}
	if cookie, err := v.r.Cookie(cookieName); err == nil {
		if err := v.h.cfg.Links.Leave(v.r.Context(), cookie.Value); err != nil {
			return err
		}
	}
	v.cookie("", -1)
	return v.back()
}

func (v *visit) cookie(value string, seconds int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// back goes to where what is held is shown: a path of ours, whatever was sent.
func (v *visit) back() error {
	v.w.Header().Set("Location", v.h.at.Path())
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

func (v *visit) json(status int, media string, what any) error {
	body, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return err
	}
	v.send(status, media, append(body, '\n'))
	return nil
}

func (v *visit) send(status int, media string, body []byte) {
	v.w.Header().Set("Content-Type", media)
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(body) // who has hung up is told nothing
	}
}

// recover answers where the program has a mistake. It logs the type and the place,
// and not the value, which may hold what was sent.
func (v *visit) recover() {
	if what := recover(); what != nil {
		v.h.cfg.Log.Error("holder page: a handler panicked; this is a mistake in the program", "type", fmt.Sprintf("%T", what), "stack", listen.Callers())
		v.problem(errMistake)
	}
}
