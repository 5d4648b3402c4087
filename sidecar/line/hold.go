package line

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"go.mau.fi/whatsmeow/store"
)

// hold is one connection from the dial to its end, and how to hang it up.
//
// whatsmeow must not see a connection end during the handshake: whom to tell of
// the end is set last, without a lock, and an end before that is told to nobody.
// The line would wait for a login on a connection that is not there. So the end
// is kept from it until the handshake is over:
//
//	dial ──▶ handshake ──▶ whatsmeow's own
//
//	hangup in a dial, or of what is whatsmeow's own: the context ends
//	hangup in a handshake: the socket closes, so that nothing more is said
//	an end in a handshake, whoever made it: reads wait for settle
type hold struct {
	cancel  context.CancelFunc
	settled chan struct{} // the handshake is over, and the owner has been told
	login   atomic.Bool   // WhatsApp has let the line in

	mu     sync.Mutex
	socket io.Closer // nil: not there yet
	over   bool      // settled is closed
	hung   bool
}

type holdKey struct{}

// newHold begins a connection, to be dialed with the context that it returns.
// Whoever dials calls settle when the owner knows how that went.
func newHold() (context.Context, *hold) {
	ctx, cancel := context.WithCancel(context.Background())
	h := &hold{cancel: cancel, settled: make(chan struct{})}
	return context.WithValue(ctx, holdKey{}, h), h
}

// hangup ends the connection. It may be called more than once.
func (h *hold) hangup() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hung = true
	if socket := h.socket; socket != nil && !h.over {
		go func() { _ = socket.Close() }() // with TLS it says goodbye, which can take a while
		return
	}
	h.cancel()
}

// settle hands the connection over to whatsmeow.
func (h *hold) settle() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	close(h.settled)
}

// take makes a socket the connection's; false: it was hung up.
func (h *hold) take(socket io.Closer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.socket = socket
	return !h.hung
}

// logins notes on the hold of a connection that WhatsApp has let the line in.
// whatsmeow's Connected does not say which connection it is of: it comes after some
// questions, which a cut has outlived, and whatsmeow's own flag stays up through
// cuts. The first of the questions is to this store, with the dial's context.
type logins struct{ store.PreKeyStore }

// UploadedPreKeyCount implements store.PreKeyStore.
func (l logins) UploadedPreKeyCount(ctx context.Context) (int, error) {
	if h, ok := ctx.Value(holdKey{}).(*hold); ok {
		h.login.Store(true)
	}
	return l.PreKeyStore.UploadedPreKeyCount(ctx)
}

// holding puts each websocket of a hold under it.
type holding struct{ next http.RoundTripper }

func (t holding) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	h, ok := r.Context().Value(holdKey{}).(*hold)
	if err != nil || !ok || resp.StatusCode != http.StatusSwitchingProtocols {
		return resp, err
	}
	socket, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		return resp, nil
	}
	if !h.take(socket) {
		_ = socket.Close()
		return nil, context.Canceled
	}
	resp.Body = &heldSocket{ReadWriteCloser: socket, settled: h.settled, closed: make(chan struct{})}
	return resp, nil
}

// heldSocket says nothing of its end until it is settled, or closed by its user.
type heldSocket struct {
	io.ReadWriteCloser
	settled <-chan struct{}
	once    sync.Once
	closed  chan struct{}
}

func (s *heldSocket) Read(p []byte) (int, error) {
	n, err := s.ReadWriteCloser.Read(p)
	if n > 0 || err == nil {
		return n, nil
	}
	select {
	case <-s.settled:
	case <-s.closed:
	}
	return 0, err
}

func (s *heldSocket) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.ReadWriteCloser.Close()
}
