package escrow

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"
)

// bigDeposit writes a FULL deposit of n domains, with three contacts and two
// hosts of its own each.
type bigDeposit struct {
	n, next int
	buf     bytes.Buffer
}

const bigSpaces = `xmlns:domain="urn:ietf:params:xml:ns:domain-1.0" xmlns:contact="urn:ietf:params:xml:ns:contact-1.0"
  xmlns:secDNS="urn:ietf:params:xml:ns:secDNS-1.1" xmlns:rde="urn:ietf:params:xml:ns:rde-1.0"
  xmlns:rdeHeader="urn:ietf:params:xml:ns:rdeHeader-1.0" xmlns:rdeDomain="urn:ietf:params:xml:ns:rdeDomain-1.0"
  xmlns:rdeHost="urn:ietf:params:xml:ns:rdeHost-1.0" xmlns:rdeContact="urn:ietf:params:xml:ns:rdeContact-1.0"
  xmlns:rdeRegistrar="urn:ietf:params:xml:ns:rdeRegistrar-1.0" xmlns:rdeEppParams="urn:ietf:params:xml:ns:rdeEppParams-1.0"
  xmlns:epp="urn:ietf:params:xml:ns:epp-1.0"`

func (b *bigDeposit) Read(p []byte) (int, error) {
	for b.buf.Len() == 0 {
		if b.next > b.n+1 {
			return 0, io.EOF
		}
		b.part()
		b.next++
	}
	return b.buf.Read(p)
}

