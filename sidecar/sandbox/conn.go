package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/noise"
)

// The connection header: "WA", the protocol's version, the dictionary's.
// Rests on whatsmeow's socket/constants.go; a header with another dictionary
// is refused, because its stanzas would be read as other words.
var header = []byte{'W', 'A', 6, 3}

// routingPrefix may come before the header, with three bytes of length and a
// routing hint from an earlier connection (rests on Baileys' noise-handler.ts).
var routingPrefix = []byte{'E', 'D', 0, 1}

const (
	frameLimit = 1 << 24 // three bytes of length
	// parting is the pause between a last stanza and the close; without it a
	// client may see the close first (met with whatsmeow: <failure> was lost).
	parting = 100 * time.Millisecond
	// handshakeTime bounds what a client may take until it is logged in or waits for its QR code.
	handshakeTime = 20 * time.Second
	writeTime     = 20 * time.Second
)

var (
	errHeader = errors.New("connection header is not known")
	errCut    = errors.New("cut by a fault rule")
	errLost   = errors.New("connection ended before the frame arrived")
)

// conn is one websocket. Its reader goroutine handles stanzas one after the
// other and alone sets device and pairing, before anyone else can find the
// connection; its writer goroutine seals and sends stanzas in the order of send.
type conn struct {
	net  *Network
	ws   *websocket.Conn
	from *joined
	log  *slog.Logger

	session *noise.Session
	device  *Device  // once logged in
	number  int      // of the device's connections, from 1; under the device's lock
	pairing *pairing // while it waits to be linked

	handling sync.Mutex
	up, down shelf // what faults hold back

	mu       sync.Mutex
	queue    []outgoing
	wake     chan struct{} // cap 1
	muted    bool          // a fault: what it would say is lost
	waiting  map[string]chan *stanza
	loggedIn *Device  // device, for other goroutines
	effects  []effect // faults that last

	closing sync.Once
	done    chan struct{}
}

type outgoing struct {
	stanza stanza
	last   bool
}

func (n *Network) serveSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := n.upgrader.Upgrade(w, r, nil)
	if err != nil {
		n.log.Debug("websocket refused", "error", err)
		return
	}
	ws.SetReadLimit(frameLimit + 64)
	c := &conn{
		net: n, ws: ws, log: n.log,
		wake: make(chan struct{}, 1), waiting: map[string]chan *stanza{}, done: make(chan struct{}),
	}
	c.from = join(ws, c.done)
	if !n.track(c) {
		_ = ws.Close()
		return
	}
	defer c.leave()
	if err := c.run(); !errors.Is(err, io.EOF) {
		c.log.Debug("connection ended", "error", err)
	}
}

// joined reads the binary messages of a websocket as one stream. It reads ahead,
// so that the client's end is noticed whatever holds back what came before.
type joined struct {
	messages chan []byte
	current  []byte
	gone     chan struct{} // closed when the client is; all that came is in messages
	err      error         // why; set before gone is closed
}

// aheadMax is how many messages are read ahead.
const aheadMax = 256

func join(ws *websocket.Conn, done <-chan struct{}) *joined {
	j := &joined{messages: make(chan []byte, aheadMax), gone: make(chan struct{})}
	go func() {
		defer close(j.gone)
		for {
			kind, body, err := ws.ReadMessage()
			if err == nil && kind != websocket.BinaryMessage {
				err = errors.New("text message on the socket")
			}
			if err != nil {
				j.err = err
				return
			}
			select {
			case j.messages <- body:
			case <-done:
				j.err = errLost
				return
			}
		}
	}()
	return j
}

func (j *joined) Read(p []byte) (int, error) {
	for len(j.current) == 0 {
		select {
		case j.current = <-j.messages:
			continue
		case <-j.gone:
		}
		select {
		case j.current = <-j.messages:
		default:
			return 0, j.err
		}
	}
	n := copy(p, j.current)
	j.current = j.current[n:]
	return n, nil
}

// run returns why the connection ended, never nil.
func (c *conn) run() error {
	_ = c.ws.SetReadDeadline(time.Now().Add(handshakeTime))
	c.meetFaults()
	if err := c.readHeader(); err != nil {
		return err
	}
	session, err := c.net.authority.Accept(header, c.readFrame, c.writeFrame)
	if err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	payload := &waWa6.ClientPayload{}
	if err := proto.Unmarshal(session.Payload, payload); err != nil {
		return fmt.Errorf("read client payload: %w", err)
	}
	c.session = session
	_ = c.ws.SetReadDeadline(time.Time{})
	go c.write()
	if payload.GetDevicePairingData() != nil {
		err = c.offerPairing(payload)
	} else {
		err = c.login(payload)
	}
	if err != nil {
		return err
	}
	for {
		s, err := c.readStanza()
		if err != nil {
			return err
		}
		if err := c.receive(s); err != nil {
			return err
		}
	}
}

