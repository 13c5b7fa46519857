package escrow

import (
	"strconv"

	"registerd/register"
)

// spelled is a word in ASCII and as it is written where it is from.
type spelled struct{ ascii, local string }

var (
	firstWords = []string{
		"alder", "amber", "anchor", "aspen", "autumn", "beacon", "birch", "blue", "bright", "bronze", "cedar", "clear",
		"clover", "cobalt", "copper", "coral", "crystal", "daisy", "dawn", "east", "elm", "ember", "fair", "falcon",
		"fern", "first", "forest", "fox", "garden", "gentle", "golden", "granite", "green", "harbor", "hazel", "heron",
		"high", "honey", "iron", "island", "ivory", "juniper", "lake", "lark", "linen", "little", "lunar", "maple",
		"meadow", "merry", "mint", "misty", "moss", "north", "oak", "ocean", "olive", "orchid", "otter", "pearl",
		"pine", "polar", "quiet", "rapid", "raven", "red", "river", "robin", "rose", "sage", "silver", "sky",
		"solid", "south", "spruce", "star", "stone", "summer", "sunny", "swift", "tall", "thistle", "timber", "urban",
		"velvet", "violet", "west", "white", "wild", "willow", "winter", "yellow",
	}
	lastWords = []string{
		"academy", "advice", "antiques", "archive", "arts", "atelier", "bakery", "bikes", "boats", "books", "brewery", "builders",
		"cafe", "camping", "care", "catering", "ceramics", "choir", "cinema", "clinic", "club", "coffee", "consult", "cottage",
		"craft", "dance", "dental", "design", "dogs", "electric", "events", "family", "farm", "festival", "films", "fishing",
		"fitness", "flowers", "foods", "foundation", "frames", "furniture", "gallery", "games", "gardens", "glass", "guide", "guitars",
		"homes", "horses", "hotel", "jewels", "kitchen", "lab", "law", "library", "market", "media", "motors", "museum",
		"music", "news", "optics", "orchard", "painting", "parts", "photo", "pizza", "plumbing", "pottery", "press", "radio",
		"records", "repairs", "roofing", "running", "sailing", "school", "shoes", "shop", "soap", "society", "software", "sports",
		"studio", "tailor", "taxi", "tea", "theatre", "tools", "tours", "toys", "travel", "wines", "wood", "works",
	}
	idnWords = []string{
		"bäckerei", "blåbär", "crème", "mañana", "škola", "zürich", "ørken", "žába", "łąka", "città", "âme", "østers",
		"школа", "книга", "природа", "музика", "θάλασσα", "βιβλίο", "日本語", "図書館",
	}
	givenNames = []spelled{
		{"Agnes", "Agnès"}, {"Anders", "Anders"}, {"Birgit", "Birgit"}, {"Bjorn", "Björn"}, {"Cecilia", "Cecília"}, {"Daniel", "Daniel"},
		{"Eleni", "Ελένη"}, {"Elzbieta", "Elżbieta"}, {"Francois", "François"}, {"Goran", "Göran"}, {"Helene", "Hélène"}, {"Irina", "Ирина"},
		{"Jose", "José"}, {"Jurgen", "Jürgen"}, {"Katja", "Katja"}, {"Lukasz", "Łukasz"}, {"Maria", "María"}, {"Milos", "Miloš"},
		{"Noemie", "Noémie"}, {"Oystein", "Øystein"}, {"Pavel", "Pavel"}, {"Renee", "Renée"}, {"Soren", "Søren"}, {"Zofia", "Zofia"},
	}
	familyNames = []spelled{
		{"Ahlen", "Ahlén"}, {"Bergstrom", "Bergström"}, {"Castano", "Castaño"}, {"Dvorak", "Dvořák"}, {"Eriksen", "Eriksen"}, {"Fabre", "Fabre"},
		{"Gruber", "Gruber"}, {"Hallstrom", "Hallström"}, {"Ibanez", "Ibáñez"}, {"Jorgensen", "Jørgensen"}, {"Kowalczyk", "Kowalczyk"}, {"Lefevre", "Lefèvre"},
		{"Muller", "Müller"}, {"Novakova", "Nováková"}, {"Ostergard", "Østergård"}, {"Papadaki", "Παπαδάκη"}, {"Queiros", "Queirós"}, {"Rasanen", "Räsänen"},
		{"Sorensen", "Sørensen"}, {"Toth", "Tóth"}, {"Ulfsson", "Ulfsson"}, {"Vasquez", "Vásquez"}, {"Wojcik", "Wójcik"}, {"Zielinski", "Zieliński"},
	}
	streets = []spelled{
		{"Birch Lane", "Björkgränd"}, {"Harbour Street", "Hafenstraße"}, {"Mill Road", "Rue du Moulin"}, {"Church Square", "Náměstí u Kostela"},
		{"Station Road", "Dworcowa"}, {"Castle Hill", "Várhegy utca"}, {"Garden Way", "Trädgårdsvägen"}, {"Market Place", "Plaza del Mercado"},
	}
	cities = []struct {
		spelled
		province, country string
	}{
		{spelled{"Nordby", "Nordby"}, "Nord", "DK"}, {spelled{"Ostrava Nova", "Ostrava Nová"}, "Morava", "CZ"}, {spelled{"Sankt Elm", "Sankt Elm"}, "Tirol", "AT"},
		{spelled{"Villanueva", "Villañueva"}, "Leon", "ES"}, {spelled{"Astrand", "Åstrand"}, "Vast", "SE"}, {spelled{"Bellerive", "Bellerive"}, "Vaud", "CH"},
		{spelled{"Lakowo", "Łąkowo"}, "Mazury", "PL"}, {spelled{"Koivula", "Koivula"}, "Hame", "FI"}, {spelled{"Neudorf", "Neudörf"}, "Hessen", "DE"},
	}
	companyForms = []string{" Ltd", " AB", " GmbH", " SA", " Cooperative", " Association"}
	languages    = []string{"en", "de", "fr", "sv", "cs", "es", "pl"}
)