func (b *bigDeposit) part() {
	w := &b.buf
	switch i := b.next; {
	case i == 0:
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<rde:deposit type="FULL" id="20260101001" %s>
<rde:watermark>2026-01-01T00:00:00Z</rde:watermark>
<rde:rdeMenu><rde:version>1.0</rde:version>
`, bigSpaces)
		counts := map[string]int{"Domain": b.n, "Host": 2 * b.n, "Contact": 3 * b.n, "Registrar": 1, "EppParams": 1}
		for _, k := range []string{"Domain", "Host", "Contact", "Registrar", "EppParams"} {
			fmt.Fprintf(w, "<rde:objURI>urn:ietf:params:xml:ns:rde%s-1.0</rde:objURI>\n", k)
		}
		fmt.Fprint(w, "</rde:rdeMenu><rde:contents><rdeHeader:header><rdeHeader:tld>test</rdeHeader:tld>\n")
		for _, k := range []string{"Domain", "Host", "Contact", "Registrar", "EppParams"} {
			fmt.Fprintf(w, "<rdeHeader:count uri=\"urn:ietf:params:xml:ns:rde%s-1.0\">%d</rdeHeader:count>\n", k, counts[k])
		}
		fmt.Fprint(w, `</rdeHeader:header>
<rdeRegistrar:registrar><rdeRegistrar:id>reg-a</rdeRegistrar:id><rdeRegistrar:name>Registrar A</rdeRegistrar:name><rdeRegistrar:gurid>9991</rdeRegistrar:gurid></rdeRegistrar:registrar>
<rdeEppParams:eppParams><rdeEppParams:svcExtension><epp:extURI>urn:ietf:params:xml:ns:rgp-1.0</epp:extURI><epp:extURI>urn:ietf:params:xml:ns:secDNS-1.1</epp:extURI></rdeEppParams:svcExtension></rdeEppParams:eppParams>
`)
	case i == b.n+1:
		fmt.Fprint(w, "</rde:contents></rde:deposit>\n")
	default:
		b.domain(i)
	}
}

func (b *bigDeposit) domain(i int) {
	w := &b.buf
	fmt.Fprintf(w, `<rdeDomain:domain>
  <rdeDomain:name>name-%[1]d.test</rdeDomain:name>
  <rdeDomain:roid>D%[1]d-TEST</rdeDomain:roid>
  <rdeDomain:status s="clientTransferProhibited"/>
  <rdeDomain:registrant>C%[1]d-1</rdeDomain:registrant>
  <rdeDomain:contact type="admin">C%[1]d-2</rdeDomain:contact>
  <rdeDomain:contact type="tech">C%[1]d-3</rdeDomain:contact>
  <rdeDomain:ns>
    <domain:hostObj>ns1.name-%[1]d.test</domain:hostObj>
    <domain:hostObj>ns2.name-%[1]d.test</domain:hostObj>
  </rdeDomain:ns>
  <rdeDomain:clID>reg-a</rdeDomain:clID>
  <rdeDomain:crRr client="someone">reg-a</rdeDomain:crRr>
  <rdeDomain:crDate>2019-04-03T22:00:00.0Z</rdeDomain:crDate>
  <rdeDomain:exDate>2027-04-03T22:00:00.0Z</rdeDomain:exDate>
  <rdeDomain:secDNS>
    <secDNS:dsData><secDNS:keyTag>12345</secDNS:keyTag><secDNS:alg>13</secDNS:alg><secDNS:digestType>2</secDNS:digestType>
    <secDNS:digest>49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0011</secDNS:digest></secDNS:dsData>
  </rdeDomain:secDNS>
</rdeDomain:domain>
`, i)
	for n := 1; n <= 2; n++ {
		fmt.Fprintf(w, `<rdeHost:host>
  <rdeHost:name>ns%[2]d.name-%[1]d.test</rdeHost:name>
  <rdeHost:roid>H%[1]d_%[2]d-TEST</rdeHost:roid>
  <rdeHost:status s="ok"/>
  <rdeHost:addr ip="v4">192.0.2.%[2]d</rdeHost:addr>
  <rdeHost:addr ip="v6">2001:db8::%[2]d</rdeHost:addr>
  <rdeHost:clID>reg-a</rdeHost:clID>
  <rdeHost:crRr>reg-a</rdeHost:crRr>
  <rdeHost:crDate>2019-05-08T12:10:00.0Z</rdeHost:crDate>
</rdeHost:host>
`, i, n)
	}
	for n := 1; n <= 3; n++ {
		fmt.Fprintf(w, `<rdeContact:contact>
  <rdeContact:id>C%[1]d-%[2]d</rdeContact:id>
  <rdeContact:roid>C%[1]d_%[2]d-TEST</rdeContact:roid>
  <rdeContact:status s="linked"/>
  <rdeContact:postalInfo type="int">
    <contact:name>Holder Number %[1]d</contact:name>
    <contact:org>Company Number %[1]d Limited</contact:org>
    <contact:addr>
      <contact:street>Example Street %[1]d</contact:street>
      <contact:street>Floor %[2]d</contact:street>
      <contact:city>Exampleton</contact:city>
      <contact:sp>EX</contact:sp>
      <contact:pc>20166-6503</contact:pc>
      <contact:cc>ZZ</contact:cc>
    </contact:addr>
  </rdeContact:postalInfo>
  <rdeContact:voice x="12">+999.7035555555</rdeContact:voice>
  <rdeContact:email>holder%[1]d@mail.test</rdeContact:email>
  <rdeContact:clID>reg-a</rdeContact:clID>
  <rdeContact:crRr client="someone">reg-a</rdeContact:crRr>
  <rdeContact:crDate>2019-09-13T08:01:00.0Z</rdeContact:crDate>
  <rdeContact:disclose flag="0"><contact:voice/><contact:email/></rdeContact:disclose>
</rdeContact:contact>
`, i, n)
	}
}

func bigDepositBytes(n int) []byte {
	b, _ := io.ReadAll(&bigDeposit{n: n})
	return b
}

// BenchmarkParse reads the deposit of 2,000 domains without a store.
func BenchmarkParse(b *testing.B) {
	const domains = 2000
	text := bigDepositBytes(domains)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		g, err := open(&source{ctx: context.Background(), r: bytes.NewReader(text)})
		if err != nil {
			b.Fatal(err)
		}
		d := newDepositReader(g, &Report{Skipped: map[string]int{}})
		d.now, d.progress = time.Now, func(string, int, int) {}
		d.root()
		d.read(func([]item) bool { return true })
		if d.err != nil || d.report.Refusals > 0 || d.report.Read != 6*domains+1 {
			b.Fatal(d.err, d.report.Problems, d.report.Read)
		}
		d.close()
	}
	b.ReportMetric(domains*float64(b.N)/b.Elapsed().Seconds(), "domains/s")
}

// BenchmarkImport takes a deposit of 20,000 domains into an empty register.
func BenchmarkImport(b *testing.B) {
	const domains = 20_000
	text := bigDepositBytes(domains)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := newTestRegister(b)
		if _, err := r.importer(b, nil).Deposit(b.Context(), bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
		r.close(b)
	}
	b.ReportMetric(domains*float64(b.N)/b.Elapsed().Seconds(), "domains/s")
}
