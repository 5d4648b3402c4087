package line

import (
	"io"
	"net"
	"net/http"
	"testing"
)

// upgrades answers every request as a server does that opens a websocket.
type upgrades struct {
	socket io.ReadWriteCloser
	before func()
}

func (u upgrades) RoundTrip(*http.Request) (*http.Response, error) {
	u.before()
	return &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: u.socket}, nil
}

func held(t *testing.T, before func(*hold)) (far net.Conn, resp *http.Response, err error) {
	t.Helper()
	near, far := net.Pipe()
	ctx, h := newHold()
	t.Cleanup(func() {
		h.hangup()
		_ = near.Close()
		_ = far.Close()
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://web.whatsapp.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err = holding{upgrades{near, func() { before(h) }}}.RoundTrip(r)
	return far, resp, err
}

// A connection that was hung up while its answer was on the way is not used.
func TestHungUpBeforeTheAnswer(t *testing.T) {
	far, _, err := held(t, (*hold).hangup)
	if err == nil {
		t.Error("it is used")
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("it is not closed: %v", err)
	}
}

// whatsmeow gives a handshake up by closing: then nobody waits for its end.
func TestClosedInTheHandshake(t *testing.T) {
	far, resp, err := held(t, func(*hold) {})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := resp.Body.Read(make([]byte, 1))
		ended <- err
	}()
	_ = far.Close()
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("it was read from")
	}
}
