package page_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nodeline/nodeline/sidecar/oauth/page"
	"github.com/nodeline/nodeline/sidecar/web/webtest"
)

func TestThePageIsWholeAndNeedsNothingElse(t *testing.T) {
	seen := webtest.Page(t, page.Handler())
	for _, name := range []string{"app.js", "api.js", "choose.js", "link.js", "signin.js", "texts.js", "oauth.css", "common/linking/progress.js", "common/linking/linking.css"} {
		if !seen["/assets/"+name] {
			t.Errorf("%s is not used by the page", name)
		}
	}
}

// The window that opened it hears when the editor's own page is there again.
func TestThePageStaysItsOpenersWindow(t *testing.T) {
	w := httptest.NewRecorder()
	page.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if got := w.Header().Get("Cross-Origin-Opener-Policy"); got != "unsafe-none" {
		t.Errorf("Cross-Origin-Opener-Policy %q", got)
	}
}
