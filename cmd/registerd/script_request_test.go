package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os/exec"

	"github.com/rogpeppe/go-internal/testscript"
)

// changeRows runs a statement on an SQLite file, for what only time would do.
func changeRows(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: rows FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?_pragma=busy_timeout(10000)")
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// scriptCondition knows [second-user]: whether commands can run as another user, who has
// the same files, by "unshare -U --map-user=1001".
func scriptCondition(name string) (bool, error) {
	if name != "second-user" {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	return exec.Command("unshare", "-U", "--map-user=1001", "true").Run() == nil, nil
}
