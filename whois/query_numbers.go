package whois

// The numbers of answers. They are for programs, and never change their
// meaning. Where RIPE's server has a number for the matter, that is the one,
// since scripts know it.
const (
	codeNotFound    = 101
	codeElsewhere   = 102
	codeBadType     = 103
	codeNoKey       = 106
	codeTooLong     = 107
	codeConflict    = 109
	codeBadOption   = 111
	codeBadKey      = 115
	codeTooMany     = 118
	codeReserved    = 150
	codeBlocked     = 151
	codeOutOfPolicy = 152
	codeLimited     = 201
	codeTooSlow     = 305
	codeCrowded     = 306
	codeFailed      = 503
)

// Number is a number of an answer, and what it says of what was asked.
type Number struct {
	Code     int
	Question bool   // the question is at fault: it stands after "%ERROR:"
	Means    string // in English, without a full stop
}

// numbers are all there are, in order.
var numbers = [...]Number{
	{codeNotFound, false, "not there; the only answer that programs read so"},
	{codeElsewhere, false, "outside the zones, or a zone itself; nothing is said of it"},
	{codeBadType, true, "unknown type of object"},
	{codeNoKey, true, "nothing was asked for"},
	{codeTooLong, true, "the line is too long"},
	{codeConflict, true, "options that contradict each other"},
	{codeBadOption, true, "unknown option, or a value missing or unknown"},
	{codeBadKey, true, "not a name, or not a handle"},
	{codeTooMany, true, "too many words"},
	{codeReserved, false, "reserved by the registry"},
	{codeBlocked, false, "blocked: a variant of the name is taken"},
	{codeOutOfPolicy, false, "nobody can register the name here"},
	{codeLimited, false, "over the budget; the first line says when to come again"},
	{codeTooSlow, true, "the question was not complete in time"},
	{codeCrowded, false, "too many connections"},
	{codeFailed, false, "a failure; nothing is said of the name"},
}

// Numbers are the numbers of all answers, in order.
func Numbers() []Number { return append([]Number(nil), numbers[:]...) }

// queryError says why a line is no question. The text never repeats what was sent.
type queryError struct {
	code int
	text string
}

var (
	errNoKey       = &queryError{codeNoKey, "no search key specified"}
	errLineTooLong = &queryError{codeTooLong, "input line too long"}
	errTooSlow     = &queryError{codeTooSlow, "connection closed, the question was not complete in time"}
	errConflict    = &queryError{codeConflict, "invalid combination of options"}
	errBadOption   = &queryError{codeBadOption, "invalid option"}
	errNoValue     = &queryError{codeBadOption, "invalid option, its value is missing"}
	errBadCharset  = &queryError{codeBadOption, "invalid option, that character set is not one of utf-8, iso-8859-1, us-ascii"}
	errBadTopic    = &queryError{codeBadOption, "invalid option, -q takes version, types or sources"}
	errBadType     = &queryError{codeBadType, "unknown object type"}
	errTooMany     = &queryError{codeTooMany, "too many arguments"}
)
