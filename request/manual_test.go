package request

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/internal/manual"
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

func TestTheManualHasTheLimitsOfRequests(t *testing.T) {
	manual.Says(t, "..", "windows.md",
		fmt.Sprintf("| `objects` | 1 to %d, each once |", maxObjects),
		fmt.Sprintf("| `fields` | 1 to %d, of a domain or a contact", maxFields),
		fmt.Sprintf("of %d MiB each by default", DefaultMaxEvidence>>20),
		fmt.Sprintf("texts of up to %d,000 characters, `why` of %d at least", maxLong/1000, minWhy),
		fmt.Sprintf("Names and references have up to %d", maxShort))
	manual.Says(t, "..", "requests.md",
		fmt.Sprintf("%d open ones (`open_per_network`), all together %d (`open_limit`)", defaultOpenPerNetwork, defaultOpenInAll),
		fmt.Sprintf("seven days by default, %d at most", maxGrant/(24*time.Hour)),
		fmt.Sprintf("at most %d days from the receipt", maxExtension/(24*time.Hour)))
}
