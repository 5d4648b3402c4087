package line

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// For every message that it seals or opens whatsmeow reads the Signal sessions of
// all devices concerned from the database, and each device's identity key, and
// writes the same key again. A line remembers the newest of them:
//
//	read   known here ─ no ─▶ database ─▶ known here, unless something was written meanwhile
//	write  forgotten here ─▶ database ─▶ known here, unless something else was written meanwhile
//	       (in a transaction: known only when it is read after its end)
//
// Nothing is written later than without it, or not at all, but an identity key
// that is there already. All clients of a line share one memory: a client that was
// given up may still write.
type memory struct {
	sessions   recent[[]byte]
	identities recent[[32]byte]
}

// recentMax bounds how many sessions of a line are kept in memory, some kilobytes each.
const recentMax = 256

// forget is for what changes the database past the memory: linking and unlinking.
func (m *memory) forget() {
	all := func(string) bool { return true }
	m.sessions.change(all)(nil)
	m.identities.change(all)(nil)
}

// use has a linked device's client go by the memory.
func (m *memory) use(device *store.Device, db *sql.DB) {
	jid := device.ID.String()
	us := jid + " "
	device.Sessions = &rememberedSessions{SessionStore: device.Sessions, memory: m, db: db, jid: jid, us: us}
	device.Identities = rememberedIdentities{IdentityStore: device.Identities, memory: m, us: us}
}

// recent keeps values as they are in the database. The zero value is empty.
type recent[V any] struct {
	mu      sync.Mutex
	values  map[string]V
	writing int // writes that have begun and not ended
	turn    int // changes with each beginning and end of a write
}

func (r *recent[V]) get(key string) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.values[key]
	return v, ok
}

// look begins a read of the database; what it finds is given to learn.
func (r *recent[V]) look() (turn int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.turn
}

// learn keeps what was read, unless a write was under way or has begun since.
func (r *recent[V]) learn(turn int, found map[string]V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writing == 0 && r.turn == turn {
		r.keep(found)
	}
}

// change begins a write of some keys; its end says what they are now, nil: nobody knows.
func (r *recent[V]) change(which func(key string) bool) (end func(written map[string]V)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.values, func(key string, _ V) bool { return which(key) })
	r.writing++
	r.turn++
	turn := r.turn
	return func(written map[string]V) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.writing--
		if r.writing == 0 && r.turn == turn {
			r.keep(written)
		}
		r.turn++
	}
}

// keep takes values over, in place of any others where there are too many. The
// caller holds mu.
func (r *recent[V]) keep(values map[string]V) {
	if r.values == nil {
		r.values = map[string]V{}
	}
	for key, v := range values {
		for other := range r.values {
			if len(r.values) < recentMax {
				break
			}
			delete(r.values, other)
		}
		r.values[key] = v
	}
}

// write writes to the database and ends a change. What a transaction has written
// holds only once that has ended.
func write[V any](ctx context.Context, end func(map[string]V), written map[string]V, do func() error) error {
	if t, ok := ctx.Value(transactionKey{}).(*transaction); ok && t.defers(func() { end(nil) }) {
		return do()
	}
	err := do()
	if err != nil {
		written = nil // some of it may have been
	}
	end(written)
	return err
}

// transaction is one of whatsmeow's that messages are opened in.
type transaction struct {
	mu   sync.Mutex
	ends []func()
	over bool
}

type transactionKey struct{}

// defers has end called when the transaction ends; false: it has ended.
func (t *transaction) defers(end func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.ends = append(t.ends, end)
	}
	return !t.over
}

func (t *transaction) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	for _, end := range t.ends {
		end()
	}
}

// rememberedSessions implements store.SessionStore.
type rememberedSessions struct {
	store.SessionStore
	memory *memory
	db     *sql.DB
	jid    string // the device's own
	us     string // before each address
	moved  sync.Map
}

func (s *rememberedSessions) GetSession(ctx context.Context, address string) ([]byte, error) {
	found, err := s.GetManySessions(ctx, []string{address})
	return found[address], err
}

func (s *rememberedSessions) HasSession(ctx context.Context, address string) (bool, error) {
	if _, ok := s.memory.sessions.get(s.us + address); ok {
		return true, nil
	}
	return s.SessionStore.HasSession(ctx, address)
}

