package request

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is a SHA-256, written as 64 hexadecimal digits in lower case.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes the digits.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads them.
func (d *Digest) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != sha256.Size {
		return invalid("sha256", "it is not 64 hexadecimal digits")
	}
	*d = Digest(raw)
	return nil
}
