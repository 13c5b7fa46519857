package rdap

import (
	"context"
	"net/http"

	"registerd/lookup"
)

// Answer answers a question as it would be answered over HTTP, to a caller that
// the question names: it is for whoever asks at the console. It returns the
// status and the body.
func (h *Handler) Answer(ctx context.Context, kind lookup.Kind, q lookup.Question) (int, []byte) {
	asks := map[lookup.Kind]ask{
		lookup.KindDomain: h.domain, lookup.KindHost: h.host, lookup.KindEntity: h.entity, lookup.KindHelp: h.help,
	}
	ask, known := asks[kind]
	err := error(errUnreadable)
	if known {
		var out lookup.Written
		if out, err = ask(ctx, q); err == nil {
			return http.StatusOK, out.Body
		}
	}
	p := h.site.problemOf(err)
	if p.ours {
		h.logFailure(err)
	}
	return p.status, h.site.problem(p, h.desk.About())
}
