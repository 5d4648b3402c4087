package line

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// newClient makes whatsmeow's client for a session and has it report to the owner.
func (o *owner) newClient(device *store.Device) *whatsmeow.Client {
	o.epoch++
	epoch := o.epoch
	o.memory.forget()
	if device.Initialized { // a device that is not linked yet has no store, and gets no messages
		o.memory.use(device, o.s.db)
		device.EventBuffer = buffer{device.EventBuffer, func(err error) {
			o.commit(epoch, func(context.Context) error { return err })
		}}
		device.PreKeys = logins{device.PreKeys}
	}
	c := whatsmeow.NewClient(device, libraryLog{log: o.log, unsealed: func(to types.JID) { o.unsealed(device, to) }})
	c.SetPreLoginHTTPClient(o.s.http)
	c.SetWebsocketHTTPClient(o.s.http)
	c.SetMediaHTTPClient(o.s.http)
	c.BackgroundEventCtx = o.ctx
	// The owner reconnects: whatsmeow's own way ends at the first failure after a 515.
	c.EnableAutoReconnect = false
	c.DisableLoginAutoReconnect = true
	// Acknowledge after our commit, and be able to hear or say a message again.
	// UseRetryMessageStore would keep what is sent a second time, at the price of
	// a write for each: the outbox has it.
	c.SynchronousAck = true
	c.EnableDecryptedEventBuffer = true
	c.GetMessageForRetry = func(_, to types.JID, id types.MessageID) *waE2E.Message { return o.recall(to, id) }
	// One retry receipt at a time: in a group several devices ask for one message,
	// and whatsmeow writes each one's key into the copy that they share.
	c.SetMaxParallelRetryReceiptHandling(1)
	// History is not asked for: it can be gigabytes.
	c.ManualHistorySyncDownload = true
	c.PrePairCallback = func(jid types.JID, _, _ string) bool {
		reply := make(chan bool, 1)
		return o.post(pairing{epoch, jid, reply}) && await(o, reply, false)
	}
	c.PreRetryCallback = func(r *events.Receipt, id types.MessageID, count int, m *waE2E.Message) bool {
		return !o.resend(c, r, id, count, m)
	}
	c.AddEventHandlerWithSuccessStatus(func(event any) bool { return o.handle(c, epoch, event) })
	return c
}

// await waits for the owner's answer, or takes other when the line stops.
func await[T any](o *owner, reply <-chan T, other T) T {
	select {
	case v := <-reply:
		return v
	case <-o.ctx.Done():
		return other
	}
}

// handle runs on whatsmeow's goroutine. True acknowledges to the server, so a
// message is true only when it is stored, and a panic here is false.
func (o *owner) handle(c *whatsmeow.Client, epoch int, event any) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			o.log.Error("event handler panicked", "event", fmt.Sprintf("%T", event), "panic", mask(fmt.Errorf("%v", p)))
			ok = false
		}
	}()
	switch e := event.(type) {
	case *events.Message:
		o.inlineHistory(c, e)
		if in, ok := happening(o.ctx, c, e); ok {
			return o.receive(epoch, in)
		}
		in, ok := incoming(o.ctx, c.Store.LIDs, c.Store.GetJID(), c.Store.GetLID(), e)
		if !ok {
			return true
		}
		if in.Kind == schema.ContentVote {
			vote, err := o.readVote(c, e)
			if err != nil {
				return o.commit(epoch, func(context.Context) error { return err })
			}
			in.Vote = &vote
		}
		return o.receive(epoch, in)
	case *events.MediaRetry:
		o.reuploaded(e)
		return true
	case *events.UndecryptableMessage:
		if !e.IsUnavailable || e.UnavailableType != events.UnavailableTypeViewOnce || !chatServer(e.Info.Chat.Server) {
			// whatsmeow asks for it again; it comes as a message then.
			o.log.Warn("a message could not be decrypted, it was asked for again", "id", e.Info.ID)
			return true
		}
		in := header(o.ctx, c.Store.LIDs, c.Store.GetJID(), c.Store.GetLID(), e.Info)
		in.Kind = schema.ContentUnsupported // shown on the phone only
		return o.receive(epoch, in)
	case *events.Receipt:
		r, ok := receipt(e)
		if !ok {
			return true
		}
		r.Line = o.id
		if o.queueTick(c, epoch, r, e) {
			return false // acknowledged by tickLoop
		}
		return o.commitReceipt(epoch, r)
	case *events.GroupInfo, *events.JoinedGroup:
		in, ok := groupChange(o.ctx, c, e)
		return !ok || o.receive(epoch, in)
	case *events.CallOffer, *events.CallOfferNotice:
		if in, ok := call(o.ctx, c, e); ok {
			o.insist(epoch, in)
		}
		return true
	case *events.AppStateSyncComplete:
		if e.Name != appstate.WAPatchCriticalBlock {
			return true
		}
		return o.post(said{epoch, named(c.Store.PushName != "")}) // read where it was written
	case *events.PushNameSetting:
		return o.post(said{epoch, named(e.Action.GetName() != "")})
	default:
		return o.post(said{epoch, event})
	}
}

