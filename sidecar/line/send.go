package line

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Send implements bridge.Sessions. The error is always a *bridge.SendError.
func (s *Sessions) Send(ctx context.Context, line schema.LineID, out bridge.Outgoing) (bridge.Sent, error) {
	o, err := s.find(line)
	if err != nil {
		return bridge.Sent{}, &bridge.SendError{Certain: true, Err: err}
	}
	to, message, err := open(out)
	if err != nil {
		return bridge.Sent{}, &bridge.SendError{Certain: true, Err: err}
	}
	// Channels let waiters through in the order they came.
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return bridge.Sent{}, &bridge.SendError{Certain: true, Retry: true, Err: ctx.Err()}
	case <-o.ctx.Done():
		return bridge.Sent{}, &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
	}
	client := o.up.Load()
	if client == nil {
		if !o.linked.Load() {
			return bridge.Sent{}, &bridge.SendError{Certain: true, Err: bridge.ErrNotLinked}
		}
		return bridge.Sent{}, &bridge.SendError{Certain: true, Retry: true, Err: bridge.ErrOffline}
	}
	extra := whatsmeow.SendRequestExtra{ID: string(out.ID), Timeout: s.timing.Ack}
	if native(message) {
		extra.AdditionalNodes = &[]waBinary.Node{bizNode()}
	}
	defer o.watch(client)()
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	if chat := to.Server; chat == types.DefaultUserServer || chat == types.HiddenUserServer {
		o.sealing.Store(&giveUp)
		defer o.sealing.Store(nil)
	}
	resp, err := client.SendMessage(ctx, to, message, extra)
	if err != nil {
		return bridge.Sent{}, judgeGroup(to, judge(resp, err))
	}
	at := resp.Timestamp
	if at.IsZero() {
		at = time.Now()
	}
	return bridge.Sent{At: at.UTC()}, nil
}

// unsealed ends a send to a person whose phone cannot be sealed for: its keys did
// not come, or the database failed. whatsmeow would leave the phone out, WhatsApp
// would take the message, and the customer would never see it. It looks at the
// context right after saying so. Other devices may be left out: theirs is not the
// word that counts.
func (o *owner) unsealed(own *store.Device, device types.JID) {
	giveUp := o.sealing.Load()
	if giveUp == nil || device.Device != 0 || device.User == own.GetJID().User || device.User == own.GetLID().User {
		return
	}
	(*giveUp)()
}

// open reads what the store kept of a message.
func open(out bridge.Outgoing) (types.JID, *waE2E.Message, error) {
	to, err := types.ParseJID(out.To)
	if err != nil || to.User == "" || !chatServer(to.Server) {
		return to, nil, fmt.Errorf("send: %q is not the address of a chat", out.To)
	}
	message := &waE2E.Message{}
	if err := proto.Unmarshal(out.Payload, message); err != nil {
		return to, nil, fmt.Errorf("send: read payload: %w", err)
	}
	if out.ID == "" || proto.Size(message) == 0 {
		return to, nil, errors.New("send: no id or no content")
	}
	return to.ToNonAD(), message, nil
}

// judge says what an error means for the message. whatsmeow has one error for
// several moments, so its timings tell how far the send came: Send is set once
// the stanza was handed to the socket, Resp once something came back.
func judge(resp whatsmeow.SendResponse, err error) *bridge.SendError {
	var iq *whatsmeow.IQError
	switch {
	case errors.Is(err, whatsmeow.ErrServerReturnedError):
		code := serverCode(err)
		// whatsmeow repeats by itself what was cut, and this is the word on the
		// repeat: the one before it may have gone.
		return &bridge.SendError{Certain: resp.DebugTimings.Retry == 0, Retry: passing(code), Server: code, Err: err}
	case resp.DebugTimings.Send == 0:
		// Whom to send to, or with which keys, was not found out.
		e := &bridge.SendError{Certain: true, Retry: true, Err: err}
		switch {
		case strings.HasPrefix(err.Error(), "no LID found for"):
			e.Retry, e.Err = false, fmt.Errorf("%w: %s", bridge.ErrNotOnWhatsApp, mask(err))
		case errors.Is(err, whatsmeow.ErrIQRateOverLimit):
			e.Server, e.Err = 429, fmt.Errorf("%w: %w", bridge.ErrRateLimited, err)
		case errors.As(err, &iq):
			e.Server, e.Retry = iq.Code, passing(iq.Code)
		}
		return e
	case resp.DebugTimings.Resp == 0 && (errors.Is(err, whatsmeow.ErrNotConnected) || errors.Is(err, socket.ErrSocketClosed)):
		return &bridge.SendError{Certain: true, Retry: true, Err: fmt.Errorf("%w: %w", bridge.ErrOffline, err)}
	default:
		// No answer in time, a cut, or a write that may have left: repeating the
		// same id is safe, calling it sent or failed is not.
		return &bridge.SendError{Retry: true, Err: err}
	}
}

// judgeGroup names what a group says to those who are not in it: whatsmeow finds
// it out before the send, WhatsApp's server after it (403 and 404, assumed).
func judgeGroup(to types.JID, e *bridge.SendError) *bridge.SendError {
	if to.Server != types.GroupServer {
		return e
	}
	if errors.Is(e.Err, whatsmeow.ErrNotInGroup) || errors.Is(e.Err, whatsmeow.ErrGroupNotFound) || e.Server == 403 || e.Server == 404 {
		e.Retry, e.Server, e.Err = false, 0, fmt.Errorf("%w: %s", bridge.ErrNotInGroup, mask(e.Err))
	}
	return e
}

// serverCode reads the number out of "server returned error 463".
func serverCode(err error) int {
	fields := strings.Fields(err.Error())
	if len(fields) == 0 {
		return 0
	}
	code, _ := strconv.Atoi(fields[len(fields)-1])
	return code
}

// passing reports whether an error number means "later" rather than "no".
func passing(code int) bool { return code == 429 || code >= 500 }
