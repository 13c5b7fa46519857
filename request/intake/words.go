package intake

// The languages of the pages, the first for who wants none of them.
var languages = []string{"en", "da"}

// words are the pages' texts, in the order of languages.
var words = map[string][2]string{
	"other":      {"da", "en"},
	"other.name": {"Dansk", "English"},
	"choose":     {"Choose", "Vælg"},
	"optional":   {"optional", "kan udelades"},
	"send":       {"Send", "Send"},
	"again":      {"Look again", "Se igen"},
	"trap":       {"Leave this field empty", "Lad dette felt stå tomt"},

	"form.title": {"Request for registration data", "Anmodning om registreringsdata"},
	"form.about": {
		"Use this form to ask for data about the holder of a domain name that is not public. Every request is looked at by a person, and data is given only where the law allows it.",
		"Brug denne formular til at anmode om oplysninger om indehaveren af et domænenavn, som ikke er offentlige. Hver anmodning ses af et menneske, og oplysninger gives kun, hvor loven tillader det.",
	},
	"form.hours": {"You are answered within 72 hours.", "Du får svar inden 72 timer."},
	"form.wrong": {"The request was not taken. Please mend this, choose your files again, and send it once more.", "Anmodningen blev ikke modtaget. Ret dette, vælg dine filer igen, og send den en gang til."},
	"form.who":   {"Who you are", "Hvem du er"}, "form.what": {"What you ask for", "Hvad du anmoder om"},
	"form.ground": {"Why", "Hvorfor"}, "form.how": {"How it is to be handled", "Hvordan den skal behandles"},
	"form.kept": {
		"What you write is kept to decide your request and to account for the decision, and erased some time after it is closed. The holder may be told who asked.",
		"Det, du skriver, opbevares for at afgøre din anmodning og redegøre for afgørelsen, og slettes nogen tid efter, at den er lukket. Indehaveren kan få at vide, hvem der spurgte.",
	},
	"form.send": {"Send the request", "Send anmodningen"},

	"kind": {"Kind of requester", "Anmoderens art"}, "kind.authority": {"Public authority", "Offentlig myndighed"},
	"kind.security-team":         {"Computer security team (CSIRT, CERT)", "It-sikkerhedsteam (CSIRT, CERT)"},
	"kind.certificate-authority": {"Certificate authority", "Certifikatudsteder"},
	"kind.trade-mark-holder":     {"Holder of a trade mark, or somebody acting for one", "Varemærkeindehaver, eller en, der handler for denne"},
	"kind.researcher":            {"Researcher", "Forsker"},
	"kind.other":                 {"Somebody else with a lawful interest", "En anden med en lovlig interesse"},

	"organisation": {"Organisation", "Organisation"}, "person": {"Your name", "Dit navn"}, "email": {"E-mail", "E-mail"},
	"phone": {"Telephone", "Telefon"}, "country": {"Country", "Land"}, "reference": {"Your own reference", "Din egen reference"},
	"country.help": {"Two capital letters, such as DK.", "To store bogstaver, for eksempel DK."},

	"domains": {"Domain names", "Domænenavne"}, "domains.help": {"One on each line.", "Ét på hver linje."},
	"contacts": {"Handles", "Brugernumre"}, "contacts.help": {"Of holders, one on each line.", "Indehaveres, ét på hver linje."},
	"fields": {"Which data", "Hvilke oplysninger"},

	"field.contact name": {"Name", "Navn"}, "field.contact organisation": {"Organisation", "Organisation"},
	"field.contact street": {"Street", "Vej"}, "field.contact city": {"Town", "By"}, "field.contact province": {"Province", "Region"},
	"field.contact postal code": {"Postal code", "Postnummer"}, "field.contact country": {"Country", "Land"},
	"field.contact phone": {"Telephone", "Telefon"}, "field.contact fax": {"Fax", "Fax"}, "field.contact e-mail": {"E-mail", "E-mail"},
	"field.contact handle": {"Handle", "Brugernummer"}, "field.contact verification": {"Whether the identity was checked", "Om identiteten er kontrolleret"},

	"purpose": {"Purpose", "Formål"},
	"basis":   {"Legal basis", "Retsgrundlag"}, "basis.help": {"The statute, or your legitimate interest.", "Loven, eller din legitime interesse."},
	"why":      {"What you need the data for, and why you cannot do without", "Hvad du skal bruge oplysningerne til, og hvorfor du ikke kan undvære dem"},
	"evidence": {"Evidence", "Dokumentation"}, "evidence.help": {"Up to five files, together at most", "Op til fem filer, tilsammen højst"},
	"evidence.here": {"received", "modtaget"}, "evidence.missing": {"not yet received", "endnu ikke modtaget"},
	"evidence.send": {"Send a file that the request names", "Send en fil, som anmodningen nævner"},

	"urgent":       {"This is urgent: life, health or a great loss is at stake", "Det haster: liv, helbred eller et stort tab står på spil"},
	"urgency":      {"Why it is urgent", "Hvorfor det haster"},
	"confidential": {"Why the holder should not be told for a time", "Hvorfor indehaveren i en periode ikke bør få det at vide"},
	"earlier":      {"Number of an earlier request", "Nummer på en tidligere anmodning"},

	"made.title": {"The request is received", "Anmodningen er modtaget"}, "made.number": {"Its number is", "Dens nummer er"},
	"made.due":  {"You are answered by", "Du får svar senest"},
	"made.keep": {"Keep this link. Whoever has it sees the answer; it is shown this once.", "Gem dette link. Den, der har det, kan se svaret; det vises kun denne ene gang."},
	"made.how": {
		"Open it to see the answer, and paste the whole link there. What stands behind # never leaves your browser by itself.",
		"Åbn det for at se svaret, og indsæt hele linket dér. Det, der står efter #, forlader aldrig af sig selv din browser.",
	},
	"made.failed": {"A file was not taken. Send it again from the page of the request:", "En fil blev ikke modtaget. Send den igen fra anmodningens side:"},

	"open.title": {"A request", "En anmodning"}, "open.about": {"This is the page of request", "Dette er siden for anmodning"},
	"open.key":  {"Your link, or its key", "Dit link, eller dets nøgle"},
	"open.help": {"Paste the whole link that you were given.", "Indsæt hele det link, du fik."},
	"open.send": {"Show the request", "Vis anmodningen"},

	"state.title": {"The state of a request", "En anmodnings status"}, "number": {"Number", "Nummer"}, "state": {"State", "Status"},
	"state.received": {"received", "modtaget"}, "state.taken": {"being worked on", "under behandling"}, "state.proposed": {"being worked on", "under behandling"},
	"state.granted": {"granted", "imødekommet"}, "state.refused": {"refused", "afslået"}, "state.closed": {"closed", "lukket"},
	"time.received": {"Received", "Modtaget"}, "time.due": {"Answered by", "Svar senest"}, "time.decided": {"Decided", "Afgjort"}, "time.until": {"Granted until", "Imødekommet indtil"},
	"reason": {"Reason", "Begrundelse"}, "fields.decided": {"What was decided", "Hvad der blev afgjort"},
	"field": {"Field", "Oplysning"}, "decision": {"Decision", "Afgørelse"}, "decision.granted": {"granted", "gives"}, "decision.withheld": {"withheld", "gives ikke"},

	"token": {"Your token", "Dit token"},
	"token.about": {
		"Questions with this token are answered with what was granted. It is shown once.",
		"Spørgsmål med dette token besvares med det, der blev givet. Det vises én gang.",
	},
	"token.send": {"Show the token", "Vis tokenet"}, "token.title": {"Your token", "Dit token"},
	"token.once":  {"Keep this token secret. It is not shown again.", "Hold dette token hemmeligt. Det vises ikke igen."},
	"token.until": {"It ends on", "Det udløber"}, "token.use": {"Ask with it in this way:", "Spørg med det på denne måde:"},

	"problem.title": {"This was not done", "Dette blev ikke gjort"}, "problem.back": {"To the form", "Til formularen"},
}

