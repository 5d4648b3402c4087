package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
	"github.com/nodeline/nodeline/sidecar/sandbox/signal"
	"github.com/nodeline/nodeline/sidecar/sandbox/syncd"
)

// Message and Button are what a phone shows; see package chat.
type (
	Message = chat.Message
	Button  = chat.Button
)

// Errors of what a person does with a phone.
var (
	errOffline   = errors.New("the phone is offline")
	errSelf      = errors.New("this phone's own number")
	errNotHere   = errors.New("this number is not on WhatsApp")
	errNoMessage = errors.New("no such message in this chat")
	errNoButton  = errors.New("the message has no such button")
	errHidden    = errors.New("the message is not visible on a phone")
	errEmpty     = errors.New("the message is empty")
	errNoDevice  = errors.New("no such linked device")
)

// maxText is how long a typed message may be, in bytes (assumed; WhatsApp's own
// limit is 65,536 characters).
const maxText = 1 << 16

// Phone is a simulated phone and the person who holds it: the primary device of
// an account, which opens and seals its own messages. Its methods may be called
// from any goroutine.
type Phone struct {
	account *account
	device  *Device
	signal  *signal.Endpoint
	book    chat.Book
	repeats atomic.Int64

	mu       sync.Mutex
	offline  bool
	numbers  bool     // writes to numbers, not to LIDs
	inbox    []func() // what came, in order; handled while online
	running  bool     // a goroutine handles the inbox
	outbox   []func() // what was done offline
	changed  chan struct{}
	key      *syncd.Key
	kept     []keptFile                          // newest last
	types    []string                            // chats whose other side types
	sent     []sentCopy                          // newest last
	attempts map[string]int                      // retries asked for, by message
	ticks    map[string]map[*account]chat.Status // of messages to groups, by message

	sending sync.Mutex // seals and routes one message after the other
}

func newPhone(a *account) *Phone {
	p := &Phone{account: a, signal: signal.New(), changed: make(chan struct{})}
	p.device = &Device{account: a, active: true, welcomed: true}
	return p
}

func sortPhones(phones []*Phone) {
	slices.SortFunc(phones, func(a, b *Phone) int { return strings.Compare(a.Number(), b.Number()) })
}

// Number is the phone's number, E.164 with '+'.
func (p *Phone) Number() string { return p.account.e164() }

// LID is the phone's hidden address, "...@lid".
func (p *Phone) LID() string { return p.account.hidden().String() }

// Name is the account's name.
func (p *Phone) Name() string { return p.account.pushName() }

// Online reports whether the phone is switched on.
func (p *Phone) Online() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.offline
}

// SetOnline switches the phone on or off. An offline phone receives nothing and
// sends no receipts; what is written on it goes out when it is back.
func (p *Phone) SetOnline(online bool) {
	p.mu.Lock()
	if p.offline == !online {
		p.mu.Unlock()
		return
	}
	p.offline = !online
	out := p.outbox
	if online {
		p.outbox = nil
	}
	p.mu.Unlock()
	if online {
		for _, job := range out {
			job()
		}
		p.handleInbox()
	}
	p.account.net.updates.publish(Update{Kind: UpdatePhone, Phone: p.Number()})
}

// UseNumbers makes the phone write to numbers instead of LIDs, as older ones do.
func (p *Phone) UseNumbers(on bool) {
	p.mu.Lock()
	p.numbers = on
	p.mu.Unlock()
}

// do runs a job now, or once the phone is back online.
func (p *Phone) do(job func()) {
	p.mu.Lock()
	if p.offline {
		p.outbox = append(p.outbox, job)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	job()
}

// take puts a stanza into the inbox; it does not wait for it to be handled.
func (p *Phone) take(s stanza) { p.later(func() { p.receive(s) }) }

func (p *Phone) later(job func()) {
	p.mu.Lock()
	p.inbox = append(p.inbox, job)
	p.mu.Unlock()
	p.handleInbox()
}

// handleInbox starts the goroutine that handles the inbox, unless it runs. It
// ends when there is nothing to do, so that idle phones cost no goroutine.
func (p *Phone) handleInbox() {
	p.mu.Lock()
	start := !p.running && !p.offline && len(p.inbox) > 0
	p.running = p.running || start
	p.mu.Unlock()
	if start && !p.account.net.spawn(p.drain) {
		p.mu.Lock()
		p.running = false
		p.mu.Unlock()
	}
}

func (p *Phone) drain() {
	for {
		p.mu.Lock()
		if p.offline || len(p.inbox) == 0 {
			p.running = false
			p.mu.Unlock()
			return
		}
		job := p.inbox[0]
		p.inbox = p.inbox[1:]
		p.mu.Unlock()
		job()
	}
}

// note tells waiters and readers that a chat has changed.
func (p *Phone) note(kind UpdateKind, with, id string) {
	p.mu.Lock()
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	p.account.net.updates.publish(Update{Kind: kind, Phone: p.Number(), Chat: with, Message: id})
}

// Messages lists a chat with a number or a group, oldest first.
func (p *Phone) Messages(with string) []Message {
	if g := p.account.net.group(parseJID(with)); g != nil {
		return p.book.Messages(g.jid.String())
	}
	user, err := digits(with)
	if err != nil {
		return []Message{}
	}
	return p.book.Messages("+" + user)
}

// Wait returns the first message, already there or still to come, for which
// match is true. Messages are looked at again whenever one of them changes.
func (p *Phone) Wait(ctx context.Context, match func(Message) bool) (Message, error) {
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		if m, ok := p.book.Find(match); ok {
			return m, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("wait for message: %w", ctx.Err())
		}
	}
}

// Text types a message into the chat with a number, or into a group, and returns its id.
func (p *Phone) Text(to, text string) (string, error) {
	if err := checkText(text); err != nil {
		return "", err
	}
	return p.write(to, &waE2E.Message{Conversation: &text})
}

// Reply types a message that quotes another one of the chat.
func (p *Phone) Reply(to, quoted, text string) (string, error) {
	if err := checkText(text); err != nil {
		return "", err
	}
	context, err := p.quote(to, quoted)
	if err != nil {
		return "", err
	}
	return p.write(to, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text, ContextInfo: context}})
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errEmpty
	case len(text) > maxText:
		return fmt.Errorf("the message has %d bytes, at most %d are allowed", len(text), maxText)
	}
	return nil
}

// Tap taps a button of a message in the chat with a number, or chooses a row of a
// list, and returns the answer's id. A real phone lets a question be answered more than once, and so
// does this one; Answered names the last button.
func (p *Phone) Tap(with, id, button string) (string, error) {
	r, err := p.room(with)
	if err != nil {
		return "", err
	}
	m, _, ok := p.book.Get(r.key(), id)
	if !ok {
		return "", errNoMessage
	}
	if !m.Visible {
		return "", errHidden
	}
	i := slices.IndexFunc(m.Buttons, func(b Button) bool { return b.ID == button })
	name, ok := map[chat.Kind]string{chat.KindButtons: "quick_reply", chat.KindList: "menu_options"}[m.Kind]
	if i < 0 || !ok || button == "" {
		return "", errNoButton
	}
	context, err := p.quote(with, id)
	if err != nil {
		return "", err
	}
	answer, err := p.write(with, tapped(name, m.Buttons[i], context))
	if err != nil {
		return "", err
	}
	p.book.Update(r.key(), id, func(m *Message) { m.Answered = button })
	p.note(UpdateMessage, r.key(), id)
	return answer, nil
}

// Read opens the chat with a number, or a group: what it holds is read, and who
// wrote it is told.
func (p *Phone) Read(with string) error {
	r, err := p.room(with)
	if err != nil {
		return err
	}
	ids := p.book.Open(r.key())
	if len(ids) == 0 {
		return nil
	}
	p.note(UpdateMessage, r.key(), "")
	p.do(func() { p.sendRead(r, ids) })
	return nil
}

// readElsewhere clears a chat that a companion has read.
func (p *Phone) readElsewhere(r room) {
	if len(p.book.Open(r.key())) > 0 {
		p.note(UpdateMessage, r.key(), "")
	}
}

// Link scans a linking QR code: text is what the code says. It returns the new
// device's number once the client has signed; ctx bounds the wait, 15 s if it has no deadline.
func (p *Phone) Link(ctx context.Context, text string) (int, error) {
	if !p.Online() {
		return 0, errOffline
	}
	d, err := p.account.net.link(ctx, p.account, text)
	if err != nil {
		return 0, err
	}
	return int(d.id), nil
}

// LinkRef picks a waiting QR code by its ref, see Network.Offer.
func (p *Phone) LinkRef(ctx context.Context, ref string) (int, error) {
	text, err := p.account.net.offered(ref)
	if err != nil {
		return 0, err
	}
	return p.Link(ctx, text)
}

// Unlink removes a linked device from the phone.
func (p *Phone) Unlink(device int) error {
	if !p.Online() {
		return errOffline
	}
	d := p.account.device(uint16(device))
	if device <= 0 || device > 0xffff || d == nil {
		return errNoDevice
	}
	p.account.net.unlink(p.account, d)
	return nil
}

// Devices lists the linked devices.
func (p *Phone) Devices() []DeviceInfo {
	out := []DeviceInfo{}
	for _, d := range p.account.companions() {
		out = append(out, d.info())
	}
	return out
}

// PhoneInfo is a phone as the interface shows it.
type PhoneInfo struct {
	Phone   string         `json:"phone"`
	Also    string         `json:"also,omitempty"` // the number's other form (Brazil, Mexico), under which it is found too
	LID     string         `json:"lid"`
	Name    string         `json:"name"`
	Online  bool           `json:"online"`
	Devices []DeviceInfo   `json:"devices"`
	Chats   []chat.Summary `json:"chats"`
	Repeats int64          `json:"repeats"`
}

// Info sums up the phone.
func (p *Phone) Info() PhoneInfo {
	chats := p.book.Summaries()
	for i := range chats {
		chats[i].Typing = p.Typing(chats[i].With)
		if peer := p.account.net.Phone(chats[i].With); peer != nil {
			chats[i].Name = peer.Name()
		}
		if g := p.account.net.group(parseJID(chats[i].With)); g != nil {
			info := g.info()
			chats[i].Name, chats[i].Members = info.Subject, len(info.Members)
		}
	}
	return PhoneInfo{
		Phone: p.Number(), Also: p.account.also(), LID: p.LID(), Name: p.Name(), Online: p.Online(),
		Devices: p.Devices(), Chats: chats, Repeats: p.repeats.Load(),
	}
}

// peer finds the account on the other side of a chat.
func (p *Phone) peer(with string) (*account, error) {
	user, err := digits(with)
	if err != nil {
		return nil, err
	}
	other := p.account.net.Phone(user)
	switch {
	case other == nil:
		return nil, errNotHere
	case other == p:
		return nil, errSelf
	}
	return other.account, nil
}

// stateKey is the key of the account's app state, made on first use.
func (p *Phone) stateKey() syncd.Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == nil {
		key := syncd.NewKey()
		p.key = &key
	}
	return *p.key
}

// now is the network's time, as messages carry it.
func (p *Phone) now() time.Time { return p.account.net.clock() }
