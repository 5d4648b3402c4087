package line

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// owner is one line: its goroutine alone changes what is below "owned by run".
type owner struct {
	s      *Sessions
	id     schema.LineID
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
	mail   chan any
	board  *board
	// turn lets one send at a time through, in the order they come.
	turn   chan struct{}
	copies copying
	memory memory
	// sealing ends the send under way; nil where there is none, or to a group.
	sealing atomic.Pointer[context.CancelFunc]
	// reuploads are calls that wait for the phone to upload a file again: by message
	// id, chan *events.MediaRetry.
	reuploads sync.Map
	// uploads are the files that this life has brought to WhatsApp; see reuse.go.
	uploads uploads
	// up is the client that sends may use; nil while nothing can be sent.
	up atomic.Pointer[whatsmeow.Client]
	// linked tells a send without a client whether waiting can help.
	linked atomic.Bool
	// named: the account's name has come. whatsmeow says it of who is there, and writes
	// it down without a lock a moment after the first login.
	named atomic.Bool
	// ticks are receipts that wait to be committed; see ticks.go.
	ticks chan tick
	// refused counts the connections in a row on which something could not be stored.
	refused atomic.Int32
	// better: what could not be stored may be now.
	better chan struct{}
	ended  sync.WaitGroup // dials and tickLoop

	// Owned by run.

	client  *whatsmeow.Client
	epoch   int   // number of client: what an earlier one still says is not heard
	hold    *hold // the newest connection; nil: there was none yet
	dialing bool
	tries   int  // since the last login
	was     bool // connected at least once since start
	probing int  // epoch of the probe under way, 0: none
	heard   bool // WhatsApp has delivered all that waited for this connection, and it was stored
	missed  bool // something of this connection was not stored: it comes again on the next
	alarm   alarm
	account account
	limit   bridge.Trouble   // may not write first; zero: may
	resting schema.LineState // the state to fall back to when a round of codes ends
	round   *round
	asked   time.Time // when somebody last asked to link

	news     bridge.Session // the newest, whether it was taken or not
	untold   bool           // news was not taken by Inbox yet
	tell     *time.Timer    // tries again to have it taken
	reset    *time.Timer    // reconnects, so that the server delivers again what was not stored
	resets   bool           // reset runs
	codeTime *time.Timer
}

// account is who the line is on WhatsApp. The zero value: not linked.
type account struct {
	jid   string // with the device's number
	phone string // E.164
	lid   string
}

// Commands and news that reach the owner, beside whatsmeow's own state events.
type (
	start struct{ account string }
	link  struct {
		restart bool
		phone   string // E.164; "": no code to type is asked for
		reply   chan struct{}
	}
	unlink struct {
		ctx   context.Context
		reply chan error
	}
	dialed struct {
		epoch int
		err   error
	}
	// pairing is the moment before whatsmeow stores a new account.
	pairing struct {
		epoch int
		jid   types.JID
		reply chan bool
	}
	// inward is a message or receipt to commit; reply nil: WhatsApp is acknowledged.
	inward struct {
		epoch  int
		commit func(context.Context) error
		reply  chan error
	}
	// notTaken are receipts that Inbox did not take.
	notTaken struct {
		epoch int
		err   error
	}
	said struct {
		epoch int
		event any
	}
	// named says whether the account's name is there.
	named bool
)

// alarm is the one thing that the owner waits for by the clock.
type alarm struct {
	timer *time.Timer
	what  purpose
}

type purpose string

const (
	nothing   purpose = ""
	dialAgain purpose = "dial"
	loginLate purpose = "login" // connected, and WhatsApp said nothing since
)

