package escrow

import (
	"fmt"
	"strings"
)

// xmlText is a deposit for a test. Its header counts what is in it.
type xmlText struct {
	kind, id, prev, watermark string
	resend                    bool
	deletes                   string
	objects                   []string
}

var textKinds = []struct{ name, tag string }{
	{"Domain", "<d:domain>"}, {"Host", "<ho:host>"}, {"Contact", "<c:contact>"},
	{"Registrar", "<r:registrar>"}, {"NNDN", "<n:NNDN>"}, {"EppParams", "<p:eppParams/>"},
}

const textSpaces = `xmlns:h="urn:ietf:params:xml:ns:rdeHeader-1.0" xmlns:d="urn:ietf:params:xml:ns:rdeDomain-1.0"
 xmlns:ho="urn:ietf:params:xml:ns:rdeHost-1.0" xmlns:c="urn:ietf:params:xml:ns:rdeContact-1.0"
 xmlns:r="urn:ietf:params:xml:ns:rdeRegistrar-1.0" xmlns:n="urn:ietf:params:xml:ns:rdeNNDN-1.0"
 xmlns:p="urn:ietf:params:xml:ns:rdeEppParams-1.0" xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"
 xmlns:contact="urn:ietf:params:xml:ns:contact-1.0" xmlns="urn:ietf:params:xml:ns:rde-1.0"`

func (x xmlText) String() string {
	body := strings.Join(x.objects, "\n")
	var b, menu, counts strings.Builder
	for _, k := range textKinds {
		uri := "urn:ietf:params:xml:ns:rde" + k.name + "-1.0"
		fmt.Fprintf(&menu, "<objURI>%s</objURI>", uri)
		fmt.Fprintf(&counts, `<h:count uri="%s">%d</h:count>`, uri, strings.Count(body, k.tag))
	}
	fmt.Fprintf(&b, `<deposit type="%s" id="%s"`, x.kind, x.id)
	if x.prev != "" {
		fmt.Fprintf(&b, ` prevId="%s"`, x.prev)
	}
	if x.resend {
		b.WriteString(` resend="1"`)
	}
	fmt.Fprintf(&b, " %s>\n<watermark>%s</watermark>\n<rdeMenu><version>1.0</version>%s</rdeMenu>\n", textSpaces, x.watermark, &menu)
	if x.deletes != "" {
		fmt.Fprintf(&b, "<deletes>%s</deletes>\n", x.deletes)
	}
	fmt.Fprintf(&b, "<contents><h:header><h:tld>test</h:tld>%s</h:header>\n%s\n</contents></deposit>\n", &counts, body)
	return b.String()
}

// fullText is a FULL deposit of the day, with the registrar that all others name.
func fullText(id, watermark string, objects ...string) xmlText {
	return xmlText{kind: "FULL", id: id, watermark: watermark, objects: append([]string{registrarText("reg-a", "")}, objects...)}
}

func contactText(handle, roid, more string) string {
	return fmt.Sprintf(`<c:contact><c:id>%s</c:id><c:roid>%s</c:roid><c:status s="ok"/>
<c:postalInfo type="int"><contact:name>Person</contact:name><contact:org>Organisation</contact:org><contact:addr><contact:city>Exampleton</contact:city><contact:cc>ZZ</contact:cc></contact:addr></c:postalInfo>
<c:email>person@mail.test</c:email><c:clID>reg-a</c:clID>%s</c:contact>`, handle, roid, more)
}

func domainText(name, roid, registrant, more string) string {
	return fmt.Sprintf(`<d:domain><d:name>%s</d:name><d:roid>%s</d:roid><d:status s="ok"/><d:registrant>%s</d:registrant>%s<d:clID>reg-a</d:clID><d:crDate>2020-01-01T00:00:00Z</d:crDate></d:domain>`,
		name, roid, registrant, more)
}

func hostText(name, roid string) string {
	return fmt.Sprintf(`<ho:host><ho:name>%s</ho:name><ho:roid>%s</ho:roid><ho:status s="ok"/><ho:addr ip="v4">192.0.2.1</ho:addr><ho:clID>reg-a</ho:clID></ho:host>`, name, roid)
}

func registrarText(id, more string) string {
	return fmt.Sprintf(`<r:registrar><r:id>%s</r:id><r:name>Registrar</r:name>%s<r:status>ok</r:status></r:registrar>`, id, more)
}

func reservedText(name string) string {
	return fmt.Sprintf(`<n:NNDN><n:aName>%s</n:aName><n:nameState>blocked</n:nameState></n:NNDN>`, name)
}
