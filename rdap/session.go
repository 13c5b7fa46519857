package rdap

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"registerd/access"
	"registerd/federated"
	"registerd/lookup"
)

// The cookies belong to this host and to no other, go over TLS only, and are read by
// no script. That of a session is sent by no other site's doing, not by its links
// either: so no page elsewhere can have somebody ask, refresh or log out. That of a
// login is sent with links, since the provider is another site.
const (
	sessionCookie = "__Host-registerd-session"
	loginCookie   = "__Host-registerd-login"
	loginSeconds  = 600
)

// sessionRoutes are the paths of RFC 9560 section 5.
func (h *Handler) sessionRoutes(r chi.Router) {
	if h.site.federation == nil || !h.site.federation.Sessions() {
		return
	}
	for path, step := range map[string]step{
		"login": h.login, "callback": h.callback, "status": h.sessionStatus, "refresh": h.refreshSession,
		"logout": h.logout, "device": h.device, "devicepoll": h.devicePoll,
	} {
		r.Handle("/farv1_session/"+path, h.session(step))
	}
}

// step is one of a session. It returns what is answered, or nil if it has answered.
type step func(w http.ResponseWriter, r *http.Request) ([]byte, error)

var (
	errNoSession = refuse(http.StatusConflict, "Conflict", "there is no session; farv1_session/login begins one")
	errSession   = refuse(http.StatusConflict, "Conflict", "there is a session already; farv1_session/logout ends it")
	errProvider  = refuse(http.StatusBadRequest, "Bad Request", "nobody logs in here with this provider; /help lists those there are")
	errPending   = refuse(http.StatusBadRequest, "Authorization Pending", "nobody has logged in for this device yet; ask again after the interval")
	errLogin     = refuse(http.StatusUnauthorized, "Unauthorized", "the login was not taken, or took too long; begin again")
)

// session makes a handler of a step. Each costs what help costs, and a failed one what
// any failure costs. Nothing of it is kept by anybody, or told to the next site.
func (h *Handler) session(step step) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noStore
		w.Header()["Referrer-Policy"] = []string{"no-referrer"}
		public := h.anybody(r)
		question := lookup.Question{Caller: public, Window: lookup.RDAP}
		if !public.Channel.Private {
			h.problem(w, r, public, h.desk.Refuse(question, lookup.KindCredential, &access.Denied{Why: access.OpenChannel}))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), lookupTime)
		defer cancel()
		if _, err := h.desk.Help(ctx, question); err != nil {
			h.problem(w, r, public, err)
			return
		}
		body, err := step(w, r)
		if err == nil && body == nil {
			return
		}
		if err == nil {
			write(w, r, http.StatusOK, body)
			return
		}
		if err = sessionProblem(err); !errors.Is(err, errPending) {
			err = h.desk.Refuse(question, lookup.KindCredential, err)
		}
		h.problem(w, r, public, err)
	}
}

func sessionProblem(err error) error {
	var refused *federated.Refused
	switch {
	case errors.Is(err, federated.ErrNoProvider):
		return errProvider
	case errors.Is(err, federated.ErrPending):
		return errPending
	case errors.As(err, &refused):
		return errLogin
	}
	return err
}

func (h *Handler) login(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if _, open := h.openSession(r); open {
		return nil, errSession
	}
	q := r.URL.Query()
	address, kept, err := h.site.federation.Start(q.Get("farv1_id"), q.Get("farv1_iss"))
	if err != nil {
		return nil, err
	}
	setCookie(w, loginCookie, kept, loginSeconds, http.SameSiteLaxMode)
	delete(w.Header(), "Content-Type")
	w.Header()["Location"] = []string{address}
	w.WriteHeader(http.StatusFound)
	return nil, nil
}

func (h *Handler) callback(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	kept := cookie(r, loginCookie)
	setCookie(w, loginCookie, "", -1, http.SameSiteLaxMode) // good once
	arrived, err := h.site.federation.Finish(r.Context(), r.URL.Query(), kept)
	if err != nil {
		return nil, err
	}
	return h.arrive(w, r, arrived)
}

// arrive opens a session for somebody who has an account, and for nobody else. One
// that the browser had before ends.
func (h *Handler) arrive(w http.ResponseWriter, r *http.Request, a federated.Arrived) ([]byte, error) {
	if _, err := h.desk.Identify(lookup.RDAP, a.Person, access.Said{}, h.channel(r)); err != nil {
		return nil, err
	}
	h.site.federation.Close(r.Context(), cookie(r, sessionCookie))
	key, s := h.site.federation.Open(a)
	setCookie(w, sessionCookie, key, int(s.Left.Seconds())+1, http.SameSiteStrictMode)
	return h.site.session("Login Result", "Login succeeded.", &s), nil
}

func (h *Handler) sessionStatus(_ http.ResponseWriter, r *http.Request) ([]byte, error) {
	s, open := h.openSession(r)
	if !open {
		return nil, errNoSession
	}
	return h.site.session("Session Status Result", "Session status succeeded.", &s), nil
}

func (h *Handler) refreshSession(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if _, open := h.openSession(r); !open {
		return nil, errNoSession
	}
	key := cookie(r, sessionCookie)
	s, err := h.site.federation.Refresh(r.Context(), key)
	if err != nil {
		return nil, err
	}
	setCookie(w, sessionCookie, key, int(s.Left.Seconds())+1, http.SameSiteStrictMode)
	return h.site.session("Session Refresh Result", "Session refresh succeeded.", &s), nil
}

func (h *Handler) logout(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	known := h.site.federation.Close(r.Context(), cookie(r, sessionCookie))
	setCookie(w, sessionCookie, "", -1, http.SameSiteStrictMode)
	if !known {
		return nil, errNoSession
	}
	return h.site.session("Logout Result", "Logout succeeded.", nil), nil
}

func (h *Handler) device(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if _, open := h.openSession(r); open {
		return nil, errSession
	}
	q := r.URL.Query()
	d, kept, err := h.site.federation.StartDevice(r.Context(), q.Get("farv1_id"), q.Get("farv1_iss"))
	if err != nil {
		return nil, err
	}
	setCookie(w, loginCookie, kept, d.Ends, http.SameSiteLaxMode)
	return h.site.device(d), nil
}

func (h *Handler) devicePoll(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if _, open := h.openSession(r); open {
		return nil, errSession
	}
	arrived, err := h.site.federation.PollDevice(r.Context(), r.URL.Query().Get("farv1_dc"), cookie(r, loginCookie))
	if err != nil {
		return nil, err
	}
	setCookie(w, loginCookie, "", -1, http.SameSiteLaxMode)
	return h.arrive(w, r, arrived)
}

// openSession is the session of whoever asks, as long as its account is open.
func (h *Handler) openSession(r *http.Request) (federated.Session, bool) {
	if h.site.federation == nil {
		return federated.Session{}, false
	}
	return h.site.federation.Session(cookie(r, sessionCookie))
}

// cookie is the value of one that was sent once: of two, one is somebody else's.
func cookie(r *http.Request, name string) string {
	all := r.CookiesNamed(name)
	if len(all) != 1 {
		return ""
	}
	return all[0].Value
}

func setCookie(w http.ResponseWriter, name, value string, seconds int, to http.SameSite) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: to,
	})
}
