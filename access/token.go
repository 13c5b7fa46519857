package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"
)

// A token is written "registerd_<id>_<secret>_<check>": a prefix that secret
// scanners know, an id of 8 characters, 256 random bits, and a CRC-32 over what
// stands before it, so that a scanner can tell a token from a look-alike.

const tokenPrefix = "registerd"

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewToken makes a token. The text is shown once; the hash is kept.
func NewToken() (text, id string, hash [sha256.Size]byte) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	id = NewID()
	body := tokenPrefix + "_" + id + "_" + letters.EncodeToString(secret[:])
	return body + "_" + checksum(body), id, sha256.Sum256(secret[:])
}

// NewID makes an id of a credential.
func NewID() string {
	var short [5]byte
	_, _ = rand.Read(short[:])
	return letters.EncodeToString(short[:])
}

func checksum(body string) string {
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body)))
}

func splitToken(text string) (id string, secret []byte, ok bool) {
	parts := strings.Split(text, "_")
	if len(text) > 128 || len(parts) != 4 || parts[0] != tokenPrefix || !validID(parts[1]) {
		return "", nil, false
	}
	body := text[:strings.LastIndexByte(text, '_')]
	secret, err := letters.DecodeString(parts[2])
	if err != nil || len(secret) != 32 || checksum(body) != parts[3] {
		return "", nil, false
	}
	return parts[1], secret, true
}

// tokenLength is that of every token, in bytes.
const tokenLength = len(tokenPrefix) + len("_") + 8 + len("_") + 52 + len("_") + 8

// inText finds tokens, in capitals too: names are not told apart by them. In a path an
// underline may be encoded.
var inText = regexp.MustCompile(`(?i)(` + tokenPrefix + `(?:_|%5f)[a-z2-7]{8}(?:_|%5f))[a-z2-7]{52}`)

// Masked is a text for a log: of tokens that somebody put where a name should be, it
// has the ids and not the secrets.
func Masked(text string) string {
	if len(text) < tokenLength {
		return text
	}
	return inText.ReplaceAllString(text, "${1}[secret]")
}

func validID(id string) bool {
	return len(id) == 8 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// ParseHash reads a secret's hash as "sha256:" and 64 hexadecimal digits.
func ParseHash(s string) (hash [sha256.Size]byte, err error) {
	digits, ok := strings.CutPrefix(s, "sha256:")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != sha256.Size {
		return hash, fmt.Errorf("token hash: it is not sha256: and 64 hexadecimal digits")
	}
	return [sha256.Size]byte(b), nil
}

// FormatHash writes a hash as ParseHash reads it.
func FormatHash(hash [sha256.Size]byte) string { return "sha256:" + hex.EncodeToString(hash[:]) }
