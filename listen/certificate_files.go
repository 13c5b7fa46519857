package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// CertificateFilesConfig says where a certificate is kept. All parts are required.
type CertificateFilesConfig struct {
	Chain, Key string        // paths, see [LoadCertificate]
	Every      time.Duration // how often Watch looks at them
	Now        func() time.Time
	Log        *slog.Logger
}

// CertificateFiles shows clients the certificate that is in two files, and takes
// a new one when they are replaced. Its methods may be used by several goroutines.
type CertificateFiles struct {
	cfg    CertificateFilesConfig
	served atomic.Pointer[Certificate]
}

// OpenCertificateFiles loads the certificate, or says why it cannot be served.
func OpenCertificateFiles(cfg CertificateFilesConfig) (*CertificateFiles, error) {
	if cfg.Chain == "" || cfg.Key == "" || cfg.Every <= 0 || cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("certificate: configuring: a part is missing")
	}
	first, err := LoadCertificate(cfg.Chain, cfg.Key, cfg.Now())
	if err != nil {
		return nil, err
	}
	f := &CertificateFiles{cfg: cfg}
	f.served.Store(first)
	return f, nil
}

// Get is for [tls.Config.GetCertificate]. It never fails.
func (f *CertificateFiles) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return f.served.Load().Certificate, nil
}

// Ends is when the certificate that is served does.
func (f *CertificateFiles) Ends() time.Time { return f.served.Load().Ends }

// Reload reads the files, and returns what puts them in force: so that more than
// this can be put in force together, or not at all. Files that are as they were
// are no error, whatever has become of them.
func (f *CertificateFiles) Reload() (take func(), err error) {
	next, err := f.read()
	if err != nil {
		return nil, err
	}
	return func() { f.take(next) }, nil
}

// read is the certificate in the files: the very one that is served, if they are
// as they were.
func (f *CertificateFiles) read() (*Certificate, error) {
	return loadCertificate(f.cfg.Chain, f.cfg.Key, f.cfg.Now(), f.served.Load())
}

func (f *CertificateFiles) take(next *Certificate) {
	if f.served.Swap(next) != next {
		f.cfg.Log.Info("the certificate was replaced", "ends", next.Ends.Format(time.RFC3339))
	}
}

// Watch looks at the files until ctx ends. It compares what is in them, since
// neither a time nor a size says for certain that nothing was written. Files that
// do not make a certificate change nothing, and are logged if they are still the
// same trouble at the next look: the first may have fallen between the writing of
// the chain and that of the key.
func (f *CertificateFiles) Watch(ctx context.Context) {
	ticker := time.NewTicker(f.cfg.Every)
	defer ticker.Stop()
	trouble, looks := "", 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		next, err := f.read()
		if err == nil {
			f.take(next)
			trouble = ""
			continue
		}
		if err.Error() != trouble {
			trouble, looks = err.Error(), 0
		}
		if looks++; looks == 2 {
			f.cfg.Log.Error("the certificate files were not taken; the old certificate stays", "error", err)
		}
	}
}
