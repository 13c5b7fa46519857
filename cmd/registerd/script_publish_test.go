package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// publishFolder serves a folder over HTTPS, to a program that is started
// afterwards; "! publish" ends that.
func publishFolder(ts *testscript.TestScript, neg bool, args []string) {
	s := serverOf(ts)
	if neg {
		s.publisher.Close()
		return
	}
	if len(args) != 1 {
		ts.Fatalf("usage: publish FOLDER")
	}
	s.publisher = httptest.NewTLSServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(s.publisher.Close)
	trusted := ts.MkAbs("publisher.pem")
	ts.Check(os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.publisher.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", trusted)
	ts.Setenv("PUBLISHER", s.publisher.URL)
}
