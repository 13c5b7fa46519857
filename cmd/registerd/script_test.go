package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"registerd": main})
}

// TestScripts runs testdata/scripts: what the program does, in text that can be
// read without Go. Beside the commands of testscript a script has:
//
//	demo [FLAG...]            starts registerd demo on free ports of loopback
//	serve FLAG...             starts registerd serve, with all windows on free ports
//	hup                       sends it SIGHUP
//	term                      sends it SIGTERM
//	quit                      sends it SIGTERM; it must end with status 0.
//	                          ! quit waits until it ends by itself, with another
//	log REGEXP                waits for the next line of serve's log that matches
//	from [ADDRESS]            asks as if a front end passed on a client of this address
//	whois [-known] WORD...    asks on WHOIS, and prints the answer; -known is by a network
//	                          that is an account's, who is not the public
//	talk LINE...              asks several lines on one WHOIS connection
//	hold WORD...              begins a line on WHOIS, and does not end it
//	release WORD...           ends that line, and prints the answer
//	das [-n NUMBER] NAME...   asks on the availability port, or on that of [[availability]]
//	                          with the number, from 2; all names at once
//	get [-X METHOD] [-d FILE] [-H HEADER]... PATH|URL
//	                          asks over RDAP, or sends a file by POST, and prints status,
//	                          headers and the answer; with -C CHAIN KEY, as a client that
//	                          shows a certificate. ! get is refused by TLS; what the
//	                          server says of why may be lost as it closes
//	certificate [-ends DURATION] CHAIN KEY HOST...
//	                          writes a certificate and its key, which get trusts; for
//	                          clients, with the word client as the host
//	issuer FILE               writes the certificate of who issues these
//	revoked ENDS FILE CHAIN...
//	                          writes its list of revoked certificates, which ends after
//	                          a duration
//	handshake HOST [PROTOCOL...]
//	                          prints how RDAP speaks TLS, and whom it says it is
//	publish FOLDER            serves a folder over HTTPS at $PUBLISHER, to what is started
//	                          afterwards; ! publish ends that
//	provider                  starts an OpenID provider, $PROVIDER, whom what is started
//	                          afterwards trusts; with ! before it, that answers no more
//	vouch NAME SUBJECT [CLAIM=VALUE...]
//	                          sets a variable to an access token of the provider
//	card ROLE|object          prints the party with that role, or the object itself,
//	                          of get's last answer: one line for each thing that is said
//	redacted                  prints what that answer says is withheld, how and why
//	journal DIR FILE          writes what a journal holds into a file, with its seals opened
//	rows FILE STATEMENT       changes rows of an SQLite file, for what only time would do
//	[second-user]             is so where commands can run as another user
//	capture NAME FILE REGEXP  sets a variable to the first group of the match
//	repeat N COMMAND...       does one of these N times
//
// What the public is answered is searched for the marker that stands in every
// private value of the example register.
func TestScripts(t *testing.T) {
	words := map[string]func(*testscript.TestScript, bool, []string){
		"demo":     func(ts *testscript.TestScript, _ bool, args []string) { start(ts, "demo", args) },
		"serve":    func(ts *testscript.TestScript, _ bool, args []string) { start(ts, "serve", args) },
		"hup":      func(ts *testscript.TestScript, _ bool, _ []string) { signalServer(ts, syscall.SIGHUP) },
		"term":     func(ts *testscript.TestScript, _ bool, _ []string) { signalServer(ts, syscall.SIGTERM) },
		"quit":     stopServer,
		"log":      awaitLog,
		"from":     setFrom,
		"whois":    askWHOIS,
		"talk":     talkWHOIS,
		"hold":     holdWHOIS,
		"release":  releaseWHOIS,
		"das":      askDAS,
		"get":      askRDAP,
		"card":     printCard,
		"redacted": printRedacted,
		"capture":  capture,
		"journal":  openJournal,
		"rows":     changeRows,

		"certificate": writeCertificate,
		"handshake":   shakeHands,
		"issuer":      writeIssuer,
		"revoked":     writeRevoked,
		"publish":     publishFolder,
		"provider":    startProvider,
		"vouch":       vouch,
	}
	words["repeat"] = func(ts *testscript.TestScript, neg bool, args []string) {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		for range n {
			words[args[1]](ts, neg, args[2:])
		}
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts(t),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[serverKey] = new(runningServer)
			root, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
			e.Setenv("TESTDATA", root)
			e.Setenv("GORACE", "atexit_sleep_ms=0") // the detector sleeps a second at the end else
			return err
		},
		Cmds:      words,
		Condition: scriptCondition,
	})
}

// concurrent is what a script does beside others: it serves, or leaves a command running.
var concurrent = regexp.MustCompile(`(?m)^!? ?(serve|demo)\b|^exec registerd (serve|demo)\b|&$|&[a-z]+&$`)

// scripts are the files of testdata/scripts; with the race detector, those in which
// several things happen at once. Every start of the program costs ten times as much
// with it, and the gate has run the others.
func scripts(t *testing.T) (files []string) {
	all, err := filepath.Glob(filepath.Join("..", "..", "testdata", "scripts", "*.txt"))
	must(t, err)
	for _, file := range all {
		text, err := os.ReadFile(file)
		must(t, err)
		if effort == 1 || concurrent.Match(text) {
			files = append(files, file)
		}
	}
	return files
}

const serverKey = "server"

func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE REGEXP")
	}
	pattern, err := regexp.Compile(args[2])
	ts.Check(err)
	match := pattern.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(match) < 2 {
		ts.Fatalf("%s has nothing that matches %s:\n%s", args[1], pattern, ts.ReadFile(args[1]))
	}
	ts.Setenv(args[0], match[1])
}
