package publication

import "golang.org/x/text/language"

// translated is a word of the program's own in a language, or else in English.
// What rules say of themselves is in their file.
func translated(tag, s string) string {
	if base, _ := language.Make(tag).Base(); base.String() == "da" {
		if w, ok := danish[s]; ok {
			return w
		}
	}
	return s
}

var danish = map[string]string{
	"Publication rules": "Regler for offentliggørelse", "Register": "Register", "Effective": "Gælder fra",
	"Controller": "Dataansvarlig", "Approved": "Godkendt",
	"An example that nobody has reviewed.": "Et eksempel, som ingen har gennemgået.",
	"The numbers name the rule that decides, in the list at the end. Where several conditions of a cell hold, the last of them decides. What no rule speaks of is withheld.": "Tallene viser, hvilken regel i listen til sidst der afgør sagen. Gælder flere betingelser i et felt, afgør den sidste af dem. Det, ingen regel omtaler, vises ikke.",
	"Who is named below with a purpose has an account with the register and says that purpose. In all that is not told of them, they see what the public sees.":              "Den, der nævnes nedenfor med et formål, har en konto hos registret og angiver dette formål. I alt, hvad der ikke siges om dem, ser de, hvad offentligheden ser.",
	"What is seen of contacts by": "Hvad der vises af kontakter for", "What is seen of all else": "Hvad der vises af alt andet",
	"Who may search for what": "Hvem der må søge efter hvad",
	"A search looks only at what the one who asks may see. Where search by part is allowed too, the beginning of a name or handle is enough.": "En søgning ser kun på det, som den, der spørger, må se. Hvor søgning på en del også er tilladt, er begyndelsen af et navn eller handle nok.",
	"everything": "alt", "everybody": "alle", "by its handle": "ved sit handle",
	"The rules, in order": "Reglerne i rækkefølge",
	"It beats every rule that would show a protected contact, unless that rule says on which basis not.": "Den går forud for enhver regel, der ville vise en beskyttet kontakt, medmindre reglen siger, på hvilket grundlag den ikke gør.",
	"Despite protection": "Trods beskyttelse", "In its place": "I stedet",

	"shown": "vises", "withheld": "vises ikke", "part": "vises delvis", "replaced": "erstattes",

	"allowed": "tilladt", "refused": "afvist",
	"domains by name": "domæner efter navn", "domains by name server": "domæner efter navneserver",
	"domains by address": "domæner efter adresse", "name servers by name": "navneservere efter navn",
	"name servers by address": "navneservere efter adresse", "entities by name": "kontakter og registratorer efter navn",
	"entities by handle": "kontakter og registratorer efter handle", "domains by contact": "domæner efter deres kontakter", "by part": "på en del",

	"registrars": "registratorer", "the public": "offentligheden", "other registrars": "andre registratorer",
	"the registrar of record": "domænets registrator", "an authority": "en myndighed",
	"the holder": "indehaveren", "a certificate authority": "en certifikatudsteder",
	"a holder of a trade mark": "en varemærkeindehaver", "a researcher": "en forsker",

	"another purpose": "et andet formål",
	"natural person":  "fysisk person", "sole proprietor": "enkeltmandsvirksomhed", "estate": "dødsbo",
	"legal person": "juridisk person", "public body": "offentlig myndighed", "any holder": "alle indehavere",

	"registrant": "indehaver", "admin": "administrativ kontakt", "tech": "teknisk kontakt", "billing": "betaler",

	"protected": "beskyttet", "asked not to": "frabedt", "permitted through the registrar": "tilladt gennem registratoren",
	"consented": "samtykket", "with the e-mail address of a function": "med en funktions e-mailadresse",
	"locked to a business register": "låst til et virksomhedsregister", "identification in process": "identifikation i gang",
	"identified": "identificeret", "identification failed": "identifikation mislykket",

	"domain": "domæne", "name server": "navneserver", "registrar": "registrator", "reserved name": "reserveret navn",

	"abuse e-mail": "e-mail om misbrug", "abuse phone": "telefon om misbrug", "address": "adresse",
	"addresses": "adresser", "city": "by", "postal code": "postnummer", "consent": "samtykke",
	"contacts": "kontakter", "country": "land", "created": "oprettet", "creator": "oprettet af", "DNSSEC": "DNSSEC",
	"deletion": "sletning", "dispute": "klagesag", "e-mail": "e-mail", "found by its handle": "kan findes ved sit handle", "expires": "udløber",
	"fax": "fax", "grace period": "frist", "handle": "handle", "holder type": "indehavertype", "IANA id": "IANA-nummer",
	"id": "id", "IDN table": "IDN-tabel", "language": "sprog", "register lock": "registerlås", "name": "navn",
	"name servers": "navneservere", "organisation": "organisation", "preference": "ønske om offentliggørelse",
	"protection": "beskyttelse", "province": "region", "RDAP base": "RDAP-adresse", "ROID": "ROID", "state": "tilstand",
	"status": "status", "street": "gade", "suspension": "suspension", "transfer": "flytning", "transferred": "flyttet",
	"web address": "webadresse", "updated": "opdateret", "updater": "opdateret af", "variant of": "variant af", "variants": "varianter",
	"verification": "identifikation", "phone": "telefon", "WHOIS server": "WHOIS-server", "WHOIS web address": "WHOIS-webadresse",
}
