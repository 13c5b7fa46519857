package rdap

import (
	"context"
	_ "embed" // for the description
	"encoding/json"
	"net/http"
	"strings"

	"registerd/lookup"
)

// description describes the service to programs (OpenAPI 3.1). It is no answer
// of RDAP: its path lies beside those of RFC 9082, and no query of it begins so.
//
//go:embed openapi.json
var description string

// sessionDescription is what the description has besides where people log in: paths,
// and the headers, responses and schemas that those need.
//
//go:embed openapi_sessions.json
var sessionDescription []byte

const descriptionPath = "openapi.json"

const descriptionType = "application/vnd.oai.openapi+json;version=3.1"

// describe serves the description, with the base as its server. It costs what
// help costs.
func (h *Handler) describe() http.HandlerFunc {
	out := tagged([]byte(h.described()))
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

// described is the description of this service.
func (h *Handler) described() string {
	out := strings.Replace(description, `"BASE"`, `"`+h.site.base+`"`, 1)
	if h.site.federation == nil || !h.site.federation.Sessions() {
		return out
	}
	var sessions map[string]json.RawMessage
	if err := json.Unmarshal(sessionDescription, &sessions); err != nil {
		panic(err) // it is a part of the program
	}
	for name, indent := range map[string]string{"paths": " ", "headers": "  ", "responses": "  ", "schemas": "  "} {
		begin := "\n" + indent + `"` + name + `": {`
		members := sessions[name][1 : len(sessions[name])-1]
		out = strings.Replace(out, begin, begin+string(members)+",", 1)
	}
	return out
}
