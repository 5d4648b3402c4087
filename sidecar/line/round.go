package line

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// round is one series of QR codes. WhatsApp gives a handful at once; each is
// shown for a while, and when they are used up the round has expired.
type round struct {
	codes   []string // the one on show first
	fresh   bool     // no code was shown yet
	scanned bool     // a phone has taken a code, and whatsmeow stores the account
	paired  bool     // a phone has scanned: codes are over, the login remains
	ended   bool     // WhatsApp asked for the login (515) before whatsmeow was done
	passkey bool
	qrEnds  time.Time     // when the code on show gives way to the next one
	end     time.Time     // when this connection's codes are used up
	life    time.Duration // of all of them
	typed   typed
	until   time.Time // for reaching WhatsApp
	before  account   // whom the line belonged to
}

// pollPause tells a host that asks in a loop, which must not hold pairing open
// for ever, from a person who opens the dialog again.
const pollPause = 10 * time.Second

// link starts a round, joins one, or connects a line that only rests. In a round
// it asks for a code to type on a phone, "" for none.
func (o *owner) link(restart bool, phone string) {
	o.linkRound(restart, phone)
	o.wantTyped(phone)
}

func (o *owner) linkRound(restart bool, phone string) {
	polled := time.Since(o.asked) < pollPause
	o.asked = time.Now()
	switch {
	case o.round != nil && !restart && !o.round.late(phone):
	case o.round != nil && o.round.paired:
		// The phone has scanned; another code would lose that.
	case o.round == nil && o.client != nil:
		o.board.show(bridge.LinkNews{State: schema.LinkLinked, Phone: o.account.phone})
	case o.account.jid != "" && !restart:
		o.open(o.account.jid)
		o.board.show(bridge.LinkNews{State: schema.LinkLinked, Phone: o.account.phone})
	case !restart && polled && ended(o.board.now().State):
	default:
		o.newRound()
	}
}

func ended(s schema.LinkState) bool { return s == schema.LinkExpired || s == schema.LinkFailed }

func (o *owner) newRound() {
	o.endRound()
	o.use(o.s.devices.NewDevice())
	o.round = &round{fresh: true, until: time.Now().Add(o.s.timing.Round), before: o.account}
	o.tries = 0
	o.board.show(bridge.LinkNews{State: schema.LinkWaiting})
	o.state(schema.LineLinking, "")
	o.dial()
}

// hearRound acts on events that belong to linking; false: not one of them.
func (o *owner) hearRound(event any) bool {
	r := o.round
	if r == nil {
		return false
	}
	switch e := event.(type) {
	case *events.QR:
		o.wake(nothing, 0)
		o.tries = 0
		r.begun(e.Codes, o.s.timing)
		o.askTyped()
		o.showCode()
	case *events.RotateADVSecret:
		for i, code := range r.codes {
			r.codes[i] = strings.Replace(code, e.OldSecret, e.NewSecret, 1)
		}
		if !r.passkey {
			o.showCode()
		}
	case *events.PairPasskeyRequest:
		o.passkeyAsked()
	case *events.PairPasskeyError:
		o.failRound(fmt.Errorf("%w: %w", bridge.ErrPasskey, e.Error))
	case *events.PairError:
		o.pairFailed(e.Error)
	case *events.PairSuccess:
		return o.paired(e)
	case *events.ManualLoginReconnect:
		// It can overtake PairSuccess: hanging up now would undo the pairing.
		r.ended = true
		return !r.paired
	case *events.Disconnected:
		if r.paired || o.dialing || o.alarm.what == dialAgain {
			return false
		}
		o.roundCut()
	case *events.LoggedOut, *events.TemporaryBan, *events.StreamReplaced:
		o.failRound(fmt.Errorf("WhatsApp refused the new session"))
		return false
	default:
		return false
	}
	return true
}

// paired goes on to the login; false: WhatsApp asked for it already.
func (o *owner) paired(e *events.PairSuccess) bool {
	r := o.round
	o.account = account{jid: e.ID.String(), phone: phoneOf(e.ID), lid: lidOf(e.LID)}
	o.linked.Store(true)
	r.paired = true
	o.codeTime.Stop()
	if r.before.jid != o.account.jid {
		if err := o.forget(r.before.jid); err != nil {
			o.log.Warn("the session before was not deleted", "error", mask(err))
		}
	}
	if r.ended {
		return false
	}
	// WhatsApp ends this connection with a 515; wait for it as for a login.
	o.wake(loginLate, o.s.timing.Login)
	return true
}

