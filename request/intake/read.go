package intake

import (
	"crypto/sha256"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"registerd/register"
	"registerd/request"
)

const (
	// maxForm is what a form may have beside files, in bytes: a submission, and what
	// stands between its parts.
	maxForm  = request.MaxSubmission + 16<<10
	maxParts = 200

	// fileTime is how long files may take to arrive, and answerTime what is left for
	// the answer then. Other bodies have the time of any request.
	fileTime   = 30 * time.Second
	answerTime = 10 * time.Second

	maxFileName = 200 // characters
)

// sent is what came with a form.
type sent struct {
	values url.Values
	files  []file
}

// file is one that came with a form, and what its sender calls it.
type file struct {
	what string
	text []byte
}

// body reads what was sent, up to a number of bytes.
func (v *visit) body(limit int64) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, limit))
	return text, v.broken(err)
}

// broken is an error of reading what was sent, as it is told.
func (v *visit) broken(err error) error {
	if err == nil {
		return nil
	}
	v.w.Header().Set("Connection", "close") // the body may not be read to its end
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errTooLarge
	}
	return errBroken
}

// patience gives files the time that they take, if there is a place.
func (v *visit) patience() (leave func(), err error) {
	leave, ok := v.h.reading.take(v.channel.Addr)
	if !ok {
		v.w.Header().Set("Connection", "close")
		return nil, errBusy
	}
	c := http.NewResponseController(v.w)
	now := time.Now() // that of the connection, which has no other
	if err = errors.Join(c.SetReadDeadline(now.Add(fileTime)), c.SetWriteDeadline(now.Add(fileTime+answerTime))); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// read reads a form without files.
func (v *visit) read() (sent, error) {
	if v.media() != mediaForm {
		return sent{}, errMedia
	}
	text, err := v.body(maxForm)
	if err != nil {
		return sent{}, err
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return sent{}, errBroken
	}
	return sent{values: values}, nil
}

// readFiles reads a form with files, which are kept in memory: together they are no
// larger than one may be.
func (v *visit) readFiles() (s sent, err error) {
	if v.media() != mediaFiles {
		return s, errMediaFile
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, v.h.evidence+maxForm)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return s, errBroken
	}
	s.values = url.Values{}
	left := int64(maxForm)
	for range maxParts {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return s, v.broken(err)
		}
		if err := s.take(part, &left); err != nil {
			return s, v.broken(err)
		}
	}
	return s, v.broken(errBroken)
}

// take reads a part of a form; left is what may still come that is no file.
func (s *sent) take(part *multipart.Part, left *int64) error {
	if part.FormName() == "evidence" {
		text, err := io.ReadAll(part)
		if err == nil && len(text) > 0 {
			s.files = append(s.files, file{calledIn(part), text})
		}
		return err
	}
	text, err := io.ReadAll(io.LimitReader(part, *left+1))
	if err != nil {
		return err
	}
	if *left -= int64(len(text)); *left < 0 {
		return &http.MaxBytesError{Limit: maxForm}
	}
	s.values.Add(part.FormName(), string(text))
	return nil
}

// calledIn is the name of a file, without what cannot be printed.
func calledIn(part *multipart.Part) string {
	name := strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, path.Base(strings.ReplaceAll(part.FileName(), `\`, "/")))
	runes := []rune(strings.TrimSpace(name))
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "file"
	}
	return string(runes[:min(len(runes), maxFileName)])
}

// submission reads a request, as JSON or as the form; of a form, s is what was sent,
// also when it is not understood.
func (v *visit) submission() (s sent, submission request.Submission, err error) {
	switch v.media() {
	case mediaJSON:
		submission, err = request.ReadSubmission(http.MaxBytesReader(v.w, v.r.Body, request.MaxSubmission))
		var invalid *request.InvalidError
		if !errors.As(err, &invalid) {
			err = v.broken(err)
		}
		return s, submission, err
	case mediaFiles:
		leave, err := v.patience()
		if err != nil {
			return s, submission, err
		}
		defer leave()
		if s, err = v.readFiles(); err != nil {
			return s, submission, err
		}
	case mediaForm:
		if s, err = v.read(); err != nil {
			return s, submission, err
		}
	default:
		v.w.Header().Set("Connection", "close")
		return s, submission, errMedia
	}
	if s.values.Get("website") != "" {
		return s, submission, errTrap // programs that fill in forms do not see that it is hidden
	}
	submission, err = s.submission()
	return s, submission, err
}

// submission is what a form says.
func (s *sent) submission() (request.Submission, error) {
	text := func(name string) string { return strings.ReplaceAll(s.values.Get(name), "\r\n", "\n") }
	out := request.Submission{
		Requester: request.Requester{
			Kind: request.Kind(text("kind")), Organisation: text("organisation"), Person: text("person"), Email: text("email"),
			Phone: text("phone"), Country: text("country"), Reference: text("reference"),
		},
		Purpose: text("purpose"), Basis: text("basis"), Why: text("why"),
		Urgent: text("urgent") != "", Urgency: text("urgency"), Confidential: text("confidential"),
		Earlier: text("earlier"), Language: text("language"),
	}
	for line := range strings.FieldsFuncSeq(text("domains"), separates) {
		out.Objects = append(out.Objects, request.Object{Domain: register.Name(line)})
	}
	for line := range strings.FieldsFuncSeq(text("contacts"), separates) {
		out.Objects = append(out.Objects, request.Object{Contact: line})
	}
	for _, word := range s.values["fields"] {
		var f request.Field
		if err := f.UnmarshalText([]byte(word)); err != nil {
			return out, err
		}
		out.Fields = append(out.Fields, f)
	}
	for _, f := range s.files {
		out.Evidence = append(out.Evidence, request.Evidence{
			What: f.what, SHA256: sha256.Sum256(f.text), Size: int64(len(f.text)),
		})
	}
	return out, nil
}

// separates reports what stands between names.
func separates(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }
