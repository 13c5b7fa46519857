package rdap

import (
	"context"
	_ "embed" // for the description
	"net/http"
	"strings"

	"registerd/lookup"
)

// description describes the service to programs (OpenAPI 3.1). It is no answer
// of RDAP: its path lies beside those of RFC 9082, and no query of it begins so.
//
//go:embed openapi.json
var description string

const descriptionPath = "openapi.json"

const descriptionType = "application/vnd.oai.openapi+json;version=3.1"

// describe serves the description, with the base as its server. It costs what
// help costs.
func (h *Handler) describe() http.HandlerFunc {
	out := tagged([]byte(strings.Replace(description, `"BASE"`, `"`+h.site.base+`"`, 1)))
	return func(w http.ResponseWriter, r *http.Request) {
		h.answer(w, r, "", func(ctx context.Context, q lookup.Question) (lookup.Written, error) {
			if _, err := h.desk.Help(ctx, q); err != nil {
				return lookup.Written{}, err
			}
			w.Header()["Content-Type"] = []string{descriptionType}
			return out, nil
		})
	}
}
