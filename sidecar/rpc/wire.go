package rpc

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/nodeline/nodeline/schema"
)

// Bounds of what waits to be written to one connection. The first message is
// always taken, so a large answer passes where nothing else waits.
const (
	queueMessages = 512
	queueBytes    = 8 << 20
)

var (
	errGone     = errors.New("the connection is closed")
	errNotRead  = errors.New("the client does not read")
	errShutDown = errors.New("the sidecar is stopping")
)

// wire is a websocket as a jrpc2 channel. One goroutine writes:
//
//	Send, push -> queue -> writeLoop -> websocket
//	ping timer ------------^
//
// Nobody waits for a slow client while holding a lock: Send only queues, and a
// full queue ends the connection.
type wire struct {
	ws     *websocket.Conn
	timing Timing
	// check refuses a message before jrpc2 sees it, with the answer to send.
	check func(message []byte) (answer []byte)
	// complete finishes jrpc2's own answers.
	complete func([]byte) []byte

	mu      sync.Mutex
	queue   []item
	bytes   int
	wake    chan struct{} // capacity 1
	closing *closeFrame   // set: nothing more is queued; closes when the queue is written
	err     error         // why the wire is closed
	deaf    bool          // nothing more is read

	ended chan struct{} // closed when reading has ended, whatever ended it
	gone  chan struct{} // closed with the connection
	once  sync.Once
}

type item struct {
	message []byte
	written chan error // nil where nobody waits
}

type closeFrame struct {
	code int
	text string
}

func newWire(ws *websocket.Conn, timing Timing) *wire {
	w := &wire{ws: ws, timing: timing, wake: make(chan struct{}, 1),
		ended: make(chan struct{}), gone: make(chan struct{})}
	ws.SetReadLimit(schema.RequestMaxBytes)
	ws.SetPongHandler(func(string) error { return w.heard() })
	_ = w.heard()
	return w
}

// heard puts off the moment at which a silent connection is given up.
func (w *wire) heard() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf {
		return nil
	}
	return w.ws.SetReadDeadline(time.Now().Add(w.timing.Pong))
}

// Close implements channel.Channel: it ends the reading. The connection itself
// stays, so that answers under way still leave.
func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = true
	return w.ws.SetReadDeadline(time.Now())
}

// Recv implements channel.Channel. After its error it is not called again.
func (w *wire) Recv() ([]byte, error) {
	message, err := w.next()
	if err != nil {
		close(w.ended)
	}
	return message, err
}

// next reads the next message that check lets through.
func (w *wire) next() ([]byte, error) {
	for {
		_, message, err := w.ws.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				w.linger()
			}
			return nil, io.EOF
		}
		_ = w.heard()
		answer := w.check(message)
		if answer == nil {
			return message, nil
		}
		if err := w.queueItem(item{message: answer}); err != nil {
			return nil, io.EOF
		}
	}
}

// linger reads on for a moment after the close frame 1009, which a reset would
// overtake while the client still writes.
func (w *wire) linger() {
	conn := w.ws.NetConn()
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.CopyN(io.Discard, conn, 16*schema.RequestMaxBytes)
}

// Send implements channel.Channel.
func (w *wire) Send(message []byte) error {
	return w.queueItem(item{message: w.complete(message)})
}

// push writes a message and returns when it has left, or cannot any more. queued is
// called once it has its place in the queue, or has none.
func (w *wire) push(ctx context.Context, message []byte, queued func()) error {
	written := make(chan error, 1)
	err := w.queueItem(item{message: message, written: written})
	queued()
	if err != nil {
		return err
	}
	select {
	case err := <-written:
		return err
	case <-w.gone:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *wire) queueItem(it item) error {
	w.mu.Lock()
	switch {
	case w.err != nil:
		defer w.mu.Unlock()
		return w.err
	case w.closing != nil:
		defer w.mu.Unlock()
		return errShutDown
	case len(w.queue) > 0 && (len(w.queue) >= queueMessages || w.bytes+len(it.message) > queueBytes):
		w.mu.Unlock()
		w.close(errNotRead)
		return errNotRead
	}
	w.queue = append(w.queue, it)
	w.bytes += len(it.message)
	w.mu.Unlock()
	w.signal()
	return nil
}

func (w *wire) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// finish closes the connection with a close frame once what is queued has left.
func (w *wire) finish(code int, text string) {
	w.mu.Lock()
	if w.closing == nil {
		w.closing = &closeFrame{code, text}
	}
	w.mu.Unlock()
	w.signal()
}

// close ends the connection at once; only the first reason is kept.
func (w *wire) close(why error) {
	w.once.Do(func() {
		w.mu.Lock()
		w.err = why
		w.queue, w.bytes = nil, 0
		w.mu.Unlock()
		close(w.gone)
		_ = w.ws.NetConn().SetDeadline(time.Now()) // ends a write that hangs
		if tcp, ok := plain(w.ws.NetConn()).(*net.TCPConn); ok && why == errNotRead {
			// What the client does not read would keep the connection half open.
			_ = tcp.SetLinger(0)
		}
		_ = w.ws.Close()
	})
}

// plain is the connection under TLS.
func plain(conn net.Conn) net.Conn {
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return outer.NetConn()
	}
	return conn
}

// cause says why the wire is closed, nil while it is open.
func (w *wire) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// writeLoop runs until the wire is closed.
func (w *wire) writeLoop() {
	pings := time.NewTicker(w.timing.Ping)
	defer pings.Stop()
	for {
		select {
		case <-w.gone:
			return
		case <-pings.C:
			if w.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(w.timing.Write)) != nil {
				w.close(errGone)
				return
			}
		case <-w.wake:
			if err := w.writeQueued(); err != nil {
				w.close(err)
				return
			}
		}
	}
}

// writeQueued empties the queue, and says goodbye after it where asked to.
func (w *wire) writeQueued() error {
	for {
		w.mu.Lock()
		if len(w.queue) == 0 {
			closing := w.closing
			w.queue = nil
			w.mu.Unlock()
			if closing == nil {
				return nil
			}
			frame := websocket.FormatCloseMessage(closing.code, closing.text)
			_ = w.ws.WriteControl(websocket.CloseMessage, frame, time.Now().Add(w.timing.Write))
			return errShutDown
		}
		next := w.queue[0]
		w.mu.Unlock()

		_ = w.ws.SetWriteDeadline(time.Now().Add(w.timing.Write))
		err := w.ws.WriteMessage(websocket.TextMessage, next.message)
		if next.written != nil {
			next.written <- err
		}
		if err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() {
				return errNotRead
			}
			return errGone
		}
		w.mu.Lock()
		if len(w.queue) > 0 { // a close empties it
			w.queue[0] = item{}
			w.queue = w.queue[1:]
			w.bytes -= len(next.message)
		}
		w.mu.Unlock()
	}
}
