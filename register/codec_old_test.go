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

// stateOf3 is what version 3 wrote for the state below.
const stateOf3 = "080301076578616d706c65070080c49fd50c00060204080201440146"

func TestAStateOfAnOlderProgramDoesNotKnowWhatWasRemoved(t *testing.T) {
	want := &State{
		Zones: []Name{"example"}, Serial: 7, Watermark: time.Unix(1700000000, 0).UTC(),
		Counts: Counts{Domains: 3, Reserved: 1, Contacts: 2, Hosts: 4, Registrars: 1}, Deposit: "D", Full: "F", Removed: -1,
	}
	got, err := DecodeState(unhex(t, stateOf3))
	if err == nil {
		// Nothing changed: it is not known later either.
		got, err = DecodeState(got.Append(nil))
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if got.Remove(0); got.Removed != 0 {
		t.Errorf("counting begins with %d", got.Removed)
	}
	if got.Remove(2); got.Removed != 2 {
		t.Errorf("two are %d", got.Removed)
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

// domainOf2 is what version 2 wrote for the domain below.
const domainOf2 = "01020b6f6c642e6578616d706c650544312d45580000010d70656e64696e6744656c6574650110726564656d7074696f6e506572696f64000000076e6f72646c797300000080c49fd50c0001010100000000000101017800"

func TestADomainOfAnOlderProgramIsLeavingOnceItIsWrittenAgain(t *testing.T) {
	want := &Domain{
		Name: "old.example", ROID: "D1-EX", Statuses: []string{"pendingDelete"}, RGP: []string{"redemptionPeriod"},
		Sponsor: "nordlys", Created: time.Unix(1700000000, 0).UTC(), Dispute: &Proceeding{Ground: "x"},
	}
	old := unhex(t, domainOf2)
	got, err := DecodeDomain(old)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("domain (-want +got):\n%s", diff)
	}
	again := got.Append(nil)
	if Tag(old[0]) != TagDomain || Tag(again[0]) != TagLeaving || Tag(again[0]).Type() != TagDomain {
		t.Errorf("the tags are %d and %d", old[0], again[0])
	}
	if err := Check(again); err != nil {
		t.Error(err)
	}
}

func TestADomainIsLeavingByItsStatuses(t *testing.T) {
	for _, c := range []struct {
		statuses, rgp []string
		want          bool
	}{
		{[]string{"ok"}, []string{"addPeriod"}, false},
		{[]string{"pendingTransfer", "serverHold"}, []string{"renewPeriod"}, false},
		{[]string{"clientHold", "pendingDelete"}, nil, true},
		{nil, []string{"redemptionPeriod"}, true},
		{nil, []string{"pendingRestore"}, true},
		{nil, []string{"pendingDelete"}, true},
	} {
		d := &Domain{Name: "a.example", Statuses: c.statuses, RGP: c.rgp}
		if d.Leaving() != c.want {
			t.Errorf("%v, %v: leaving is %v", c.statuses, c.rgp, d.Leaving())
		}
	}
}