// purposesInDanish are the words of access.Purposes, said in Danish.
var purposesInDanish = map[string]string{
	"domainNameControl":                          "at passe egne domæner",
	"personalDataProtection":                     "at finde ud af, hvem der driver en tjeneste, som har ens persondata",
	"technicalIssueResolution":                   "at løse tekniske problemer med et domæne, for eksempel mail, der ikke kommer frem",
	"domainNameCertification":                    "at udstede et certifikat til indehaveren af et domæne",
	"individualInternetUse":                      "at vide, hvem man har at gøre med som forbruger",
	"businessDomainNamePurchaseOrSale":           "at købe eller sælge et domæne",
	"academicPublicInterestDNSResearch":          "forskning i offentlighedens interesse",
	"legalActions":                               "at undersøge eller gå imod, at et navn krænker rettigheder",
	"regulatoryAndContractEnforcement":           "tilsyn, beskatning og tvister om en aftale",
	"criminalInvestigationAndDNSAbuseMitigation": "at efterforske forbrydelser og standse misbrug af DNS",
	"dnsTransparency":                            "at svare på offentlighedens spørgsmål om et domæne, for eksempel i pressen",
}

// offered are the fields that the form offers; programs may ask for any.
var offered = []string{
	"contact name", "contact organisation", "contact street", "contact city", "contact province", "contact postal code", "contact country",
	"contact phone", "contact fax", "contact e-mail", "contact handle", "contact verification",
}

// say is a text in a language; a text that there is none of is its key.
func say(language, key string) string {
	texts, known := words[key]
	switch {
	case !known:
		return key
	case language == languages[1]:
		return texts[1]
	}
	return texts[0]
}
