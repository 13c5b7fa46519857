package rdap

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"

	"registerd/listen"
)

// The limits of a connection. A client that sends its request a byte at a time,
// or never reads its answer, is let go.
const (
	readHeaderTimeout = 3 * time.Second
	readTimeout       = 5 * time.Second
	writeTimeout      = 15 * time.Second
	idleTimeout       = 30 * time.Second
	idleTimeoutTLS    = 3 * time.Second // see Secure
	maxHeaderBytes    = 8 << 10         // net/http allows 4 KiB more
	maxStreams        = 64              // for one HTTP/2 connection
)

// Server is an HTTP server for h with limits that a hostile client cannot live
// on. What net/http refuses by itself, because it is no HTTP request, is
// answered in plain text and does not reach h.
func Server(h http.Handler, to *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, WriteByteTimeout: writeTimeout},
		ErrorLog:          listen.HTTPTroubles(to),

		DisableGeneralOptionsHandler: true, // h answers OPTIONS * too
	}
}

// Secure has s speak TLS. Then clients come without a front end, and may speak
// HTTP/2; and of a connection of HTTP/2 that ends with streams open, net/http keeps
// all it held, up to a megabyte, for an idle timeout more: closing the streams
// starts that timer again after it was stopped (Go 1.26). So it is short.
func Secure(s *http.Server, config *tls.Config) {
	s.TLSConfig, s.IdleTimeout = config, idleTimeoutTLS
}
