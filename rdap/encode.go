package rdap

import (
	"strings"
	"sync"
	"time"

	"registerd/disclose"
	"registerd/federated"
	"registerd/lookup"
	"registerd/register"
)

// site is what answers say of where they come from.
type site struct {
	base  string // public base URL, with its final "/"
	whois string // host for port43; "" when there is none
	tag   string // behind the handles of entities (RFC 8521); "" when there is none

	profile    Profile
	federation *federated.Federation // nil when there is none
	requests   bool                  // there is a request desk
}

// supports reports an extension that answers may make use of.
func (s site) supports(x extension) bool { return s.closed()&x == 0 }

// closed are the extensions that no answer makes use of.
func (s site) closed() extension {
	x := s.profile.closed()
	if s.tag == "" {
		x |= usesTags
	}
	if s.federation == nil {
		x |= usesFederation
	}
	return x
}

// encoder writes one answer: an object into the writer, and what is withheld of
// it beside it. Only at the end is known what the answer makes use of.
type encoder struct {
	writer
	redacted writer // of the object that is written
	site     site
	self     string // URL of the answer
	base     string // JSONPath of the object that is written
	root     string // and below it, of the part that is
	party    party  // whose fields are written
	lang     string // of the answer: that of its reasons
	uses     extension
	part     disclose.FieldSet // how much of each object is written
	cut      string            // what is said where not all is given; "" where it is
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

const mediaType = "application/rdap+json"

// extension is one or several of the extensions that an answer makes use of
// (RFC 9083 section 4.1).
type extension uint16

const (
	usesRedaction  extension = 1 << iota // RFC 9537
	usesPaging                           // RFC 8977
	usesSorting                          // RFC 8977
	usesSubsetting                       // RFC 8982
	usesReverse                          // RFC 9536
	usesTags                             // RFC 8521
	usesFederation                       // RFC 9560
	usesTIG                              // ICANN's gTLD profile
	usesRP
	extensions
	usesICANN = usesTIG | usesRP
)

// identifiers are as registered with IANA, but for the one that RFC 8521 spells
// otherwise; in the order of their bits, each with what help says that it is for.
var identifiers = [...]struct{ id, use string }{
	{"redacted", "What may not be published is left out, and listed with the reason in the member redacted (RFC 9537)."},
	{"paging", "Search results come in pages, and are counted on request (RFC 8977)."},
	{"sorting", "Search results are sorted as is asked for (RFC 8977)."},
	{"subsetting", "Less of each search result is given on request (RFC 8982)."},
	{"reverse_search", "Domains are searched by their contacts (RFC 9536)."},
	{"rdap_objectTag_level_0", "The handles of entities end in the tag of this register (RFC 8521)."},
	{"farv1", "Entitled users are known by OpenID providers, and say what they ask for (RFC 9560)."},
	{"icann_rdap_technical_implementation_guide_1", "ICANN's gTLD RDAP Technical Implementation Guide 2.2."},
	{"icann_rdap_response_profile_1", "ICANN's gTLD RDAP Response Profile 2.2."},
}

// encode has write fill in the members of the topmost object, and returns the
// whole answer in bytes of its own. It conforms to what it makes use of.
func (s site) encode(self, lang string, write func(*encoder)) []byte {
	e := encoders.Get().(*encoder)
	defer e.keep()
	e.b, e.redacted.b = append(e.b[:0], '{'), e.redacted.b[:0]
	e.site, e.self, e.base, e.root, e.party, e.lang, e.uses = s, self, "$", "", 0, lang, s.profile.always()
	e.part, e.cut = disclose.Full, ""
	write(e)
	e.withheld()

	members := e.b[1:]
	out := make([]byte, 0, conformanceRoom+len(members)+1)
	out = appendConformance(append(out, '{'), e.uses)
	return append(append(out, members...), '}')
}

// maxKept bounds the memory of an encoder that waits for its next answer: that
// of the largest page, which is rarely asked for, goes back.
const maxKept = 4 << 20

func (e *encoder) keep() {
	if cap(e.b) <= maxKept {
		encoders.Put(e)
	}
}

// conformanceRoom is for the head of an answer, with every extension.
const conformanceRoom = 256

func appendConformance(b []byte, uses extension) []byte {
	b = append(b, `"rdapConformance":["rdap_level_0"`...)
	for i := range identifiers {
		if uses>>i&1 != 0 {
			b = append(append(append(b, `,"`...), identifiers[i].id...), '"')
		}
	}
	return append(b, `],`...)
}

// withheld ends an object with what is withheld of it (RFC 9537 section 4.2).
func (e *encoder) withheld() {
	if len(e.redacted.b) == 0 {
		return
	}
	e.uses |= usesRedaction
	e.key("redacted")
	e.b = append(append(append(e.b, '['), e.redacted.b...), ']')
	e.redacted.b = e.redacted.b[:0]
}

// ours is the language of what this package says in words of its own.
const ours = "en"

// language is that of an answer's reasons.
func language(a lookup.About) string {
	if a.Language == "" {
		return ours
	}
	return a.Language
}

// inOurs marks a structure that is in our language where its answer is in
// another (RFC 9083 section 4.4).
func (e *encoder) inOurs() {
	if e.lang != ours {
		e.member("lang", ours)
	}
}

// link writes one link (RFC 9083 section 4.2); value is the answer's URL.
func (e *encoder) link(rel, href, media, title string) {
	e.linkOf(e.self, rel, href, media, title)
}

func (e *encoder) linkOf(value, rel, href, media, title string) {
	e.open('{')
	e.member("value", value)
	e.member("rel", rel)
	e.member("href", href)
	e.member("type", media)
	e.optional("title", title)
	e.close('}')
}

// selfOnly writes the links of an embedded object: the one to itself.
func (e *encoder) selfOnly(url string) {
	mark := e.begin("links", '[')
	e.link("self", url, mediaType, "")
	e.end(mark, ']')
}

// isURL reports an absolute http or https URI: what a link may lead to. An IRI,
// or a host alone, is none (RFC 7480 section 9.1).
func isURL(s string) bool {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	return !strings.HasSuffix(s, "://")
}

// when writes an event (RFC 9083 section 4.5), or says that it is withheld.
func (e *encoder) when(action string, v disclose.Value[time.Time], at place) {
	hide(e, v, at)
	if t, ok := v.Get(); ok {
		e.event(action, t, "")
	}
}

// whenBy is when with whoever did it.
func (e *encoder) whenBy(action string, v disclose.Value[time.Time], at place, by disclose.Value[string], atBy place) {
	hide(e, v, at)
	hide(e, by, atBy)
	if t, ok := v.Get(); ok {
		actor, _ := by.Get()
		e.event(action, t, actor)
	}
}

func (e *encoder) event(action string, t time.Time, actor string) {
	e.open('{')
	e.member("eventAction", action)
	e.date("eventDate", t)
	e.optional("eventActor", actor)
	e.close('}')
}

// topmost writes the answer's language.
func (e *encoder) topmost(top *lookup.About) {
	if top != nil {
		e.member("lang", e.lang)
	}
}

// port43 names our WHOIS server (RFC 9083 section 4.7).
func (e *encoder) port43(top *lookup.About) {
	if top != nil {
		e.optional("port43", e.site.whois)
	}
}

// updated is the topmost object's event: the age of the data.
func (e *encoder) updated(top *lookup.About) {
	if top != nil && !top.Watermark.IsZero() {
		e.event("last update of RDAP database", top.Watermark, "")
	}
}

// remark writes a remark of the lines that are not empty (RFC 9083 section 4.3),
// and nothing when all are.
func (e *encoder) remark(title, kind string, lines ...string) {
	mark := len(e.b)
	e.open('{')
	e.member("title", title)
	e.optional("type", kind)
	inner := e.begin("description", '[')
	for _, line := range lines {
		if line != "" {
			e.text(line)
		}
	}
	e.end(inner, ']')
	if len(e.b) == inner {
		e.b = e.b[:mark]
		return
	}
	e.inOurs()
	e.close('}')
}

// labelled is a remark's line, and no line without a value.
func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + ": " + value
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// names writes a name's members: ldhName, and unicodeName for an IDN (RFC 9083
// section 3).
func (e *encoder) names(n register.Name) {
	e.member("ldhName", string(n))
	if n.IsIDN() {
		if u := n.Unicode(); u != string(n) {
			e.member("unicodeName", u)
		}
	}
}

func (s site) domainURL(n register.Name) string { return s.base + "domain/" + string(n) }
func (s site) hostURL(n register.Name) string   { return s.base + "nameserver/" + string(n) }

// tagged is an entity's handle as it is written: with the register's tag, unless
// nobody could ask for what comes of it.
func (s site) tagged(handle string) string {
	if s.tag == "" || len(handle)+len("-")+len(s.tag) > register.MaxHandle {
		return handle
	}
	return handle + "-" + s.tag
}

// entityHandle writes the handle of an entity.
func (e *encoder) entityHandle(handle string) {
	if e.site.tag != "" {
		e.uses |= usesTags
	}
	e.member("handle", e.site.tagged(handle))
}

// entityURL is canonical: handles are the same in any case, and links may not
// depend on the spelling asked for.
func (s site) entityURL(handle string) string {
	handle = s.tagged(handle)
	key, err := register.HandleKey(handle)
	if err != nil {
		key = handle
	}
	b := make([]byte, 0, len(s.base)+len("entity/")+len(key)+8)
	b = append(append(b, s.base...), "entity/"...)
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b = append(b, c)
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(b)
}

const upperHex = "0123456789ABCDEF"