// pairFailed ends the round, or shows new codes where the fault was a code typed
// wrongly before.
func (o *owner) pairFailed(err error) {
	r := o.round
	if !r.mistyped(err) {
		o.failRound(fmt.Errorf("pair: %w", err))
		return
	}
	o.newRound()
	o.wantTyped(r.typed.phone)
}

// passkeyAsked says so and waits: whatsmeow hands WebAuthn's question on, and
// nobody here has an authenticator to answer it.
func (o *owner) passkeyAsked() {
	o.round.passkey = true
	o.codeTime.Reset(o.s.timing.Round)
	o.board.show(bridge.LinkNews{State: schema.LinkPasskey, ExpiresAt: time.Now().Add(o.s.timing.Round)})
	o.troubled(schema.LineLinking, passkeyTrouble, "")
}

// passkeyTrouble is for who looks at the line and not at its round.
var passkeyTrouble = bridge.Trouble{Kind: schema.TroublePasskey}

// begun takes the codes of a connection.
func (r *round) begun(codes []string, t Timing) {
	r.codes, r.scanned = append([]string(nil), codes...), false
	r.life = time.Duration(len(codes)) * t.NextCode
	if r.fresh {
		r.life += t.FirstCode - t.NextCode
	}
	r.end = time.Now().Add(r.life)
	r.typedOver()
}

func (o *owner) showCode() {
	r := o.round
	if len(r.codes) == 0 {
		return
	}
	life := o.s.timing.NextCode
	if r.fresh {
		life, r.fresh = o.s.timing.FirstCode, false
	}
	o.codeTime.Reset(life)
	r.qrEnds = time.Now().Add(life)
	o.showRound()
}

func (o *owner) nextCode() {
	r := o.round
	switch {
	case r == nil || r.paired:
	case r.passkey:
		o.failRound(bridge.ErrPasskey)
	case r.scanned:
		o.failRound(errors.New("the pairing was begun and did not end"))
	case len(r.codes) > 1:
		r.codes = r.codes[1:]
		o.showCode()
	default:
		o.expireRound()
	}
}

// roundCut: WhatsApp closes the connection when its codes are used up, and a
// lost connection looks the same. The code on show is dead either way.
func (o *owner) roundCut() {
	r := o.round
	switch {
	case r.passkey: // the codes of before are dead, and new ones would hide what is asked for
		o.failRound(bridge.ErrPasskey)
		return
	case len(r.codes) == 1 || time.Now().After(r.until):
		o.expireRound()
		return
	}
	o.codeTime.Stop()
	r.codes = nil
	r.typedOver()
	o.board.show(bridge.LinkNews{State: schema.LinkWaiting})
	o.again()
}

func (o *owner) roundUnreachable(err error) {
	err = fmt.Errorf("%w: %s", bridge.ErrOffline, mask(err))
	if time.Now().After(o.round.until) {
		o.failRound(err)
		return
	}
	o.board.show(bridge.LinkNews{State: schema.LinkWaiting, Err: err})
	o.again()
}

// pairing stores the account before whatsmeow does: a crash in between then
// leaves a line that asks to be linked again, not an account that nobody knows.
func (o *owner) pairing(jid types.JID) bool {
	if o.round == nil {
		return false
	}
	// The codes' own time must not end the round under whatsmeow's hands.
	o.round.scanned = true
	o.codeTime.Reset(o.s.timing.Login)
	o.board.show(bridge.LinkNews{State: schema.LinkScanned})
	o.account = account{jid: jid.String(), phone: phoneOf(jid)}
	o.state(schema.LineConnecting, "")
	return !o.untold
}

// linkedNow ends a round in success.
func (o *owner) linkedNow() {
	if o.round != nil {
		o.endRound()
		o.board.show(bridge.LinkNews{State: schema.LinkLinked, Phone: o.account.phone})
	}
}

func (o *owner) expireRound() {
	o.account = o.round.before
	o.endRound()
	o.rest(o.resting, "")
	o.board.show(bridge.LinkNews{State: schema.LinkExpired})
}

func (o *owner) failRound(err error) {
	if err == nil {
		err = errors.New("linking did not succeed")
	}
	o.log.Warn("linking did not succeed", "error", mask(err))
	if r := o.round; r != nil && !r.paired {
		o.account = r.before
		o.endRound()
		why := bridge.Trouble{}
		if errors.Is(err, bridge.ErrPasskey) {
			why = passkeyTrouble
		}
		o.restFor(o.resting, why, "")
	}
	o.endRound()
	o.board.show(bridge.LinkNews{State: schema.LinkFailed, Err: err})
}

func (o *owner) endRound() {
	if o.round != nil {
		o.round.typedOver()
	}
	o.round = nil
	o.codeTime.Stop()
}
