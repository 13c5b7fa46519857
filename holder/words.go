package holder

import "golang.org/x/text/language"

// say is a text of the pages in a language, or else in English. What rules say of
// themselves, and the words of fields, come from elsewhere.
func say(tag, text string) string {
	if speaks(tag) == "da" {
		if w, ok := danish[text]; ok {
			return w
		}
	}
	return text
}

// speaks is the language of the pages for one of the rules: English or Danish.
func speaks(tag string) string {
	if base, _ := language.Make(tag).Base(); base.String() == "da" {
		return "da"
	}
	return "en"
}

var danish = map[string]string{
	"What the register holds of you":                                       "Hvad registret har om dig",
	"Your time here is over. Ask for another link.":                        "Din tid her er udløbet. Bed om et nyt link.",
	"You were sent a link. Paste it here, all of it. It can be used once.": "Du har fået et link. Sæt hele linket ind her. Det kan bruges én gang.",
	"Your link": "Dit link", "Open": "Åbn", "Back": "Tilbage", "Leave": "Forlad siden",
	"This is all that is kept, to whom it is shown and why, and who was given it. Anything wrong is mended by your registrar.": "Dette er alt, hvad der opbevares, hvem det vises til og hvorfor, og hvem der har fået det. Er noget forkert, retter din registrator det.",
	"Otherwise this ends by itself after half an hour.":                                                                        "Ellers slutter det af sig selv efter en halv time.",
	"Field": "Felt", "What is kept": "Hvad der opbevares", "Who sees it, and why": "Hvem der ser det, og hvorfor", "nothing": "intet",
	"There are more domains than are listed here:": "Der er flere domæner, end der står her:",
	"Who was given it": "Hvem der har fået det",
	"When":             "Hvornår", "To whom": "Til hvem", "Purpose": "Formål", "Legal basis": "Retsgrundlag", "Asked for": "Spurgt om", "What was told": "Hvad der blev fortalt",
	"Nobody that you may be told of.": "Ingen, som du kan få at vide.", "Rules:": "Regler:",
	"No rule shows it.": "Ingen regel viser det.", "Contact": "Kontakt", "Domain": "Domæne",

	"authority": "myndighed", "registrar": "registrator", "certificate-authority": "certifikatudsteder", "trade-mark-holder": "varemærkeindehaver",
	"researcher": "forsker", "seeker": "en anden med et lovligt formål", "operator": "registret selv",
	"security-team": "sikkerhedsteam", "other": "en anden",

	"There is nothing here.":                  "Her er intet.",
	"This is not done here with this method.": "Dette gøres ikke her med denne metode.",
	"This way can be read by others: use TLS. If a key was sent, ask for another one.": "Denne vej kan læses af andre: brug TLS. Blev der sendt en nøgle, så bed om en ny.",
	"Another web site has sent this.":                                                  "Et andet websted har sendt dette.",
	"A key is sent as a form.":                                                         "En nøgle sendes som en formular.",
	"The form cannot be read.":                                                         "Formularen kan ikke læses.",
	"This link opens nothing: it was used, or its time is over. Ask for another one.":  "Dette link åbner intet: det er brugt, eller dets tid er udløbet. Bed om et nyt.",
	"Nothing is open: send the key of a link by POST.":                                 "Intet er åbent: send nøglen fra et link med POST.",
	"The register holds nothing of you any more.":                                      "Registret har ikke længere noget om dig.",
	"Too many are looking at the moment. Try again soon.":                              "For mange ser efter lige nu. Prøv igen om lidt.",
	"This cannot be answered at the moment.":                                           "Dette kan ikke besvares lige nu.",
}
