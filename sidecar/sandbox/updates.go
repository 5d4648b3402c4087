package sandbox

import (
	"sync"
)

// UpdateKind says what changed.
type UpdateKind string

// The kinds of updates.
const (
	UpdateMessage UpdateKind = "message" // a message came or changed
	UpdateStatus  UpdateKind = "status"  // a tick
	UpdatePhone   UpdateKind = "phone"   // a phone was added, went online or offline
	UpdateCodes   UpdateKind = "codes"   // a QR code waits, or no longer does
	UpdateDevice  UpdateKind = "device"  // a companion was linked, unlinked, came or went
	UpdateGroup   UpdateKind = "group"   // a group was made, or its subject or members changed
	UpdateFaults  UpdateKind = "faults"  // a fault was added or cleared
	UpdateReset   UpdateKind = "reset"   // updates were missed: read everything again
)

// Update says that something changed; who is interested reads it again.
type Update struct {
	Seq     int64      `json:"seq"`
	Kind    UpdateKind `json:"kind"`
	Phone   string     `json:"phone"`
	Chat    string     `json:"chat"`
	Message string     `json:"message"`
}

// keptUpdates is how far a reader may fall behind before it gets a reset.
const keptUpdates = 2048

// updates is a numbered ring of what changed.
type updates struct {
	mu     sync.Mutex
	seq    int64
	ring   []Update
	wake   chan struct{} // closed and replaced at each update
	closed bool
}

func newUpdates() updates { return updates{wake: make(chan struct{})} }

func (u *updates) publish(one Update) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seq++
	one.Seq = u.seq
	u.ring = append(u.ring, one)
	if len(u.ring) > keptUpdates {
		u.ring = u.ring[len(u.ring)-keptUpdates:]
	}
	if !u.closed {
		close(u.wake)
		u.wake = make(chan struct{})
	}
}

// after lists what came after a number. missed says that some of it is gone, or
// that the number is not from this network. wake is closed at the next update,
// or when the network closes.
func (u *updates) after(seq int64) (list []Update, missed bool, last int64, wake <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := u.seq - int64(len(u.ring)) // the newest number that is gone
	if seq < first || seq > u.seq {
		return nil, true, u.seq, u.wake
	}
	list = append(list, u.ring[seq-first:]...)
	return list, false, u.seq, u.wake
}

func (u *updates) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.closed {
		u.closed = true
		close(u.wake)
	}
}

func (u *updates) done() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closed
}
