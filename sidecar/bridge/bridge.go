package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Errors of a Store.
var (
	// ErrExists says that a row of this id or key is there already.
	ErrExists = errors.New("already exists")
	// ErrNoLine says that a line is not there (any more).
	ErrNoLine = errors.New("no such line")
	// ErrStorageFull says that the disk has no room: nothing was written.
	ErrStorageFull = errors.New("the disk is full")
	// ErrStorageDamaged says that the file is not as it was written.
	ErrStorageDamaged = errors.New("the database file is damaged")
	// ErrStorageFailed says that the disk did not do its part: nothing was written.
	ErrStorageFailed = errors.New("the disk fails")
)

// StorageState says whether the store can write.
type StorageState string

// The states of a store.
const (
	StorageOK      StorageState = "ok"
	StorageFull    StorageState = "full"    // it writes again by itself once there is room
	StorageDamaged StorageState = "damaged" // a backup has to be restored
	StorageFailed  StorageState = "failed"  // tried again by itself
)

// Waker is told after a commit that there is something new to push. It returns
// at once; it is implemented by deliver.
type Waker interface {
	// Deliveries: a host has new ones, or fewer.
	Deliveries(schema.LineID, schema.HostID)
	Events(schema.LineID)
	// Replies: there are new deliveries to reply URLs.
	Replies()
	// Replayed: dead deliveries of a line are open again.
	Replayed(schema.LineID)
	// Webhook: it was made, changed or removed.
	Webhook(schema.WebhookID)
}

// Config wires a bridge.
type Config struct {
	Store Store
	// Sessions may come later by UseSessions: line wants the bridge as its Inbox first.
	Sessions Sessions
	// Grants makes the token that linking ends with; nil: linking gives none.
	Grants Grants
	// Wake nil: nobody pushes.
	Wake Waker
	// Courier nil: nothing is sent by POST.
	Courier Courier
	// Files keep attachments; nil: there are none.
	Files Files
	// PublicURL is where the sidecar is reached, for links to files; "": links begin with "/".
	PublicURL string
	// Log nil: slog.Default().
	Log *slog.Logger
	// Timing zero: the defaults.
	Timing Timing
	// Now is the wall clock; nil: time.Now.
	Now func() time.Time
	// Pace is of lines without one of their own; its zero fields take schema.PaceDefault's.
	Pace schema.Pace
}

// Timing holds every wait of a bridge. A zero field takes its default.
type Timing struct {
	FirstTry    time.Duration // how long a call waits for its first try's end; 5 s
	Try         time.Duration // how long one try may take; 90 s, longer than WhatsApp's own 75 s
	ReceiptWait time.Duration // how long an unknown send waits for a receipt; 5 s
	RetryMin    time.Duration // first pause between tries; 500 ms, doubled each time
	RetryMax    time.Duration // longest pause; 30 s
	Tries       int           // how often a send whose end stays unknown is tried; 6
	ContactFor  time.Duration // how long "is on WhatsApp" is believed; 24 h
	AbsentFor   time.Duration // how long "is not on WhatsApp" is believed; 1 min
	// KeepMessages is how long messages, asks and deliveries are kept once they
	// have ended, and what is known of people once nothing uses it; 90 days.
	KeepMessages time.Duration
	KeepEvents   time.Duration // how long events are kept; 90 days
	KeepMedia    time.Duration // how long files are kept, those of waiting messages longer; 7 days
	MediaLink    time.Duration // how long a link to a file works; 24 h
	Forget       time.Duration // between two rounds of forgetting; 1 h
	Backlog      time.Duration // how long deadlines wait for a connected line to hear what came while it was away; 2 min
	Away         time.Duration // how long deadlines wait for a line that is away; 10 min
}

