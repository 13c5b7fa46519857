package request

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheManualShowsTheStatesAsTheyAre(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "requests.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]Action{
		"attach evidence": Attach, "`take`": Take, "`extend`": Extend, "`grant`": Grant, "`grant`, with `second_approver`": Propose,
		"`approve`": Approve, "`refuse`": Refuse, "`close`": Close, "pick up the token": PickUp, "`renew`": Renew, "`evidence`": Read,
	}
	states := []State{Received, Taken, Proposed, Granted, Refused, Closed}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		a, known := rows[cells[0]]
		if !known || len(cells) != 1+len(states) {
			continue
		}
		delete(rows, cells[0])
		for i, s := range states {
			next, may := moves[s][a]
			want := string(next)
			switch {
			case !may:
				want = "–"
			case next == stays:
				want = "stays"
			}
			if got, _, _ := strings.Cut(cells[i+1], ","); got != want {
				t.Errorf("%s when %s: the manual says %q, it is %q", a, s, got, want)
			}
		}
	}
	for left := range rows {
		t.Errorf("the manual has no row %q", left)
	}
}
