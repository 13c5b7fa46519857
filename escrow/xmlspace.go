package escrow

// space is a namespace that deposits use. Elements are told apart by it, never
// by their prefix, which any deposit may choose.
type space uint8

const (
	otherSpace space = iota
	rdeSpace
	headerSpace
	domainSpace
	hostSpace
	contactSpace
	registrarSpace
	idnSpace
	nndnSpace
	paramsSpace
	policySpace
	eppDomainSpace
	eppContactSpace
	eppSpace
	secDNSSpace
	csvSpace
)

const (
	urn    = "urn:ietf:params:xml:ns:"
	rdeURI = urn + "rde-1.0"
)

var spaces = map[string]space{
	rdeURI:                   rdeSpace,
	urn + "rdeHeader-1.0":    headerSpace,
	urn + "rdeDomain-1.0":    domainSpace,
	urn + "rdeHost-1.0":      hostSpace,
	urn + "rdeContact-1.0":   contactSpace,
	urn + "rdeRegistrar-1.0": registrarSpace,
	urn + "rdeIDN-1.0":       idnSpace,
	urn + "rdeNNDN-1.0":      nndnSpace,
	urn + "rdeEppParams-1.0": paramsSpace,
	urn + "rdePolicy-1.0":    policySpace,
	urn + "domain-1.0":       eppDomainSpace,
	urn + "contact-1.0":      eppContactSpace,
	urn + "epp-1.0":          eppSpace,
	urn + "secDNS-1.1":       secDNSSpace,
	urn + "rdeCsv-1.0":       csvSpace,
	urn + "csvDomain-1.0":    csvSpace,
	urn + "csvHost-1.0":      csvSpace,
	urn + "csvContact-1.0":   csvSpace,
	urn + "csvRegistrar-1.0": csvSpace,
	urn + "csvIDN-1.0":       csvSpace,
	urn + "csvNNDN-1.0":      csvSpace,
}