func (t Timing) defaults() Timing {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&t.FirstTry, 5*time.Second)
	set(&t.Try, 90*time.Second)
	set(&t.ReceiptWait, 5*time.Second)
	set(&t.RetryMin, 500*time.Millisecond)
	set(&t.RetryMax, 30*time.Second)
	set(&t.ContactFor, 24*time.Hour)
	set(&t.AbsentFor, time.Minute)
	set(&t.KeepMessages, 90*24*time.Hour)
	set(&t.KeepEvents, 90*24*time.Hour)
	set(&t.KeepMedia, 7*24*time.Hour)
	set(&t.MediaLink, 24*time.Hour)
	set(&t.Forget, time.Hour)
	set(&t.Backlog, 2*time.Minute)
	set(&t.Away, 10*time.Minute)
	if t.Tries == 0 {
		t.Tries = 6
	}
	return t
}

// Bridge implements API and Inbox.
type Bridge struct {
	store    Store
	sessions Sessions
	grants   Grants
	wake     Waker
	courier  Courier
	files    Files
	// publicURL begins links to files.
	publicURL string
	log       *slog.Logger
	timing    Timing
	pace      schema.Pace

	ctx  context.Context // ends with Stop
	stop context.CancelFunc
	work sync.WaitGroup // workers, commits under way, the clock

	mu      sync.Mutex // guards owners, started and stopped
	owners  map[schema.LineID]*owner
	started bool
	stopped bool

	wall  func() time.Time
	clock *clock
	awake atomic.Int64 // since when this process, or this machine, is awake; Unix ms
}

var (
	_ API   = (*Bridge)(nil)
	_ Inbox = (*Bridge)(nil)
)

// New makes a bridge that is at rest; its Inbox may be handed out at once.
func New(cfg Config) *Bridge {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Wake == nil {
		cfg.Wake = nobody{}
	}
	if cfg.Courier == nil {
		cfg.Courier = nobody{}
	}
	if cfg.Files == nil {
		cfg.Files = noFiles{}
	}
	b := &Bridge{store: cfg.Store, sessions: cfg.Sessions, grants: cfg.Grants, wake: cfg.Wake, courier: cfg.Courier, files: cfg.Files, publicURL: cfg.PublicURL, log: cfg.Log, timing: cfg.Timing.defaults(),
		pace: schema.PaceDefault.With(cfg.Pace), owners: map[schema.LineID]*owner{}, wall: cfg.Now, clock: newClock()}
	if b.wall == nil {
		b.wall = time.Now
	}
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b
}

// UseSessions says who holds the WhatsApp sessions. It comes before Start.
func (b *Bridge) UseSessions(s Sessions) { b.sessions = s }

