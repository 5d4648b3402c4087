package oauth

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// One sign of somebody elsewhere is enough.
func TestWhatIsSurelyOfThisMachine(t *testing.T) {
	s := &Server{}
	for what, c := range map[string]struct {
		change func(*http.Request)
		want   bool
	}{
		"a browser here":     {func(*http.Request) {}, true},
		"by the other name":  {func(r *http.Request) { r.Host = "localhost:7450"; r.Header.Set("Origin", "http://localhost:7450") }, true},
		"by IPv6":            {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:50000", "[::1]:7450" }, true},
		"IPv4 in IPv6":       {func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:50000" }, true},
		"another machine":    {func(r *http.Request) { r.RemoteAddr = "192.168.0.7:50000" }, false},
		"no address":         {func(r *http.Request) { r.RemoteAddr = "" }, false},
		"another host name":  {func(r *http.Request) { r.Host = "wa.example.com" }, false},
		"a name like ours":   {func(r *http.Request) { r.Host = "localhost.example.com:7450" }, false},
		"a page elsewhere":   {func(r *http.Request) { r.Header.Set("Origin", "https://wa.example.com") }, false},
		"no page":            {func(r *http.Request) { r.Header.Del("Origin") }, false},
		"a proxy's protocol": {func(r *http.Request) { r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0 }, false},
		"Forwarded":          {func(r *http.Request) { r.Header.Set("Forwarded", "for=192.0.2.1") }, false},
		"Via":                {func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") }, false},
		"X-Forwarded-For":    {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") }, false},
		"X-Forwarded-Host":   {func(r *http.Request) { r.Header.Set("X-Forwarded-Host", "wa.example.com") }, false},
		"X-Forwarded-Proto":  {func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }, false},
		"X-Real-IP":          {func(r *http.Request) { r.Header.Set("X-Real-IP", "192.0.2.1") }, false},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:7450/oauth/lines", nil)
		r.RemoteAddr = "127.0.0.1:50000"
		r.Header.Set("Origin", "http://127.0.0.1:7450")
		c.change(r)
		if got := s.local(r); got != c.want {
			t.Errorf("%s: %t, want %t", what, got, c.want)
		}
	}
}
