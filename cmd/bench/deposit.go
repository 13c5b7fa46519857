package main

// The parts of a deposit (RFC 8909, RFC 9022), about as long as real ones.

// depositHead is given the zone and the numbers of domains, contacts and hosts.
const depositHead = `<?xml version="1.0" encoding="UTF-8"?>
<r:deposit type="FULL" id="20260101001" xmlns:r="urn:ietf:params:xml:ns:rde-1.0"
  xmlns:header="urn:ietf:params:xml:ns:rdeHeader-1.0" xmlns:d="urn:ietf:params:xml:ns:rdeDomain-1.0"
  xmlns:domain="urn:ietf:params:xml:ns:domain-1.0" xmlns:secDNS="urn:ietf:params:xml:ns:secDNS-1.1"
  xmlns:c="urn:ietf:params:xml:ns:rdeContact-1.0" xmlns:contact="urn:ietf:params:xml:ns:contact-1.0"
  xmlns:h="urn:ietf:params:xml:ns:rdeHost-1.0" xmlns:rar="urn:ietf:params:xml:ns:rdeRegistrar-1.0"
  xmlns:par="urn:ietf:params:xml:ns:rdeEppParams-1.0" xmlns:epp="urn:ietf:params:xml:ns:epp-1.0">
<r:watermark>2026-01-01T00:00:00Z</r:watermark>
<r:rdeMenu>
  <r:version>1.0</r:version>
  <r:objURI>urn:ietf:params:xml:ns:rdeDomain-1.0</r:objURI>
  <r:objURI>urn:ietf:params:xml:ns:rdeContact-1.0</r:objURI>
  <r:objURI>urn:ietf:params:xml:ns:rdeHost-1.0</r:objURI>
  <r:objURI>urn:ietf:params:xml:ns:rdeRegistrar-1.0</r:objURI>
  <r:objURI>urn:ietf:params:xml:ns:rdeEppParams-1.0</r:objURI>
</r:rdeMenu>
<r:contents>
<header:header>
  <header:tld>%s</header:tld>
  <header:count uri="urn:ietf:params:xml:ns:rdeDomain-1.0">%d</header:count>
  <header:count uri="urn:ietf:params:xml:ns:rdeContact-1.0">%d</header:count>
  <header:count uri="urn:ietf:params:xml:ns:rdeHost-1.0">%d</header:count>
  <header:count uri="urn:ietf:params:xml:ns:rdeRegistrar-1.0">1</header:count>
  <header:count uri="urn:ietf:params:xml:ns:rdeEppParams-1.0">1</header:count>
</header:header>
<rar:registrar><rar:id>harbour</rar:id><rar:name>Harbour Names</rar:name><rar:gurid>9995</rar:gurid></rar:registrar>
<par:eppParams>
  <par:version>1.0</par:version><par:lang>en</par:lang>
  <par:objURI>urn:ietf:params:xml:ns:domain-1.0</par:objURI>
  <par:svcExtension><epp:extURI>urn:ietf:params:xml:ns:rgp-1.0</epp:extURI><epp:extURI>urn:ietf:params:xml:ns:secDNS-1.1</epp:extURI></par:svcExtension>
</par:eppParams>
`

// depositDomainForm is given the name and the number of a domain.
const depositDomainForm = `<d:domain>
  <d:name>%[1]s</d:name>
  <d:roid>D%[2]d-BENCH</d:roid>
  <d:status s="clientTransferProhibited"/>
  <d:registrant>C%[2]d-1</d:registrant>
  <d:contact type="admin">C%[2]d-2</d:contact>
  <d:contact type="tech">C%[2]d-3</d:contact>
  <d:ns><domain:hostObj>ns1.%[1]s</domain:hostObj><domain:hostObj>ns2.%[1]s</domain:hostObj></d:ns>
  <d:clID>harbour</d:clID>
  <d:crRr client="desk">harbour</d:crRr>
  <d:crDate>2019-04-03T22:00:00.0Z</d:crDate>
  <d:exDate>2027-04-03T22:00:00.0Z</d:exDate>
  <d:secDNS><secDNS:dsData>
    <secDNS:keyTag>40815</secDNS:keyTag><secDNS:alg>13</secDNS:alg><secDNS:digestType>2</secDNS:digestType>
    <secDNS:digest>484DCE289FC0690488CCD0669BEBBA10CA84DA0C849FA59D60E3E70C0DC5D843</secDNS:digest>
  </secDNS:dsData></d:secDNS>
</d:domain>
`

// depositHostForm is given a domain's name and number, and the host's number.
const depositHostForm = `<h:host>
  <h:name>ns%[3]d.%[1]s</h:name>
  <h:roid>H%[2]d_%[3]d-BENCH</h:roid>
  <h:status s="linked"/>
  <h:addr ip="v4">192.0.2.%[3]d</h:addr>
  <h:addr ip="v6">2001:db8::%[3]d</h:addr>
  <h:clID>harbour</h:clID>
  <h:crRr>harbour</h:crRr>
  <h:crDate>2019-05-08T12:10:00.0Z</h:crDate>
</h:host>
`

// depositContactForm is given a domain's number, and the contact's.
const depositContactForm = `<c:contact>
  <c:id>C%[1]d-%[2]d</c:id>
  <c:roid>C%[1]d_%[2]d-BENCH</c:roid>
  <c:status s="linked"/>
  <c:postalInfo type="int">
    <contact:name>Holder Number %[1]d</contact:name>
    <contact:org>Company Number %[1]d Limited</contact:org>
    <contact:addr>
      <contact:street>Quay Street %[1]d</contact:street>
      <contact:street>Floor %[2]d</contact:street>
      <contact:city>Exampleton</contact:city>
      <contact:pc>1000</contact:pc>
      <contact:cc>DK</contact:cc>
    </contact:addr>
  </c:postalInfo>
  <c:voice x="12">+999.5550100</c:voice>
  <c:email>holder%[1]d@mail.example</c:email>
  <c:clID>harbour</c:clID>
  <c:crRr client="desk">harbour</c:crRr>
  <c:crDate>2019-09-13T08:01:00.0Z</c:crDate>
  <c:disclose flag="0"><contact:voice/><contact:email/></c:disclose>
</c:contact>
`