// contact makes the contact of an index; negative ones are persons who look
// after somebody else's domain.
func (g *generator) contact(handle, roid string, i, registrar int) *register.Contact {
	d := g.dice(diceContact, i)
	given, family := givenNames[d.n(len(givenNames))], familyNames[d.n(len(familyNames))]
	street, city := streets[d.n(len(streets))], cities[d.n(len(cities))]
	number, code := " "+strconv.Itoa(1+d.n(180)), strconv.Itoa(10000+d.n(89999))
	c := &register.Contact{
		Handle: handle, ROID: roid, Statuses: []string{"linked", "clientTransferProhibited", "clientUpdateProhibited"},
		International: register.Postal{
			Name:    given.ascii + " " + family.ascii,
			Address: register.Address{Street: []string{street.ascii + number}, City: city.ascii, Province: city.province, Code: code, Country: city.country},
		},
		Voice:   register.Phone{Number: id("+999.", 10000000+d.n(89999999))},
		Email:   "office." + given.ascii + "." + family.ascii + strconv.Itoa(d.n(1000)) + "@correspondence." + g.outside,
		Sponsor: id("registrar-", registrar+1),
		Created: g.before(d, 15),
		Facts:   register.Facts{Holder: register.HolderNatural, Language: languages[d.n(len(languages))]},
	}
	c.Creator = c.Sponsor
	if d.chance(75) {
		c.Updater, c.Updated = c.Sponsor, c.Created.Add(g.At.Sub(c.Created)/2)
	}
	if d.chance(10) {
		c.Fax = register.Phone{Number: id("+999.", 10000000+d.n(89999999)), Extension: strconv.Itoa(d.n(99))}
	}
	if i >= 0 {
		c.Facts.Holder = register.HolderType(d.pick([]int{7, 55, 25, 8, 4, 1}))
	}
	g.organization(d, c)
	if d.chance(40) {
		c.International.Address.Street = append(c.International.Address.Street, "Building "+strconv.Itoa(1+d.n(9))+", "+lastWords[d.n(len(lastWords))]+" entrance")
	}
	if d.chance(80) {
		c.Local = register.Postal{
			Name: given.local + " " + family.local, Organization: c.International.Organization,
			Address: register.Address{Street: append([]string{street.local + number}, c.International.Address.Street[1:]...), City: city.local, Province: city.province, Code: code, Country: city.country},
		}
	}
	g.facts(d, c)
	return c
}

// organization gives legal persons, and some others, a name beside the person's.
func (g *generator) organization(d *dice, c *register.Contact) {
	first, last := firstWords[d.n(len(firstWords))], lastWords[d.n(len(lastWords))]
	name := string(first[0]-'a'+'A') + first[1:] + " " + string(last[0]-'a'+'A') + last[1:]
	switch c.Facts.Holder {
	case register.HolderLegal:
		name += companyForms[d.n(len(companyForms))]
	case register.HolderPublicBody:
		name = "Municipality of " + c.International.Address.City
	case register.HolderEstate:
		name = "Estate of " + c.International.Name
	case register.HolderSoleProprietor:
	default:
		return
	}
	c.International.Organization = name
	if c.Facts.Holder != register.HolderSoleProprietor && d.chance(60) {
		c.Email = "info@" + first + last + "." + g.outside
	}
}

// facts gives the contact what a registry knows of it.
func (g *generator) facts(d *dice, c *register.Contact) {
	f := &c.Facts
	if f.Holder == register.HolderUnknown {
		return
	}
	f.Protection = register.Protection(d.pick([]int{20, 75, 5}))
	if d.chance(6) {
		f.Consent = register.Email | register.NameInt | register.NameLoc
	}
	if d.chance(4) {
		c.Disclose.Restrict = register.Voice | register.Fax | register.AddrInt | register.AddrLoc
	}
	f.Verification.State = register.VerificationState(d.pick([]int{30, 5, 64, 1}))
	if f.Verification.State != register.Unverified {
		f.Verification.Method = register.VerificationMethod(1 + d.n(5))
		f.Verification.Time = g.before(d, 2)
	}
}
