package line

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// A code to type on a phone, beside the QR codes of a round:
//
//	link(phone) ─▶ askTyped ─▶ whatsmeow.PairPhone ─▶ typedCame ─▶ board
//	                  ▲ the first QR codes, which say that WhatsApp can be asked
//
// WhatsApp ends the connection when its QR codes are used up, and this code with it.

// typedClient is who asks, in the form that WhatsApp insists on: "Browser (OS)".
const typedClient = "Chrome (Linux)"

// typed is a round's code to type.
type typed struct {
	phone  string // E.164; "": nobody asked for one
	code   string // "" until WhatsApp gave it
	err    error  // why WhatsApp did not
	asking bool
	turn   int // number of the connection: what an earlier one answers is not heard
	stop   context.CancelFunc
}

// typedCame is WhatsApp's answer.
type typedCame struct {
	round       *round
	turn        int
	phone, code string
	err         error
}

// late reports that a code for this phone needs another round: this one is half
// over, or a passkey was asked for in it.
func (r *round) late(phone string) bool {
	if phone == "" || phone == r.typed.phone || r.paired || len(r.codes) == 0 {
		return false
	}
	return r.passkey || time.Until(r.end) < r.life/2
}

// wantTyped has the round under way show a code for a phone; "" leaves it as it is.
func (o *owner) wantTyped(phone string) {
	r := o.round
	if r == nil || r.paired || r.passkey || phone == "" || phone == r.typed.phone {
		return
	}
	r.typed.phone, r.typed.code, r.typed.err = phone, "", nil
	o.askTyped()
	if len(r.codes) > 0 {
		o.showRound()
	}
}

// askTyped asks WhatsApp, one question at a time: whatsmeow keeps the last answer
// only, and asks again by itself on the next connection.
func (o *owner) askTyped() {
	r := o.round
	if r.typed.phone == "" || r.typed.asking || len(r.codes) == 0 || r.paired || r.passkey {
		return
	}
	ctx, stop := context.WithCancel(o.ctx)
	r.typed.asking, r.typed.stop = true, stop
	client, came := o.client, typedCame{round: r, turn: r.typed.turn, phone: r.typed.phone}
	o.ended.Go(func() {
		defer stop()
		came.code, came.err = client.PairPhone(ctx, came.phone, true, whatsmeow.PairClientChrome, typedClient)
		o.post(came)
	})
}

func (o *owner) typedCame(came typedCame) {
	r := o.round
	if r != came.round {
		return
	}
	r.typed.asking = false
	if r.typed.turn != came.turn || r.typed.phone != came.phone {
		// The connection has ended, or somebody has asked for another phone meanwhile.
		o.askTyped()
		return
	}
	r.typed.code = came.code
	if came.err != nil {
		r.typed.err = typedFailed(came.err)
		o.log.Warn("WhatsApp gave no code to type", "error", mask(came.err))
	}
	if !r.paired && !r.passkey {
		o.showRound()
	}
}

// typedFailed names the cause. That an unknown number is a 404 is assumed.
func typedFailed(err error) error {
	cause := errors.New("WhatsApp gave no code to type")
	switch {
	case errors.Is(err, whatsmeow.ErrIQRateOverLimit):
		cause = bridge.ErrRateLimited
	case errors.Is(err, whatsmeow.ErrIQNotFound):
		cause = bridge.ErrNotOnWhatsApp
	}
	return fmt.Errorf("%w: %s", cause, mask(err))
}

// typedOver forgets the code with its connection; the next one asks again.
func (r *round) typedOver() {
	was := r.typed
	if was.asking {
		was.stop()
	}
	r.typed = typed{phone: was.phone, turn: was.turn + 1, asking: was.asking, stop: was.stop}
}

// mistyped reports that a phone, which was shown a code to type, answered with
// another secret than the QR code's. whatsmeow takes a new secret when a code is
// typed, a wrong one too, and the QR code of before cannot link any more.
func (r *round) mistyped(err error) bool {
	return r.typed.code != "" && errors.Is(err, whatsmeow.ErrPairInvalidDeviceIdentityHMAC)
}

// showRound shows what the round has: the QR code, and the code to type.
func (o *owner) showRound() {
	r := o.round
	o.board.show(bridge.LinkNews{
		State: schema.LinkCode, QR: r.codes[0], ExpiresAt: r.qrEnds,
		PhoneFor: r.typed.phone, PhoneCode: r.typed.code, PhoneCodeEnds: r.end, Err: r.typed.err,
	})
}