func newOwner(s *Sessions, id schema.LineID) *owner {
	o := &owner{
		s: s, id: id,
		log:     s.log.With("line", string(id)),
		done:    make(chan struct{}),
		mail:    make(chan any, 64),
		board:   newBoard(),
		turn:    make(chan struct{}, 1),
		ticks:   make(chan tick, ticksMax),
		better:  make(chan struct{}, 1),
		resting: schema.LineUnlinked,
		alarm:   alarm{timer: stopped()},
		tell:    stopped(), reset: stopped(), codeTime: stopped(),
	}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// post hands the owner a letter; false: the line has stopped.
func (o *owner) post(letter any) bool {
	if o.ctx.Err() != nil {
		return false
	}
	select {
	case o.mail <- letter:
		return true
	case <-o.ctx.Done():
		return false
	}
}

func (o *owner) run() {
	defer close(o.done)
	defer o.leave()
	o.ended.Go(o.tickLoop)
	for {
		select {
		case letter := <-o.mail:
			o.read(letter)
		case <-o.alarm.timer.C:
			o.ring()
		case <-o.codeTime.C:
			o.nextCode()
		case <-o.tell.C:
			o.report(o.news)
		case <-o.better:
			if o.resets {
				o.refused.Store(0)
				o.reset.Reset(0)
			}
		case <-o.reset.C:
			o.resets = false
			o.cut()
		case <-o.ctx.Done():
			return
		}
	}
}

// leaveMax bounds how long Stop waits: whatsmeow's handshake does not notice that
// it was cut. Such a dial ends by itself within 20 s, and touches nothing.
const leaveMax = 500 * time.Millisecond

func (o *owner) leave() {
	o.drop()
	gone := make(chan struct{})
	go func() {
		o.ended.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-time.After(leaveMax):
		o.log.Warn("a connection did not close in time")
	}
}

func (o *owner) read(letter any) {
	switch l := letter.(type) {
	case start:
		o.start(l.account)
	case link:
		o.link(l.restart, l.phone)
		close(l.reply)
	case unlink:
		l.reply <- o.unlink(l.ctx)
	case dialed:
		if l.epoch == o.epoch {
			o.dialed(l.err)
		}
	case typedCame:
		o.typedCame(l)
	case doubted:
		if l.client == o.client {
			o.probe()
		}
	case probed:
		if l.epoch == o.epoch {
			o.probed(l.silent)
		}
	case pairing:
		l.reply <- l.epoch == o.epoch && o.pairing(l.jid)
	case inward:
		l.reply <- o.inward(l)
	case notTaken:
		if l.epoch == o.epoch {
			o.comeAgain(l.err)
		}
	case said:
		if l.epoch == o.epoch {
			o.hear(l.event)
		}
	}
}

// start connects a linked line. One without an account stays as bridge knows it.
func (o *owner) start(jid string) {
	if o.client != nil || o.alarm.what != nothing {
		return
	}
	if jid != "" {
		o.open(jid)
	}
}

// open loads a linked account's session and connects it.
func (o *owner) open(jid string) {
	id, err := types.ParseJID(jid)
	if err != nil || id.User == "" {
		o.account = account{}
		o.rest(schema.LineLoggedOut, "the stored account is not readable")
		return
	}
	o.account.jid, o.account.phone = jid, phoneOf(id)
	o.linked.Store(true)
	device, err := o.s.devices.GetDevice(o.ctx, id)
	switch {
	case err != nil:
		o.state(o.away(), "session database: "+mask(err))
		o.again()
	case device == nil:
		// Linking was interrupted before its end, or the database is another one.
		o.account = account{}
		o.rest(schema.LineLoggedOut, "the session is not in the database")
	default:
		o.account.lid = lidOf(device.LID)
		o.use(device)
		why := bridge.Trouble{}
		if o.news.State == o.away() {
			why = o.news.Trouble // until this try says otherwise
		}
		o.troubled(o.away(), why, o.news.Detail)
		o.dial()
	}
}

// use makes device's client the line's.
func (o *owner) use(device *store.Device) {
	o.drop()
	o.named.Store(device.PushName != "")
	o.client = o.newClient(device)
}

// dial connects in the background. It is called on a new client, or on one
// whose connection whatsmeow has given up.
func (o *owner) dial() {
	o.cut()
	o.reset.Stop() // what was not stored comes on this connection
	o.resets = false
	ctx, h := newHold()
	o.hold, o.dialing, o.heard, o.missed = h, true, false, false
	o.wake(nothing, 0)
	client, epoch := o.client, o.epoch
	o.ended.Go(func() {
		o.post(dialed{epoch, client.ConnectContext(ctx)})
		h.settle() // after the news of the dial: the owner would not hear of an end before it
	})
}

func (o *owner) dialed(err error) {
	o.dialing = false
	switch {
	case err != nil:
		o.unreachable(err)
	case o.silent():
		o.wake(loginLate, o.s.timing.Login)
	}
}

// silent reports whether a connection still waits for the login or the first
// codes. News of either may overtake the news that the dial has ended.
func (o *owner) silent() bool {
	return o.up.Load() == nil && o.alarm.what == nothing && (o.round == nil || len(o.round.codes) == 0)
}

// unreachable says so and tries again.
func (o *owner) unreachable(err error) { o.kept(err, bridge.Trouble{}) }

// kept is unreachable where it is known why.
func (o *owner) kept(err error, why bridge.Trouble) {
	o.log.Warn("WhatsApp cannot be reached", "try", o.tries, "error", mask(err))
	if o.round != nil && !o.round.paired {
		o.roundUnreachable(err)
		return
	}
	o.troubled(o.away(), why, "WhatsApp cannot be reached: "+mask(err))
	o.again()
}

// again waits a little longer each time and dials; it never gives up.
func (o *owner) again() {
	pause := o.s.timing.pause(o.tries)
	o.tries++
	// Lines that were cut together do not come back together.
	pause += rand.N(pause/4 + 1)
	o.wake(dialAgain, pause)
}

// away is the state of a linked line that is not connected.
func (o *owner) away() schema.LineState {
	if o.was {
		return schema.LineReconnecting
	}
	return schema.LineConnecting
}

func (o *owner) wake(what purpose, in time.Duration) {
	o.alarm.what = what
	if what == nothing {
		o.alarm.timer.Stop()
		return
	}
	o.alarm.timer.Reset(in)
}

func (o *owner) ring() {
	what := o.alarm.what
	o.alarm.what = nothing
	switch {
	case what == dialAgain && o.client != nil:
		o.dial()
	case what == dialAgain:
		o.renew()
	case what == loginLate:
		o.drop()
		o.unreachable(fmt.Errorf("no login within %s", o.s.timing.Login))
	}
}

// renew makes a new client and connects it: for the round of codes under way,
// or else for the account.
func (o *owner) renew() {
	switch {
	case o.round != nil && !o.round.paired:
		o.use(o.s.devices.NewDevice())
		o.dial()
	case o.account.jid != "":
		o.open(o.account.jid)
	}
}

// cut ends the connection; whatsmeow reports Disconnected and the owner dials again.
func (o *owner) cut() {
	if o.hold != nil {
		o.hold.hangup()
	}
}

func (o *owner) offline() { o.up.Store(nil) }

// drop forgets the client and ends its connection. It does so by the
// connection's context and never by Client.Disconnect, which waits for locks
// that a dial can hold, and races with a close by the server.
func (o *owner) drop() {
	o.offline()
	o.wake(nothing, 0)
	o.reset.Stop()
	o.resets = false
	o.epoch++
	o.client, o.dialing = nil, false
	o.cut()
}

var errChanged = errors.New("the session has changed")

// inward commits a message, or a receipt that cannot wait. What is not taken is
// not acknowledged.
func (o *owner) inward(l inward) error {
	if l.epoch != o.epoch {
		return errChanged
	}
	err := guard(func() error { return l.commit(o.ctx) })
	if err == nil {
		o.refused.Store(0)
		return nil
	}
	o.comeAgain(err)
	return err
}

// comeAgain has the server deliver what was not acknowledged once more: it does
// so on a new connection. The pause grows with each connection on which nothing
// can be stored.
func (o *owner) comeAgain(err error) {
	o.missed = true
	o.hears(false)
	if o.resets || o.client == nil {
		return
	}
	o.log.Error("not stored, WhatsApp will deliver it again", "error", mask(err))
	o.resets = true
	o.reset.Reset(o.s.timing.pause(int(o.refused.Add(1)) - 1))
}

// guard turns a panic into an error: whatsmeow would take it for success.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
