package service

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/crypto/acme"

	"registerd/config"
	"registerd/listen"
	"registerd/rdap"
)

// certified is the listener for clients that show a certificate.
type certified struct {
	certificate certificate // the server's own; nil if it is that of RDAP
	clients     *listen.Clients
}

// replaceable is a file, or several, whose content the operator replaces.
type replaceable interface {
	Reload() (take func(), err error)
	Watch(context.Context)
}

// replaceable are those of TLS.
func (s *Service) replaceable() []replaceable {
	var all []replaceable
	if s.certificate != nil {
		all = append(all, s.certificate)
	}
	if s.certified == nil {
		return all
	}
	if s.certified.certificate != nil {
		all = append(all, s.certified.certificate)
	}
	return append(all, s.certified.clients)
}

// measureCertificates tells when what is shown, and what is known of clients', ends.
func (s *Service) measureCertificates() {
	shown := map[string]certificate{}
	if s.certificate != nil {
		shown["rdap"] = s.certificate
	}
	if s.certified != nil && s.certified.certificate != nil {
		shown[certifiedWindow] = s.certified.certificate
	}
	if len(shown) > 0 {
		s.metrics.together(func(tell tellGauge) {
			for listener, kept := range shown {
				tell("registerd_certificate_expiry_timestamp_seconds", unixTime(kept.Ends()), listener)
			}
		}, family{name: "registerd_certificate_expiry_timestamp_seconds", help: "When a listener's own certificate ends; 0 while it is missing.", label: "listener"})
	}
	if s.certified != nil && !s.certified.clients.ListsEnd().IsZero() {
		s.metrics.gauge("registerd_revocations_expiry_timestamp_seconds", "When the first list of revoked client certificates ends.",
			func() float64 { return unixTime(s.certified.clients.ListsEnd()) })
	}
}

// certifiedWindow is what the listener is called.
const certifiedWindow = "rdap-certificates"

// openCertificates opens the listener, if there is to be one. What comes there is
// answered by what answers RDAP; no front end is believed.
func (s *Service) openCertificates(c *config.Config) error {
	own := c.RDAP.Certificates
	if own.Listen == "" {
		return nil
	}
	door := new(certified)
	shown := s.certificate
	if own.Certificate != "" {
		files, err := openFiles(own.TLSFiles, s.log)
		if err != nil {
			return err
		}
		door.certificate, shown = files, files
	}
	var err error
	if door.clients, err = own.OpenClients(s.log); err != nil {
		return err
	}
	l, err := s.listener(own.Window, listen.Config{MaxPerNetwork: config.UsualAtOnceHTTP})
	if err != nil {
		return err
	}
	s.refusing(l, s.refusal(true))
	secure := rdap.TLS(shown.Get)
	door.clients.Require(secure)
	const name = certifiedWindow
	server := rdap.Server(s.streams(name, own.Window, door.clients.Handler(s.metrics.timed(name, http.HandlerFunc(s.atFront)), s.turnAway)), s.log)
	rdap.Secure(server, secure)
	s.certified = door
	s.add(name, l, serveHTTP(server, s.log))
	return nil
}

// certificate is where the RDAP listener's certificate comes from: files, or an
// authority. Watch returns when its context ends.
type certificate interface {
	Get(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Ends() time.Time
	Reload() (take func(), err error)
	Watch(context.Context)
}

// openTLS says how the RDAP listener speaks TLS: nil, if it does not.
func (s *Service) openTLS(c *config.Config) (*tls.Config, error) {
	if !c.SpeaksTLS() {
		return nil, nil
	}
	var err error
	if c.FetchesCertificates() {
		var a listen.ACMEConfig
		if a, err = c.ACMEConfig(); err != nil {
			return nil, err
		}
		a.Log = s.log
		s.certificate, err = listen.OpenACME(a)
	} else {
		s.certificate, err = openFiles(c.RDAP.TLS, s.log)
	}
	if err != nil {
		return nil, err
	}
	secure := rdap.TLS(s.certificate.Get)
	if c.FetchesCertificates() {
		secure.NextProtos = append(secure.NextProtos, acme.ALPNProto)
	}
	return secure, nil
}

func openFiles(f config.TLSFiles, log *slog.Logger) (*listen.CertificateFiles, error) {
	return listen.OpenCertificateFiles(listen.CertificateFilesConfig{
		Chain: f.Certificate, Key: f.Key, Every: lookAgain, Now: time.Now, Log: log,
	})
}
