package intake

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/request"
)

// What is asked here costs, in questions. A request takes somebody's time, and is
// paid for once it is taken; a wrong key is the one thing of which many are worth
// something.
const (
	pricePage    = 1
	priceWrong   = 10
	priceReading = 5 // of what is sent: a request that is not taken, a file
	priceRequest = 30
)

// deskTime is how long the request desk may take.
const deskTime = 5 * time.Second

// visit is one question here, until it is answered.
type visit struct {
	place
	h        *Handler
	requests *request.Desk
	w        http.ResponseWriter
	r        *http.Request
	channel  access.Channel
	language string
	charge   func(work int) // for more than the question itself; nil until it is admitted
	price    int
}

// admit takes a ticket. What the answer costs is charged before it is written.
func (v *visit) admit(price int) (err error) {
	v.price = price
	v.charge, err = v.h.admit(v.channel)
	return err
}

// refuse has the desk count what it will not be asked, and says why it is not
// answered.
func (v *visit) refuse(why error) {
	q := lookup.Question{Caller: access.Public(v.channel), Window: lookup.RDAP}
	v.problem(v.h.desk.Refuse(q, lookup.KindOther, why))
}

// context is that of a question to the request desk.
func (v *visit) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.r.Context(), deskTime)
}

// write sends an answer. It is charged for first.
func (v *visit) write(status int, media string, body []byte) {
	if v.charge != nil && v.price > pricePage {
		v.charge(v.price - pricePage)
	}
	v.charge = nil
	header := v.w.Header()
	header.Set("Content-Type", media)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(body) // the client is gone: nobody is left to be told
	}
}

// recover turns a panic into a failure. It logs the type and the place, and not
// the value, which may hold what was sent.
func (v *visit) recover() {
	if why := recover(); why != nil {
		v.h.log.Error("request desk: a handler panicked; this is a mistake in the program", "type", fmt.Sprintf("%T", why), "stack", listen.Callers())
		v.problem(errPanic)
	}
}

// media is what the body is said to be. One that is compressed is nothing.
func (v *visit) media() string {
	if coding := v.r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return ""
	}
	media, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	return media
}

const (
	mediaForm  = "application/x-www-form-urlencoded"
	mediaFiles = "multipart/form-data"
	mediaJSON  = "application/json"
	mediaFile  = "application/octet-stream"
)

// people reports somebody who reads pages: whoever sends a form, or asks for one.
func (v *visit) people() bool {
	if len(v.r.Header["Authorization"]) > 0 {
		return false
	}
	if v.r.Method == http.MethodPost {
		media, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
		return media == mediaForm || media == mediaFiles
	}
	return v.place == (place{}) || strings.Contains(v.r.Header.Get("Accept"), "text/html")
}

// key is what opens the request, by the header field Authorization.
func (v *visit) key() string {
	credentials := v.r.Header["Authorization"]
	if len(credentials) != 1 {
		return ""
	}
	scheme, key, _ := strings.Cut(credentials[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// keyIn is the key in what somebody pasted: a key, or the link that it stands in.
func keyIn(pasted string) string {
	return strings.TrimSpace(pasted[strings.LastIndexByte(pasted, '#')+1:])
}

// languageOf is the language of pages: that of the parameter lang, else the first
// of those that the browser likes.
func (h *Handler) languageOf(r *http.Request) string {
	if l, ok := lookup.Speaks(languages, r.URL.Query().Get("lang")); ok {
		return l
	}
	for element := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(element, ";")
		if l, ok := lookup.Speaks(languages, strings.TrimSpace(tag)); ok {
			return l
		}
	}
	if l := h.desk.About().Language; slices.Contains(languages, l) {
		return l
	}
	return languages[0]
}