func (s *rememberedSessions) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	found := make(map[string][]byte, len(addresses))
	var missing []string
	turn := s.memory.sessions.look()
	for _, a := range addresses {
		if session, ok := s.memory.sessions.get(s.us + a); ok {
			found[a] = session
		} else {
			missing = append(missing, a)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	stored, err := s.SessionStore.GetManySessions(ctx, missing)
	if err != nil {
		return nil, err
	}
	maps.Copy(found, stored)
	maps.DeleteFunc(stored, func(_ string, session []byte) bool { return session == nil })
	s.memory.sessions.learn(turn, s.keyed(stored))
	return found, nil
}

func (s *rememberedSessions) PutSession(ctx context.Context, address string, session []byte) error {
	return s.put(ctx, map[string][]byte{address: session}, func() error { return s.SessionStore.PutSession(ctx, address, session) })
}

func (s *rememberedSessions) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	return s.put(ctx, sessions, func() error {
		if ctx.Value(transactionKey{}) != nil || len(sessions) > rowsMax {
			return s.SessionStore.PutManySessions(ctx, sessions)
		}
		return s.putRows(ctx, sessions)
	})
}

// rowsMax bounds how many rows one statement writes: each number of them is a text of its own.
const rowsMax = 8

// putRows writes sessions by one statement. whatsmeow's store has a transaction
// around one for each, which costs a send more than the writing.
func (s *rememberedSessions) putRows(ctx context.Context, sessions map[string][]byte) error {
	if len(sessions) == 0 {
		return nil
	}
	args, rows := []any{s.jid}, make([]string, 0, len(sessions))
	for address, session := range sessions {
		args = append(args, address, session)
		rows = append(rows, fmt.Sprintf("($1, $%d, $%d)", len(args)-1, len(args)))
	}
	_, err := s.db.ExecContext(ctx, "insert into whatsmeow_sessions (our_jid, their_id, session) values "+strings.Join(rows, ", ")+
		" on conflict (our_jid, their_id) do update set session = excluded.session", args...)
	return err
}

func (s *rememberedSessions) put(ctx context.Context, sessions map[string][]byte, do func() error) error {
	written := s.keyed(sessions)
	end := s.memory.sessions.change(func(key string) bool { _, ok := written[key]; return ok })
	return write(ctx, end, written, do)
}

func (s *rememberedSessions) keyed(sessions map[string][]byte) map[string][]byte {
	out := make(map[string][]byte, len(sessions))
	for a, session := range sessions {
		out[s.us+a] = session
	}
	return out
}

func (s *rememberedSessions) ours(key string) bool { return strings.HasPrefix(key, s.us) }

func (s *rememberedSessions) DeleteSession(ctx context.Context, address string) error {
	return write(ctx, s.memory.sessions.change(s.ours), nil, func() error { return s.SessionStore.DeleteSession(ctx, address) })
}

func (s *rememberedSessions) DeleteAllSessions(ctx context.Context, user string) error {
	return write(ctx, s.memory.sessions.change(s.ours), nil, func() error { return s.SessionStore.DeleteAllSessions(ctx, user) })
}

// MigratePNToLID is called for almost every message; whatsmeow's store does it once
// for each phone.
func (s *rememberedSessions) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	do := func() error { return s.SessionStore.MigratePNToLID(ctx, pn, lid) }
	if _, again := s.moved.LoadOrStore(pn.SignalAddressUser(), true); again {
		return do()
	}
	return write(ctx, s.memory.sessions.change(s.ours), nil, func() error {
		return write(ctx, s.memory.identities.change(s.ours), nil, do)
	})
}

// rememberedIdentities implements store.IdentityStore.
type rememberedIdentities struct {
	store.IdentityStore
	memory *memory
	us     string
}

func (s rememberedIdentities) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	if known, ok := s.memory.identities.get(s.us + address); ok {
		return known == key, nil
	}
	return s.IdentityStore.IsTrustedIdentity(ctx, address, key)
}

func (s rememberedIdentities) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	at := s.us + address
	if known, ok := s.memory.identities.get(at); ok && known == key {
		return nil
	}
	end := s.memory.identities.change(func(key string) bool { return key == at })
	return write(ctx, end, map[string][32]byte{at: key}, func() error { return s.IdentityStore.PutIdentity(ctx, address, key) })
}

func (s rememberedIdentities) DeleteIdentity(ctx context.Context, address string) error {
	return write(ctx, s.memory.identities.change(s.ours), nil, func() error { return s.IdentityStore.DeleteIdentity(ctx, address) })
}

func (s rememberedIdentities) DeleteAllIdentities(ctx context.Context, user string) error {
	return write(ctx, s.memory.identities.change(s.ours), nil, func() error { return s.IdentityStore.DeleteAllIdentities(ctx, user) })
}

func (s rememberedIdentities) ours(key string) bool { return strings.HasPrefix(key, s.us) }
