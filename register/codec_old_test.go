package register

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// contactOf1 is what version 1 wrote for the contact below.
const contactOf1 = "030103412d3109522d4558414d504c45000000000000000000000000000000000000000e6140706f73742e6578616d706c65076e6f72646c7973000001010100000001020002646102010080c49fd50c00"

func TestObjectsOfAnOlderProgramAreStillRead(t *testing.T) {
	want := &Contact{
		Handle: "A-1", ROID: "R-EXAMPLE", Email: "a@post.example", Sponsor: "nordlys",
		Facts: Facts{
			Holder: HolderNatural, Protection: Protected, Language: "da",
			Verification: Verification{State: Verified, Method: 1, Time: time.Unix(1700000000, 0).UTC()},
		},
	}
	got, err := DecodeContact(unhex(t, contactOf1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("contact (-want +got):\n%s", diff)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