func (o *owner) receive(epoch int, in bridge.Incoming) bool {
	in.Line = o.id
	return o.commit(epoch, func(ctx context.Context) error { return o.s.inbox.Receive(ctx, in) })
}

func (o *owner) commit(epoch int, f func(context.Context) error) bool {
	reply := make(chan error, 1)
	return o.post(inward{epoch, f, reply}) && await[error](o, reply, context.Canceled) == nil
}

// inlineMax bounds the history that comes inside a message, bytes compressed.
const inlineMax = 256 << 10

// inlineHistory reads the first, small part of history, which comes inside the
// message: in it are the keys that let an account write first (463 without them).
func (o *owner) inlineHistory(c *whatsmeow.Client, e *events.Message) {
	h := e.Message.GetProtocolMessage().GetHistorySyncNotification()
	if size := len(h.GetInitialHistBootstrapInlinePayload()); !e.Info.IsFromMe || size == 0 || size > inlineMax {
		return
	}
	if _, err := c.DownloadHistorySync(o.ctx, h, true); err != nil {
		o.log.Warn("inline history not read", "error", mask(err))
	}
}

// receipt reads a receipt of somebody else's device. ok is false for the
// account's own devices, and for what says nothing of how far a message went.
func receipt(e *events.Receipt) (r bridge.Receipt, ok bool) {
	if e.IsFromMe {
		return r, false
	}
	switch e.Type {
	case types.ReceiptTypeDelivered:
		r.Status = schema.StatusDelivered
	case types.ReceiptTypeInactive:
		// A linked device in the background has it: surely sent, but no phone shows it yet.
		r.Status = schema.StatusSent
	case types.ReceiptTypeRead:
		r.Status = schema.StatusRead
	case types.ReceiptTypePlayed:
		r.Status = schema.StatusPlayed
	default:
		return r, false
	}
	for _, id := range e.MessageIDs {
		r.IDs = append(r.IDs, schema.MessageID(id))
	}
	r.At = e.Timestamp
	return r, true
}

