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
	paired  bool     // a phone has scanned: codes are over, the login remains
	ended   bool     // WhatsApp asked for the login (515) before whatsmeow was done
	passkey bool
	until   time.Time // for reaching WhatsApp
	before  account   // whom the line belonged to
}

// pollPause tells a host that asks in a loop, which must not hold pairing open
// for ever, from a person who opens the dialog again.
const pollPause = 10 * time.Second

// link starts a round, joins one, or connects a line that only rests.
func (o *owner) link(restart bool) {
	polled := time.Since(o.asked) < pollPause
	o.asked = time.Now()
	switch {
	case o.round != nil && !restart:
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
	o.codeTime.Stop()
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
		r.codes = append([]string(nil), e.Codes...)
		o.showCode()
	case *events.RotateADVSecret:
		for i, code := range r.codes {
			r.codes[i] = strings.Replace(code, e.OldSecret, e.NewSecret, 1)
		}
		if !r.passkey {
			o.showCode()
		}
	case *events.PairPasskeyRequest:
		r.passkey = true
		o.codeTime.Reset(o.s.timing.Round)
		o.board.show(bridge.LinkNews{State: schema.LinkPasskey, ExpiresAt: time.Now().Add(o.s.timing.Round)})
	case *events.PairPasskeyError:
		o.failRound(fmt.Errorf("%w: %w", bridge.ErrPasskey, e.Error))
	case *events.PairError:
		o.failRound(fmt.Errorf("pair: %w", e.Error))
	case *events.PairSuccess:
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
	o.board.show(bridge.LinkNews{State: schema.LinkCode, QR: r.codes[0], ExpiresAt: time.Now().Add(life)})
}

func (o *owner) nextCode() {
	r := o.round
	switch {
	case r == nil || r.paired:
	case r.passkey:
		o.failRound(bridge.ErrPasskey)
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
	if len(r.codes) == 1 || time.Now().After(r.until) {
		o.expireRound()
		return
	}
	o.codeTime.Stop()
	r.codes = nil
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
		o.rest(o.resting, "")
	}
	o.endRound()
	o.board.show(bridge.LinkNews{State: schema.LinkFailed, Err: err})
}

func (o *owner) endRound() {
	o.round = nil
	o.codeTime.Stop()
}
