package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"registerd/listen"
	"registerd/rdap"
)

// lookAtRevoked is how often the lists of revoked client certificates are read.
const lookAtRevoked = 30 * time.Second

// certificates is a listener that speaks TLS with who shows a client's certificate, and
// with nobody else. What is asked there is answered as on the other listener of RDAP;
// registerd account certificate says whose a certificate is.
type certificates struct {
	window
	// Issuers is a file in PEM: the certificates of those who issue the clients'
	// certificates, each directly. It is read at the start.
	Issuers string `toml:"ca"`
	// Revoked is a file with a list of revoked certificates of each of them, in PEM,
	// at most 1 MiB. It is read every 30 seconds and with SIGHUP; once a list has
	// ended, nobody of its issuer is taken. Default: none, and only accounts tell who is.
	Revoked string `toml:"crl"`
	// The server's own certificate. Default: that of rdap.tls or rdap.acme.
	tlsFiles
}

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
func (s *service) replaceable() []replaceable {
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

// checkCertificates looks for what contradicts itself; it opens no file.
func (c *config) checkCertificates() error {
	own := c.RDAP.Certificates
	switch {
	case own.Listen == "":
		return nil
	case c.RDAP.Listen == "":
		return errors.New("listen: what is answered there is what rdap.listen answers, which is off")
	case own.Issuers == "":
		return errors.New("ca: it is missing")
	case (own.Certificate == "") != (own.Key == ""):
		return errors.New("certificate and key are given together")
	case own.Certificate == "" && !c.speaksTLS():
		return errors.New("certificate: it is missing, and rdap.tls is as well")
	}
	return nil
}

func (c *certificates) clients(log *slog.Logger) (*listen.Clients, error) {
	return listen.OpenClients(listen.ClientsConfig{
		Issuers: c.Issuers, Revoked: c.Revoked, Every: lookAtRevoked, Now: time.Now, Log: log,
	})
}

// inWords tells what check found of the listener: where it is, the server's own
// certificate, and when the lists end.
func (c *certificates) inWords(now time.Time, log *slog.Logger) ([][2]string, error) {
	if c.Listen == "" {
		return nil, nil
	}
	clients, err := c.clients(log)
	if err != nil {
		return nil, err
	}
	lines := [][2]string{{"rdap, to client certificates", c.Listen}}
	if c.Certificate != "" {
		shown, err := c.load(now)
		if err != nil {
			return nil, err
		}
		lines = append(lines, [2]string{"certificate there", endAndNames(shown)})
	}
	revoked := "off"
	if ends := clients.ListsEnd(); !ends.IsZero() {
		revoked = "until " + ends.Format(time.RFC3339)
	}
	return append(lines, [2]string{"revocations", revoked}), nil
}

// measureCertificates tells when what is shown, and what is known of clients', ends.
func (s *service) measureCertificates() {
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
func (s *service) openCertificates(c *config) error {
	own := c.RDAP.Certificates
	if own.Listen == "" {
		return nil
	}
	door := new(certified)
	shown := s.certificate
	if own.Certificate != "" {
		files, err := own.open(s.log)
		if err != nil {
			return err
		}
		door.certificate, shown = files, files
	}
	var err error
	if door.clients, err = own.clients(s.log); err != nil {
		return err
	}
	l, err := s.listener(own.window, listen.Config{MaxPerNetwork: usualAtOnceHTTP})
	if err != nil {
		return err
	}
	s.refusing(l, s.refusal(true))
	config := rdap.TLS(shown.Get)
	door.clients.Require(config)
	const name = certifiedWindow
	server := rdap.Server(s.streams(name, own.window, door.clients.Handler(s.metrics.timed(name, http.HandlerFunc(s.atFront)), s.turnAway)), s.log)
	rdap.Secure(server, config)
	s.certified = door
	s.add(name, l, serveHTTP(server, s.log))
	return nil
}
