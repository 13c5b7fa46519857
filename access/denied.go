package access

// Denial says why a caller was refused.
type Denial uint8

// The denials.
const (
	BadCredential       Denial = iota + 1 // unknown, wrong, malformed, expired, revoked, or of a closed account: told apart to nobody
	OpenChannel                           // a credential in clear over a network
	PurposeRefused                        // not one of the account's purposes
	JournalRequired                       // answers above public cannot be journaled now
	SearchRefused                         // a search that the caller may not ask
	ConfidentialRefused                   // what the caller may not keep from holders
	Unreadable                            // who has an account cannot be read now
	NoAccount                             // known to a provider or an issuer, and to us not; Reason is what is known
	PurposeRequired                       // what is asked for a purpose only, and none was given
)

// Denied is the refusal of a caller. Reason is for the caller, and may be empty.
type Denied struct {
	Why    Denial
	Reason string
}

var denials = [...]string{
	"access: denied",
	BadCredential:       "credential: it is unknown, wrong or expired",
	OpenChannel:         "credential: it was sent in clear; use TLS",
	PurposeRefused:      "purpose: it is not one that this account may give",
	JournalRequired:     "journal: the disclosure could not be recorded",
	SearchRefused:       "search: this caller may not ask it",
	ConfidentialRefused: "confidential: this account may not ask for it",
	Unreadable:          "accounts: they cannot be read",
	NoAccount:           "account: there is none for this person or certificate",
	PurposeRequired:     "purpose: this is not answered without one",
}

func (d *Denied) Error() string {
	if int(d.Why) < len(denials) {
		return denials[d.Why]
	}
	return denials[0]
}