// Start brings the stored lines back: their sessions, what they still have to
// send, and the deadlines that passed meanwhile.
func (b *Bridge) Start(ctx context.Context) error {
	var (
		lines []LineRecord
		pasts map[schema.LineID]past
	)
	err := b.store.Write(ctx, func(tx Tx) (err error) {
		lines, pasts, err = b.restore(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("start bridge: %w", err)
	}
	b.mu.Lock()
	if b.started || b.stopped {
		b.mu.Unlock()
		return errors.New("start bridge: it was started before")
	}
	b.started = true
	for _, rec := range lines {
		o := newOwner(b, rec)
		o.restore(pasts[rec.ID])
		b.own(o)
		b.look(o.id)
	}
	b.awake.Store(b.now().UnixMilli())
	b.work.Go(b.runClock)
	b.work.Go(b.runForget)
	b.mu.Unlock()
	for _, rec := range lines {
		if err := b.sessions.Start(rec.ID, rec.Account); err != nil {
			// One broken session does not keep the others down.
			b.log.Error("start line", "line", rec.ID, "error", err)
		}
	}
	return nil
}

// restore reads what is there and marks linked lines as connecting: what was
// stored of them is from another life.
func (b *Bridge) restore(tx Tx) ([]LineRecord, map[schema.LineID]past, error) {
	at := b.now()
	lines, err := tx.Lines()
	if err != nil {
		return nil, nil, err
	}
	pasts := map[schema.LineID]past{}
	for i := range lines {
		rec := &lines[i]
		if pasts[rec.ID], err = b.recollect(tx, rec.ID); err != nil {
			return nil, nil, err
		}
		switch {
		case rec.State.Linked():
			rec.State, rec.Trouble, rec.Since = schema.LineConnecting, "", at
		case rec.State == schema.LineLinking:
			rec.State, rec.Trouble, rec.Since = schema.LineUnlinked, "", at
		default:
			continue
		}
		if err := tx.UpdateLine(*rec); err != nil {
			return nil, nil, err
		}
	}
	return lines, pasts, nil
}

// own has a line's worker run. The caller holds mu.
func (b *Bridge) own(o *owner) {
	b.owners[o.id] = o
	b.work.Go(o.run)
	b.work.Go(o.runFiles)
}

// Stop ends the tries under way, takes the sessions down and waits for what is
// being written. What was not sent stays stored. A second call waits too.
func (b *Bridge) Stop() {
	b.mu.Lock()
	first := !b.stopped
	b.stopped = true
	owners := make([]*owner, 0, len(b.owners))
	for _, o := range b.owners {
		owners = append(owners, o)
	}
	b.mu.Unlock()
	b.stop()
	if first && b.sessions != nil {
		for _, o := range owners {
			b.sessions.Stop(o.id)
		}
	}
	b.work.Wait()
}

// background runs fn so that Stop waits for it; false when the bridge is stopping.
func (b *Bridge) background(fn func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return false
	}
	b.work.Go(fn)
	return true
}

// owner finds a line that is at work, or answers why not.
func (b *Bridge) owner(line schema.LineID, lang schema.Lang) (*owner, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch o, ok := b.owners[line]; {
	case b.stopped || !b.started:
		return nil, schema.NewError(schema.CodeShuttingDown, lang, nil)
	case !ok:
		return nil, schema.NewError(schema.CodeLineNotFound, lang, nil)
	default:
		return o, nil
	}
}

// fail turns any error into one for the wire; one that has no code is logged whole.
func (b *Bridge) fail(what string, lang schema.Lang, err error) error {
	if known, ok := errors.AsType[*schema.Error](err); ok {
		return known
	}
	code := schema.CodeInternal
	switch {
	case errors.Is(err, ErrNoLine):
		code = schema.CodeLineNotFound
	case StorageCode(err) != "": // logged by the store, once for all
		code = StorageCode(err)
	case b.ctx.Err() != nil:
		code = schema.CodeShuttingDown
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		code = schema.CodeInternal
	default:
		b.log.Error(what, "error", err)
	}
	return schema.NewError(code, lang, fmt.Errorf("%s: %w", what, err))
}

// StorageCode is the code of a store's trouble, "" for any other error.
func StorageCode(err error) schema.Code {
	switch {
	case errors.Is(err, ErrStorageFull):
		return schema.CodeStorageFull
	case errors.Is(err, ErrStorageDamaged):
		return schema.CodeStorageDamaged
	case errors.Is(err, ErrStorageFailed):
		return schema.CodeStorageFailed
	}
	return ""
}

// now is the present as it is stored: UTC, in milliseconds, by the wall clock alone.
func (b *Bridge) now() time.Time { return b.wall().UTC().Truncate(time.Millisecond) }

type nobody struct{}

func (nobody) Deliveries(schema.LineID, schema.HostID) {}
func (nobody) Events(schema.LineID)                    {}
func (nobody) Replies()                                {}
func (nobody) Replayed(schema.LineID)                  {}
func (nobody) Webhook(schema.WebhookID)                {}

var errNoCourier = errors.New("this sidecar sends nothing by POST")

func (nobody) Refuses(string) error { return errNoCourier }
func (nobody) Test(context.Context, WebhookRecord, schema.Delivery) Posted {
	return Posted{Why: WhyTarget}
}
