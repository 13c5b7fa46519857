package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// http holds the response to RFC 7480, and to what RFC 9110 and 9111 ask of
// its headers.
func (c *checker) http() {
	a := &c.answer
	switch h := a.Header; {
	case a.Request.Method == http.MethodHead || a.Status == http.StatusNoContent || a.Status == http.StatusNotModified:
		if len(a.Body) > 0 {
			c.find("7480-4.1", "")
		}
	case h.Get("Content-Encoding") == "" && h.Get("Content-Length") != "" && h.Get("Content-Length") != strconv.Itoa(len(a.Body)):
		c.find("9110-8.6", "", h.Get("Content-Length"), "for", len(a.Body))
	}
	c.contentType()
	c.origins()
	c.status()
	c.caching()
}

func (c *checker) contentType() {
	a := &c.answer
	bodiless := a.Status == http.StatusNoContent || a.Status/100 == 3 && len(a.Body) == 0 ||
		len(a.Body) == 0 && a.Request.Method != http.MethodHead
	if types := a.Header.Values("Content-Type"); !bodiless && !slices.Equal(types, []string{"application/rdap+json"}) {
		c.find("7480-4.2", "", types)
	}
}

// origins: scripts of every origin may read, and none is sent a browser's credentials.
func (c *checker) origins() {
	if origins := c.answer.Header.Values("Access-Control-Allow-Origin"); !slices.Equal(origins, []string{"*"}) {
		c.find("7480-5.6", "", origins)
	}
	if v := c.answer.Header.Get("Access-Control-Allow-Credentials"); v != "" {
		c.find("7480-5.6-credentials", "", v)
	}
}

// The statuses of RFC 7480 section 5, and those of HTTP that say what is wrong
// with a request. 500 is none of them: it means that we did not foresee something.
var statuses = []int{
	200, 204, 301, 302, 303, 304, 307, 308,
	400, 401, 403, 404, 405, 412, 413, 414, 422, 429, 431, 501, 503,
}

func (c *checker) status() {
	a, h := &c.answer, c.answer.Header
	if !slices.Contains(statuses, a.Status) {
		c.find("7480-5", "", a.Status)
	}
	switch a.Status {
	case 301, 302, 303, 307, 308:
		c.redirect(h.Get("Location"))
	case http.StatusUnauthorized:
		if h.Get("WWW-Authenticate") == "" {
			c.find("9110-11.6.1", "")
		}
	case http.StatusMethodNotAllowed:
		if h.Get("Allow") == "" {
			c.find("9110-15.5.6", "")
		}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		_, err := strconv.Atoi(h.Get("Retry-After"))
		if _, date := http.ParseTime(h.Get("Retry-After")); err != nil && date != nil {
			c.find("7480-5.5", "", h.Get("Retry-After"))
		}
	}
}

func (c *checker) redirect(to string) {
	u, err := url.Parse(to)
	switch {
	case err != nil || u.Host == "" || !isURI(to):
		c.find("7480-5.2", "", to)
	case u.RawQuery != "":
		c.find("7480-5.2-query", "", to)
	case to == c.answer.Request.URL:
		c.find("7480-5.2-self", "", to)
	}
}

// caching: what was answered to a credential, and what is no answer, is kept by
// nobody; what the public is answered may be kept and is asked for anew, since
// a consent is withdrawn at once.
func (c *checker) caching() {
	a, h := &c.answer, c.answer.Header
	control := h.Get("Cache-Control")
	switch {
	case len(a.Request.Header.Values("Authorization")) > 0 || a.Status >= 400:
		if control != "no-store" {
			c.find("9111-5.2.2-store", "", control)
		}
	case a.Status == http.StatusOK:
		if !strings.Contains(control, "no-cache") {
			c.find("9111-5.2.2-cache", "", control)
		}
	}
	if tag := h.Get("ETag"); tag != "" && (len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"') {
		c.find("9110-8.8.3", "", tag)
	}
	vary := strings.ToLower(strings.Join(h.Values("Vary"), ","))
	if a.Status == http.StatusOK && !strings.Contains(vary, "authorization") {
		c.find("9110-12.5.5", "", vary)
	}
}
