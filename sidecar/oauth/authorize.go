package oauth

import (
	"net/http"
	"net/url"
)

// authorize shows the page. A request that is not in order goes back to the program
// with the reason where that is a place that codes would go to by themselves; else the
// page says what is wrong: a redirect to anywhere would lend our name to anyone.
func (s *Server) authorize(page http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked, p := readRequest(r.URL.Query())
		if p != nil && asked.at != nil && s.trusted(asked.at) {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Referrer-Policy", "no-referrer")
			w.Header().Set("Location", asked.back(url.Values{"error": {p.code}, "error_description": {p.text.En}}))
			w.WriteHeader(http.StatusFound)
			return
		}
		shown := r.Clone(r.Context())
		shown.URL.Path, shown.URL.RawPath = "/oauth/", ""
		page.ServeHTTP(w, shown)
	}
}
