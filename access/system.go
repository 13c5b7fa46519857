package access

import (
	"os"
	"os/user"
	"strconv"
	"strings"
)

// noLogin is what the kernel says of who never logged in: (uid_t)-1.
const noLogin = "4294967295"

// SystemAccount is who runs the program, as the kernel remembers from the login:
// sudo does not change that, so that two people who work as one user stay two.
// Where there was no login it is the user that the program runs as; a user without
// a name is one by number.
func SystemAccount() string {
	text, err := os.ReadFile("/proc/self/loginuid")
	id := strings.TrimSpace(string(text))
	if err != nil || id == "" || id == noLogin {
		id = strconv.Itoa(os.Getuid())
	}
	if who, err := user.LookupId(id); err == nil {
		id = who.Username
	}
	return "system:" + id
}
