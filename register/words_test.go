package register

import (
	"slices"
	"testing"
)

func TestEveryWordIsReadBack(t *testing.T) {
	readsBack(t, "role", len(roleWords), Role.String, ParseRole)
	readsBack(t, "holder", len(holderWords), HolderType.String, ParseHolderType)
	readsBack(t, "protection", len(protectionWords), Protection.String, ParseProtection)
	readsBack(t, "verification", len(verificationWords), VerificationState.String, ParseVerificationState)
	readsBack(t, "method", len(methodWords), VerificationMethod.String, ParseVerificationMethod)
	readsBack(t, "reserved", len(reservedWords), ReservedState.String, ParseReservedState)
}

func readsBack[T ~uint8](t *testing.T, what string, n int, write func(T) string, read func(string) (T, bool)) {
	t.Helper()
	for v := range T(n) {
		if got, ok := read(write(v)); got != v || !ok {
			t.Errorf("%s %d is written %q and read as %d, %v", what, v, write(v), got, ok)
		}
	}
	if got := write(T(n)); got != "unknown" {
		t.Errorf("%s %d is written %q: a word that does not exist", what, n, got)
	}
	for _, s := range []string{"nonsense", "Verified", " natural", "NATURAL"} {
		if got, ok := read(s); got != 0 || ok {
			t.Errorf("%s: %q is read as %d, %v", what, s, got, ok)
		}
	}
}

// The words are in feeds of registries: what is tested is that none changes.
func TestTheWordsOfTheFeedStay(t *testing.T) {
	for want, got := range map[string]string{
		"registrant": RoleRegistrant.String(), "admin": RoleAdmin.String(), "tech": RoleTech.String(), "billing": RoleBilling.String(),
		"unknown": HolderUnknown.String(), "natural": HolderNatural.String(), "legal": HolderLegal.String(),
		"sole-proprietor": HolderSoleProprietor.String(), "public-body": HolderPublicBody.String(), "estate": HolderEstate.String(),
		"none": NotProtected.String(), "protected": Protected.String(),
		"unverified": Unverified.String(), "in-process": VerificationInProcess.String(), "verified": Verified.String(), "failed": VerificationFailed.String(),
		"electronic-identity": MethodElectronicIdentity.String(), "documents": MethodDocuments.String(), "registrar": MethodRegistrar.String(),
		"risk-assessment": MethodRiskAssessment.String(), "other": MethodOther.String(),
		"withheld": ReservedWithheld.String(), "blocked": ReservedBlocked.String(), "mirrored": ReservedMirrored.String(),
	} {
		if got != want {
			t.Errorf("%q is written %q", want, got)
		}
	}
}

func TestElementsAreReadBack(t *testing.T) {
	for e := range Element(allElements + 1) {
		var back Element
		for _, w := range e.Words() {
			one, ok := ParseElement(w)
			if !ok {
				t.Fatalf("%q is not read", w)
			}
			back |= one
		}
		if back != e {
			t.Errorf("%v is read back as %v", e.Words(), back.Words())
		}
	}
	want := []string{"name-int", "name-loc", "org-int", "org-loc", "addr-int", "addr-loc", "voice", "fax", "email"}
	if got := Element(allElements).Words(); !slices.Equal(got, want) {
		t.Errorf("all elements are %v", got)
	}
	if e, ok := ParseElement("phone"); e != 0 || ok {
		t.Errorf("phone is read as %v", e.Words())
	}
}
