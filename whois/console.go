package whois

import (
	"context"

	"registerd/lookup"
)

// Answer answers a line as it would be answered on port 43, to a caller that
// the question names: it is for whoever asks at the console.
func (s *Server) Answer(ctx context.Context, q lookup.Question) []byte {
	page, _ := s.answer(ctx, q)
	return page
}