func (c *conn) readHeader() error {
	got := make([]byte, len(header))
	if _, err := io.ReadFull(c.from, got); err != nil {
		return fmt.Errorf("read connection header: %w", err)
	}
	if bytes.Equal(got, routingPrefix) {
		if _, err := c.readFrame(); err != nil {
			return fmt.Errorf("read routing hint: %w", err)
		}
		if _, err := io.ReadFull(c.from, got); err != nil {
			return fmt.Errorf("read connection header: %w", err)
		}
	}
	if !bytes.Equal(got, header) {
		return fmt.Errorf("%w: %x", errHeader, got)
	}
	return nil
}

func (c *conn) readFrame() ([]byte, error) {
	var size [3]byte
	if _, err := io.ReadFull(c.from, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, int(size[0])<<16|int(size[1])<<8|int(size[2]))
	if _, err := io.ReadFull(c.from, frame); err != nil {
		return nil, err
	}
	if c.pace(len(frame)) || c.ended() {
		return nil, errLost
	}
	return frame, nil
}

// writeFrame puts a whole frame into one websocket message: clients exist that
// lose count of a frame that comes in parts (met with whatsmeow).
func (c *conn) writeFrame(frame []byte) error {
	if c.pace(len(frame)) {
		return errLost
	}
	out := make([]byte, 3, 3+len(frame))
	out[0], out[1], out[2] = byte(len(frame)>>16), byte(len(frame)>>8), byte(len(frame))
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTime))
	return c.ws.WriteMessage(websocket.BinaryMessage, append(out, frame...))
}

func (c *conn) readStanza() (s *stanza, err error) {
	frame, err := c.readFrame()
	if err != nil {
		return nil, err
	}
	plain, err := c.session.In.Open(frame)
	if err != nil {
		return nil, err
	}
	if len(plain) == 0 {
		return nil, errors.New("frame is empty")
	}
	// The codec trusts its input; what it cannot read ends this connection only.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read stanza: %v", p)
		}
	}()
	raw, err := waBinary.Unpack(plain)
	if err != nil {
		return nil, fmt.Errorf("unpack stanza: %w", err)
	}
	if s, err = waBinary.Unmarshal(raw); err != nil {
		return nil, fmt.Errorf("read stanza: %w", err)
	}
	return s, nil
}

// handle does what a stanza asks for; one at a time. What comes late from a
// connection that has a successor is not heard any more.
func (c *conn) handle(s *stanza) {
	c.handling.Lock()
	defer c.handling.Unlock()
	if c.device != nil && c.device.succeeded(c) {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("stanza handler panicked", "stanza", describe(s), "panic", p, "stack", string(debug.Stack()))
			c.net.unhandled.add("panic: " + describe(s))
		}
	}()
	if c.device == nil && s.Tag != "iq" {
		return // telemetry and acks while it waits to be linked
	}
	switch s.Tag {
	case "iq":
		c.handleIQ(s)
	case "message":
		c.net.routeMessage(c.device, s)
	case "receipt":
		c.net.routeReceipt(c.device, s)
	case "ack":
		c.device.confirm(attr(s, "class"), attr(s, "id"), attr(s, "type"), attrJID(s, "to"))
	case "presence":
		c.handlePresence(s)
	case "chatstate":
		c.net.routeChatState(c.device, s)
	case "ib":
		// Telemetry (unified_session) and offline_batch: the backlog is pushed
		// without being asked for, so neither needs an answer (assumed).
	default:
		c.net.unhandled.add(describe(s))
	}
}

// finish sends a last stanza and hangs up.
func (c *conn) finish(s stanza) { c.enqueue(outgoing{stanza: s, last: true}) }

func (c *conn) enqueue(o outgoing) {
	c.mu.Lock()
	if !c.muted {
		c.queue = append(c.queue, o)
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *conn) mute() {
	c.mu.Lock()
	c.muted = true
	c.mu.Unlock()
}

func (c *conn) write() {
	defer c.close()
	for {
		select {
		case <-c.done:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		batch := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, o := range batch {
			if err := c.writeStanza(o.stanza); err != nil {
				c.log.Debug("write to client", "error", err)
				return
			}
			if o.last {
				c.sleep(parting)
				return
			}
		}
	}
}

func (c *conn) writeStanza(s stanza) (err error) {
	// The codec panics on what it cannot write, and stanzas hold what clients sent.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("encode stanza: %v", p)
		}
	}()
	plain, err := waBinary.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode stanza: %w", err)
	}
	return c.writeFrame(c.session.Out.Seal(plain))
}

// sleep waits, or returns early when the connection ends.
func (c *conn) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.done:
	}
}

// close ends the connection; it may be called more than once.
func (c *conn) close() {
	c.closing.Do(func() {
		close(c.done)
		_ = c.ws.Close()
	})
}

// leave takes an ended connection out of the network. The reader calls it, last.
func (c *conn) leave() {
	c.close()
	c.net.faults.forget(c)
	if c.device != nil {
		c.device.detach(c)
	}
	if c.pairing != nil {
		c.pairing.expire.Stop()
		c.net.codes.remove(c.pairing)
	}
	c.net.untrack(c)
}
