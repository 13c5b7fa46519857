package disclose

// Window is where an answer leaves. Rules may differ by window.
type Window uint8

// The windows.
const (
	NoWindow Window = iota
	WHOIS
	Availability
	RDAP
	Console
	Web
)

var windows = []Window{WHOIS, Availability, RDAP, Console, Web}

var windowWords = [...]string{"", "whois", "das", "rdap", "ask", "web"}

func (w Window) String() string {
	if int(w) < len(windowWords) {
		return windowWords[w]
	}
	return ""
}

// ParseWindow reads a window's word.
func ParseWindow(s string) (Window, bool) {
	for _, w := range windows {
		if w.String() == s {
			return w, true
		}
	}
	return NoWindow, false
}
