package rdap

import (
	"iter"
	"strconv"
	"strings"
)

// prefersHTML reports an Accept header that puts a page before JSON, as those of
// browsers do (RFC 9110 section 12.5.1). Without a preference it is JSON.
func prefersHTML(accept []string) bool {
	return max(quality(accept, "text/html"), quality(accept, "application/xhtml+xml")) >
		max(quality(accept, mediaType), quality(accept, "application/json"))
}

// quality is the weight of a media type, in thousandths: that of the narrowest
// range that it is in, and 0 in none.
func quality(accept []string, media string) (weight int) {
	narrowest := 0
	for span, w := range weighed(accept) {
		switch narrow := narrowness(span, media); {
		case narrow == 0 || narrow < narrowest:
		case narrow > narrowest:
			narrowest, weight = narrow, w
		default:
			weight = max(weight, w)
		}
	}
	return weight
}

// narrowness is how close a range of media types comes to one: 0 is not at all.
// Parameters are not heeded: what we send has none, and clients put there what
// is no condition (exts_list).
func narrowness(span, media string) int {
	family, _, _ := strings.Cut(media, "/")
	switch {
	case strings.EqualFold(span, media):
		return 3
	case strings.EqualFold(span, family+"/*"):
		return 2
	case span == "*/*":
		return 1
	}
	return 0
}

// weighed are the elements of a header that is a list with weights (RFC 9110 sections
// 5.6.1, 12.4.2), each without its parameters, and its weight in thousandths. An
// element that cannot be read is passed over: no answer depends on it so much
// that a client should be turned away.
func weighed(headers []string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, rest := range headers {
			for rest != "" {
				var element string
				element, rest = cutUnquoted(rest, ',')
				value, parameters := cutUnquoted(element, ';')
				value = strings.Trim(value, " \t")
				weight, ok := weightIn(parameters)
				if ok && value != "" && !yield(value, weight) {
					return
				}
			}
		}
	}
}

// cutUnquoted cuts s around the first mark that stands in no quoted string (RFC
// 9110 section 5.6.4).
func cutUnquoted(s string, mark byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == mark:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// weightIn is the weight among parameters, 1000 without one.
func weightIn(parameters string) (weight int, ok bool) {
	for parameters != "" {
		var p string
		p, parameters = cutUnquoted(parameters, ';')
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.Trim(name, " \t"), "q") {
			return thousandths(strings.Trim(value, " \t"))
		}
	}
	return 1000, true
}

// thousandths reads a weight: 0 to 1, with up to three decimals.
func thousandths(s string) (int, bool) {
	whole, decimals, _ := strings.Cut(s, ".")
	if whole != "0" && whole != "1" || len(decimals) > 3 || strings.Trim(decimals, digits) != "" {
		return 0, false
	}
	n, err := strconv.Atoi(whole + (decimals + "000")[:3])
	return n, err == nil && n <= 1000
}
