package publication

import "cmp"

// Word is a word of the published text in a language: that for a field of a view,
// such as "Email", or one in English, such as "e-mail" or "registrant".
func Word(word, language string) string {
	return translated(language, cmp.Or(fieldWords[word], word))
}
