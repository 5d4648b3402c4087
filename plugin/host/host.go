// Package host runs validator.wasm (plugin/guest) in the sidecar. It is the only
// importer of wazero.
//
// The module is compiled once, to a cache on disk where one is given, and runs in
// a small pool of instances. It bounds its own running time (plugin/fuel). An
// instance that fails in any way is closed and replaced: after a trap it would go
// on answering, and wrongly.
package host

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/tetratelabs/wazero"

	"github.com/nodeline/nodeline/plugin/form"
	"github.com/nodeline/nodeline/schema"
)

//go:embed dist
var dist embed.FS

// BuildCommand makes the module that this package embeds.
const BuildCommand = "GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags='-s -w' -o out/guest.wasm ./plugin/guest" +
	" && go run ./plugin/fuel/meter out/guest.wasm plugin/host/dist/validator.wasm"

const (
	// memoryPages bounds an instance's memory: 64 MB in pages of 64 KB. The
	// largest input needs about a quarter of it.
	memoryPages = 1024
	// envelopeBytes is room for what stands around the params; the guest has the same.
	envelopeBytes = 512
	methodMax     = 128 // bytes
)

// Config says how to run the validator. Its zero value works.
type Config struct {
	// CacheDir keeps the compiled module (native code) between starts. It is made
	// 0700 and must belong to this user, or it is not used. Empty: no cache;
	// compiling then takes about a second at each start.
	CacheDir string
	// Instances is how many requests are judged at once. Default: GOMAXPROCS, at most 8.
	Instances int
	// Module is the module's bytes. Default: the one embedded at build time.
	Module []byte
	// Log takes warnings. Default: none.
	Log *slog.Logger
}

// Verdict is what the validator says of a request.
type Verdict struct {
	OK bool `json:"ok"`
	// Issues are the fields refused; at most sentence.IssuesMax.
	Issues []schema.Issue `json:"issues"`
	// Warnings do not refuse: they name what some phones may show cut.
	Warnings []schema.Issue `json:"warnings"`
}

// Stats counts since New.
type Stats struct {
	Calls    uint64 // requests handed to the module
	Replaced uint64 // instances closed because a call failed
}

// Validator judges requests. It is safe for use by many goroutines.
type Validator struct {
	log      *slog.Logger
	runtime  wazero.Runtime
	module   wazero.CompiledModule
	cache    io.Closer
	slots    chan *instance // one entry per slot; nil: its instance is yet to be made
	calls    atomic.Uint64
	replaced atomic.Uint64
	closed   chan struct{}
	close    sync.Once
	closeErr error
}

// ErrClosed is returned by Validate after Close.
var ErrClosed = errors.New("validator is closed")

// ErrNotBuilt is returned by New when the binary was built without validator.wasm.
var ErrNotBuilt = errors.New("validator.wasm is not built in; build it before the sidecar: " + BuildCommand)

// New compiles the module and makes the first instance.
func New(ctx context.Context, cfg Config) (*Validator, error) {
	if cfg.Module == nil {
		module, err := dist.ReadFile("dist/validator.wasm")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNotBuilt
		}
		if err != nil {
			return nil, fmt.Errorf("read validator: %w", err)
		}
		cfg.Module = module
	}
	if cfg.Instances <= 0 {
		cfg.Instances = min(runtime.GOMAXPROCS(0), 8)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	v := &Validator{
		log:    cfg.Log,
		slots:  make(chan *instance, cfg.Instances),
		closed: make(chan struct{}),
	}
	if err := v.compile(ctx, cfg); err != nil {
		return nil, fmt.Errorf("compile validator: %w", err)
	}
	first, err := v.instantiate(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start validator: %w", err), v.shut())
	}
	v.slots <- first
	for range cfg.Instances - 1 {
		v.slots <- nil
	}
	return v, nil
}

// Validate judges the params of a method (JSON; empty means {}), with sentences
// in lang. A refusal is a Verdict, not an error. Errors: *schema.Error with
// too_large or method_not_found, of the request; anything else is a fault of the
// validator itself, or ctx ending before a slot was free.
func (v *Validator) Validate(ctx context.Context, method string, lang schema.Lang, params []byte) (Verdict, error) {
	if len(params) > schema.ValidatorMaxBytes {
		return Verdict{}, form.TooLarge(lang, len(params))
	}
	if len(method) > methodMax {
		return Verdict{}, form.UnknownMethod(lang)
	}
	input, err := envelope(method, lang, params)
	if err != nil {
		return Verdict{}, fmt.Errorf("write validator input: %w", err)
	}
	select {
	case <-v.closed:
		return Verdict{}, ErrClosed
	default:
	}
	select {
	case slot := <-v.slots:
		verdict, slot, err := v.use(ctx, slot, input)
		v.slots <- slot
		return verdict, err
	case <-v.closed:
		return Verdict{}, ErrClosed
	case <-ctx.Done():
		return Verdict{}, ctx.Err()
	}
}

// use runs one call in a slot and returns what the slot holds afterwards: the
// same instance, or nil after any failure.
func (v *Validator) use(ctx context.Context, slot *instance, input []byte) (Verdict, *instance, error) {
	// A caller that hangs up must not cost an instance: only its fuel ends a call.
	ctx = context.WithoutCancel(ctx)
	if slot == nil {
		fresh, err := v.instantiate(ctx)
		if err != nil {
			return Verdict{}, nil, fmt.Errorf("start validator: %w", err)
		}
		slot = fresh
	}
	v.calls.Add(1)
	verdict, err := slot.call(ctx, input)
	if err != nil {
		v.replaced.Add(1)
		v.log.Warn("validator instance replaced", "error", err)
		slot.close(ctx)
		return Verdict{}, nil, fmt.Errorf("run validator: %w", err)
	}
	return verdict, slot, nil
}

// Stats returns the counters.
func (v *Validator) Stats() Stats {
	return Stats{Calls: v.calls.Load(), Replaced: v.replaced.Load()}
}

// Close waits for running calls and frees everything. Closing twice is harmless.
func (v *Validator) Close() error {
	v.close.Do(func() {
		close(v.closed)
		for range cap(v.slots) {
			<-v.slots
		}
		v.closeErr = v.shut()
	})
	return v.closeErr
}

// shut frees the runtime with all its instances, and the cache's files.
func (v *Validator) shut() error {
	err := v.runtime.Close(context.Background())
	if v.cache != nil {
		err = errors.Join(err, v.cache.Close())
	}
	return err
}

// moduleConfig is what an instance may touch: nothing but randomness, which
// seeds the guest's hash tables.
func moduleConfig() wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").WithRandSource(rand.Reader)
}

func envelope(method string, lang schema.Lang, params []byte) ([]byte, error) {
	name, err := json.Marshal(method)
	if err != nil {
		return nil, err
	}
	if lang != schema.Russian {
		lang = schema.English
	}
	if len(params) == 0 {
		params = []byte("{}")
	}
	in := make([]byte, 0, len(params)+len(name)+len(`{"method":,"lang":"en","params":}`))
	in = append(in, `{"method":`...)
	in = append(in, name...)
	in = append(in, `,"lang":"`...)
	in = append(in, lang...)
	in = append(in, `","params":`...)
	in = append(in, params...)
	return append(in, '}'), nil
}
