package page_test

import (
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox/page"
	"github.com/nodeline/nodeline/sidecar/web/webtest"
)

func TestThePageIsWholeAndNeedsNothingElse(t *testing.T) {
	seen := webtest.Page(t, page.Handler())
	for _, module := range []string{"app", "api", "bubble", "chat", "choices", "format", "frame", "group", "change", "link", "list", "live", "panel", "sentences", "state", "texts"} {
		if !seen["/assets/"+module+".js"] {
			t.Errorf("module %s is not used by the page", module)
		}
	}
	if !seen["/assets/common/base.css"] || !seen["/assets/common/dom.js"] {
		t.Errorf("the shared files are not used: %v", seen)
	}
}
