package disclose

// Kind is what somebody with an account is. The zero value is of no kind: that
// of the public.
type Kind uint8

// The kindTable.
const (
	NoKind Kind = iota
	KindAuthority
	KindRegistrar
	KindCertificateAuthority
	KindTradeMarkHolder
	KindResearcher
	KindHolder
	KindOperator
)

var kindTable = [...]struct {
	word     string
	audience Audience
}{
	NoKind:                   {"", Nobody},
	KindAuthority:            {"authority", Authority},
	KindRegistrar:            {"registrar", Registrar},
	KindCertificateAuthority: {"certificate-authority", Seeker},
	KindTradeMarkHolder:      {"trade-mark-holder", Seeker},
	KindResearcher:           {"researcher", Seeker},
	KindHolder:               {"holder", Holder},
	KindOperator:             {"operator", Operator},
}

func (k Kind) String() string {
	if int(k) < len(kindTable) {
		return kindTable[k].word
	}
	return ""
}

// Audience is who an answer to somebody of the kind is for.
func (k Kind) Audience() Audience {
	if int(k) < len(kindTable) {
		return kindTable[k].audience
	}
	return Nobody
}

// ParseKind reads a kind's word.
func ParseKind(s string) (Kind, bool) {
	for k := KindAuthority; k <= KindOperator; k++ {
		if k.String() == s {
			return k, true
		}
	}
	return NoKind, false
}
