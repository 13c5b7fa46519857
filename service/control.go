package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"registerd/config"
	"registerd/listen"
)

// The control socket is how an operator on the same machine speaks with a running
// server: HTTP and JSON over a socket in the file system. Whoever may write to that
// file, and is the user that runs the server or root, may ask for everything there.

// longestSocket is the longest path of a socket that Linux takes.
const longestSocket = 107

// listenControl opens a control socket, in place of one that a server left which
// has ended.
func listenControl(path string) (net.Listener, error) {
	if len(path) > longestSocket {
		return nil, fmt.Errorf("control: %s: the path has %d bytes and a socket's at most %d; set control to a shorter one", path, len(path), longestSocket)
	}
	if err := removeStale(path); err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	// Who connects before this is looked at by its user all the same.
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("control: %w", err)
	}
	return l, nil
}

// removeStale removes a socket that nobody answers at, and nothing else.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s: something is there that is no socket", path)
	}
	c, err := net.Dial("unix", path)
	switch {
	case err == nil:
		c.Close()
		return fmt.Errorf("%s: another server answers there", path)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return err
	}
	return os.Remove(path)
}

// controller is the user at the other end of a connection.
type controller struct{ uid int }

type controllerKey struct{}

// controllerOf asks the system, which cannot be lied to.
func controllerOf(c net.Conn) (*controller, error) {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	var cred *unix.Ucred
	var asked error
	if err := raw.Control(func(fd uintptr) { cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return nil, err
	}
	if asked != nil {
		return nil, asked
	}
	return &controller{uid: int(cred.Uid)}, nil
}

// may is for root, and for who runs the server.
func (c *controller) may() bool { return c != nil && (c.uid == 0 || c.uid == os.Getuid()) }

// name is the user's, as the log says it.
func (c *controller) name() string {
	uid := strconv.Itoa(c.uid)
	if u, err := user.LookupId(uid); err == nil {
		return u.Username + " (" + uid + ")"
	}
	return uid
}

// controlServer answers on the control socket.
func (s *Service) controlServer() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /limits/show", s.controlShow)
	mux.HandleFunc("POST /limits/clear", s.controlClear)
	mux.HandleFunc("GET /limits/top", s.controlTop)
	mux.HandleFunc("GET /status", s.controlStatus)
	mux.HandleFunc("POST /reload", s.controlReload)
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if who, _ := r.Context().Value(controllerKey{}).(*controller); !who.may() {
				controlError(w, http.StatusForbidden, errors.New("only root and the user that runs the server are answered"))
				return
			}
			mux.ServeHTTP(w, r)
		}),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			who, err := controllerOf(c)
			if err != nil {
				s.log.Error("control socket: who connected is not known, and is refused", "error", err)
			}
			return context.WithValue(ctx, controllerKey{}, who)
		},
		ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, ErrorLog: listen.HTTPTroubles(s.log),
	}
}

// openControl opens the socket, if that can be done: the public is served without.
func (s *Service) openControl(c *config.Config) {
	path := c.ControlPath()
	if path == "" {
		return
	}
	l, err := listenControl(path)
	if err != nil {
		s.log.Warn("there is no control socket: registerd status, ctl and limits are not answered", "error", err)
		return
	}
	s.control = l
	s.closers = append(s.closers, l.Close)
}

// serveControl answers until ctx ends.
func (s *Service) serveControl(ctx context.Context) {
	server := s.controlServer()
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(s.control); ctx.Err() == nil {
		s.log.Error("control socket: it has ended; registerd status, ctl and limits are not answered until a restart", "error", err)
	}
}

// controlMistake is the answer when there is none.
type controlMistake struct {
	Error string `json:"error"`
}

func controlError(w http.ResponseWriter, status int, err error) {
	controlAnswer(w, status, controlMistake{err.Error()})
}

func controlAnswer(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // who asked is gone
}

// Controlled reports whether there is a control socket.
func (s *Service) Controlled() bool { return s.control != nil }

// controlReload answers once it is done.
func (s *Service) controlReload(w http.ResponseWriter, r *http.Request) {
	who, _ := r.Context().Value(controllerKey{}).(*controller)
	// Whoever asked may go away: what is in force is not left to that.
	done, err := s.Reload(context.WithoutCancel(r.Context()), who.name())
	if err != nil {
		controlError(w, http.StatusUnprocessableEntity, fmt.Errorf("the old configuration stays in force: %w", err))
		return
	}
	controlAnswer(w, http.StatusOK, done)
}
