package access

import (
	"errors"
	"testing"
	"time"
)

// Wherever the machine's clock leaps to and back from, a credential is good until its
// time and no longer: what is remembered of an earlier question changes nothing.
func TestAClockThatLeapsMakesNoCredentialOutliveItsTime(t *testing.T) {
	token, id, hash := NewToken()
	summer := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC) // clocks go back in Copenhagen
	last := time.Date(2038, 1, 19, 3, 14, 7, 0, time.UTC)   // of 31 bits
	for _, until := range []time.Time{noon, summer, last, last.Add(time.Second)} {
		now := until
		a, err := New(Config{
			Now: func() time.Time { return now }, Accounts: []Account{policeAccount},
			Credentials: []Credential{{Sort: Token, ID: id, Account: "police", Hash: hash, Until: until}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, leap := range []time.Duration{-time.Second, time.Second, -time.Hour, time.Hour, -8760 * time.Hour, 8760 * time.Hour, -1, 0, 1} {
			now = until.Add(leap)
			_, err := a.Admit(Bearer(token), Said{}, secure)
			var denied *Denied
			if good := leap < 0; good && err != nil || !good && !errors.As(err, &denied) {
				t.Errorf("good until %v, at %v: %v", until, now, err)
			}
		}
	}
}