// hear acts on what whatsmeow says of the session.
func (o *owner) hear(event any) {
	if o.hearRound(event) {
		return
	}
	switch e := event.(type) {
	case *events.Connected:
		o.connected()
	case *events.OfflineSyncCompleted:
		// What waited came before it, and each message was committed before the next.
		// It can overtake Connected.
		o.hears(!o.missed)
	case *events.Disconnected:
		o.disconnected()
	case *events.ManualLoginReconnect, *events.PairSuccess: // 515: the way every pairing ends
		o.renew()
	case *events.StreamError:
		o.log.Warn("WhatsApp ended the stream", "code", e.Code)
		o.offline()
		o.cut()
	case *events.KeepAliveTimeout:
		if e.ErrorCount > 1 {
			o.cut()
		} else {
			o.probe()
		}
	case *events.StreamReplaced:
		o.rest(schema.LineReplaced, "another program uses this session")
	case *events.LoggedOut:
		o.loggedOut(e)
	case *events.TemporaryBan:
		o.banned(e)
	case *events.ClientOutdated:
		o.drop()
		o.tries = 16 // nothing to hope for soon
		o.kept(fmt.Errorf("405, WhatsApp wants a newer WhatsApp Web version than %s", store.GetWAVersion()),
			bridge.Trouble{Kind: schema.TroubleClientOutdated, Server: int(events.ConnectFailureClientOutdated)})
	case *events.ConnectFailure:
		o.drop()
		why := bridge.Trouble{}
		if e.Reason == events.ConnectFailureBadUserAgent {
			why = bridge.Trouble{Kind: schema.TroubleClientRejected, Server: int(e.Reason)}
		}
		o.kept(fmt.Errorf("%s %s", e.Reason, e.Message), why)
	case named:
		o.named.Store(bool(e))
	case *events.NotifyAccountReachoutTimelock:
		o.limit = bridge.Trouble{}
		if e.IsActive {
			o.limit = bridge.Trouble{Kind: schema.TroubleReachout, Until: e.TimeEnforcementEnds.Time}
		}
		o.state(o.news.State, "")
	}
}

// hears tells whether all that waited for this connection has come.
func (o *owner) hears(all bool) {
	o.heard = all
	if o.up.Load() != nil {
		o.state(o.news.State, o.news.Detail)
	}
}

func (o *owner) connected() {
	// It can be late news, of a connection that was cut in its login: the next one is
	// on its way, and must not be called off.
	if o.client == nil || !o.hold.login.Load() || o.alarm.what == dialAgain {
		return
	}
	o.was, o.tries, o.dialing = true, 0, false
	o.wake(nothing, 0)
	o.account.lid = lidOf(o.client.Store.GetLID())
	o.up.Store(o.client)
	o.linked.Store(true)
	o.state(schema.LineConnected, "")
	o.linkedNow()
}

func (o *owner) disconnected() {
	// It can be late news: of a connection that was replaced since.
	if o.client == nil || o.dialing || o.alarm.what == dialAgain || o.client.IsConnected() {
		return
	}
	o.offline()
	if o.round == nil || o.round.paired {
		o.state(o.away(), "the connection was cut")
	}
	if o.tries > 0 {
		o.again()
		return
	}
	// At once: whatsmeow holds a send that was cut for 5 s and repeats it itself.
	o.tries++
	o.dial()
}

// loggedOut: whatsmeow has deleted the session by now, or is about to.
func (o *owner) loggedOut(e *events.LoggedOut) {
	state, detail, why := schema.LineLoggedOut, "unlinked on the phone", bridge.Trouble{}
	if e.OnConnect {
		detail = e.Reason.String()
	}
	switch e.Reason {
	case events.ConnectFailureUnknownLogout: // 406, "banned" in WhatsApp's own code
		state, why = schema.LineBanned, bridge.Trouble{Kind: schema.TroubleBanned, Server: int(e.Reason)}
	case events.ConnectFailureMainDeviceGone: // 403, "locked" there
		why = bridge.Trouble{Kind: schema.TroubleLocked, Server: int(e.Reason)}
	}
	o.account = account{}
	o.restFor(state, why, detail)
}

func (o *owner) banned(e *events.TemporaryBan) {
	why := bridge.Trouble{Kind: schema.TroubleTemporaryBan, Server: int(e.Code)}
	if e.Expire > 0 {
		why.Until = time.Now().Add(e.Expire).UTC().Truncate(time.Second)
	}
	o.restFor(schema.LineBanned, why, e.Code.String())
	if e.Expire > 0 {
		o.wake(dialAgain, e.Expire+time.Second)
	}
}
