package host_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/plugin/fuel"
	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/schema"
)

const good = `{"line":"north","key":"k1","chat":"+79123456789","text":"ok"}`

// A guest that fails in any way costs its instance and nothing else: the call
// answers an error, and the next one a right verdict.
func TestBrokenInstanceIsReplaced(t *testing.T) {
	v := start(t, host.Config{Module: module(t, broken), Instances: 1})
	for i, how := range []string{"panic", "hang", "grow", "outside", "garbage", "lie", "empty"} {
		verdict, err := v.Validate(context.Background(), how, schema.English, nil)
		if err == nil {
			t.Errorf("%s: verdict %+v, want an error", how, verdict)
		}
		if verdict.OK {
			t.Errorf("%s: the verdict is ok beside the error %v", how, err)
		}
		if got := v.Stats().Replaced; got != uint64(i+1) {
			t.Errorf("%s: %d instances replaced, want %d", how, got, i+1)
		}
		if verdict, err := v.Validate(context.Background(), "fine", schema.English, nil); err != nil || !verdict.OK {
			t.Errorf("after %s: %+v, %v", how, verdict, err)
		}
	}
}

func TestAnEndlessLoopIsStopped(t *testing.T) {
	var log bytes.Buffer
	v := start(t, host.Config{Module: module(t, broken), Instances: 1, Log: logTo(&log)})
	begin := time.Now()
	_, err := v.Validate(context.Background(), "hang", schema.English, nil)
	if err == nil || !strings.Contains(err.Error(), "ran for too long") {
		t.Fatalf("an endless loop ended in %v", err)
	}
	// Some 40 ms by themselves; the machine may be busy.
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// largest are inputs of nearly 64 KB that cost the guest most.
func largest() map[string][]byte {
	list := func(head, item, tail string) []byte {
		n := (schema.ValidatorMaxBytes - len(head) - len(item) - len(tail)) / (len(item) + 1)
		return []byte(head + strings.Repeat(item+",", n) + item + tail)
	}
	return map[string][]byte{
		"numbers": list(`{"x":[`, `0`, `]}`),
		"buttons": list(`{"line":"north","id":"a","chat":"+79123456789","body":"x","buttons":[`, `{}`, `]}`),
		"members": list(`{`, `"a":1`, `}`),
	}
}

// No sound request comes near the bound, however many large ones come one after
// the other.
func TestTheLargestInputsTakeAQuarterOfTheFuel(t *testing.T) {
	wasm, err := plain()
	if err == nil {
		wasm, err = fuel.Meter(wasm, fuel.PerCall/4)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := start(t, host.Config{Module: wasm, Instances: 1})
	for name, params := range largest() {
		for i := range 40 {
			method := []string{"message.sendText", "message.ask", "delivery.ack"}[i%3]
			if _, err := v.Validate(context.Background(), method, schema.Russian, params); err != nil {
				t.Fatalf("%s: call %d: %v", name, i, err)
			}
		}
	}
}

func TestEachCallHasItsOwnFuel(t *testing.T) {
	wasm, err := plain()
	if err == nil {
		wasm, err = fuel.Meter(wasm, 100_000)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := start(t, host.Config{Module: wasm, Instances: 1})
	for range 50 {
		if issues, _ := judge(t, v, "message.sendText", schema.English, []byte(good)); len(issues) > 0 {
			t.Fatal(issues)
		}
	}
	if _, err := v.Validate(context.Background(), "message.sendText", schema.English, largest()["numbers"]); err == nil {
		t.Error("a long call ended with little fuel")
	}
	if issues, _ := judge(t, v, "message.sendText", schema.English, []byte(good)); len(issues) > 0 || v.Stats().Replaced != 1 {
		t.Errorf("after it: %+v, %+v", issues, v.Stats())
	}
}

func TestAModuleWithoutABoundIsRefused(t *testing.T) {
	wasm, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	v, err := host.New(context.Background(), host.Config{Module: wasm})
	if err == nil {
		v.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "plugin/fuel/meter") {
		t.Errorf("started: %v", err)
	}
}

// A caller that hangs up does not cost an instance.
func TestCancelledCallerKeepsTheInstance(t *testing.T) {
	v := start(t, host.Config{Instances: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 { // either branch of the select may be taken
		if _, err := v.Validate(ctx, "message.sendText", schema.English, []byte(good)); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if s := v.Stats(); s.Replaced != 0 {
		t.Errorf("%d instances replaced", s.Replaced)
	}
}

// The hammer: many goroutines on few instances, good and bad input and broken
// guests mixed; every answer belongs to its own question.
func TestHammer(t *testing.T) {
	v := start(t, host.Config{Instances: 3})
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 40 {
				n := 4090 + (g*40+i)%12 // around the limit of 4096
				text := strings.Repeat("я", n)
				issues, _ := judge(t, v, "message.sendText", schema.Russian, []byte(strings.Replace(good, `"ok"`, `"`+text+`"`, 1)))
				switch {
				case n <= schema.TextMax && len(issues) != 0:
					t.Errorf("%d characters: %+v", n, issues)
				case n > schema.TextMax && (len(issues) != 1 || issues[0].Actual != n):
					t.Errorf("%d characters: %+v", n, issues)
				}
			}
		}()
	}
	wg.Wait()
	if s := v.Stats(); s.Calls != 16*40 || s.Replaced != 0 {
		t.Errorf("stats %+v, want %d calls", s, 16*40)
	}
}

func TestHammerWithFailures(t *testing.T) {
	v := start(t, host.Config{Module: module(t, broken), Instances: 2})
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 5 {
				if _, err := v.Validate(context.Background(), "panic", schema.English, nil); err == nil {
					t.Error("a panic answered")
				}
				if verdict, err := v.Validate(context.Background(), "fine", schema.English, nil); err != nil || !verdict.OK {
					t.Errorf("fine: %+v, %v", verdict, err)
				}
			}
		}()
	}
	wg.Wait()
	if s := v.Stats(); s.Replaced != 40 || s.Calls != 80 {
		t.Errorf("stats %+v, want 40 of 80", s)
	}
}

func TestTooLargeIsRefusedBeforeTheCall(t *testing.T) {
	v := start(t, host.Config{})
	before := v.Stats().Calls
	_, err := v.Validate(context.Background(), "message.sendText", schema.Russian, bytes.Repeat([]byte("x"), schema.ValidatorMaxBytes+1))
	var refused *schema.Error
	if !errors.As(err, &refused) || refused.Code != schema.CodeTooLarge {
		t.Fatalf("error %v, want %s", err, schema.CodeTooLarge)
	}
	if len(refused.Issues) != 1 || refused.Issues[0].Limit != schema.ValidatorMaxBytes || refused.Issues[0].Actual != schema.ValidatorMaxBytes+1 {
		t.Errorf("issues %+v", refused.Issues)
	}
	if v.Stats().Calls != before {
		t.Error("the guest was called")
	}
}

func TestLongMethodIsUnknown(t *testing.T) {
	v := start(t, host.Config{})
	_, err := v.Validate(context.Background(), strings.Repeat("m", 70000), schema.English, nil)
	var refused *schema.Error
	if !errors.As(err, &refused) || refused.Code != schema.CodeMethodNotFound {
		t.Fatalf("error %v, want %s", err, schema.CodeMethodNotFound)
	}
}

func TestEmptyParamsAreAnEmptyObject(t *testing.T) {
	v := start(t, host.Config{})
	if issues, _ := judge(t, v, "line.list", schema.English, nil); len(issues) > 0 {
		t.Errorf("issues %+v", issues)
	}
}

func TestCloseTwiceAndCallAfter(t *testing.T) {
	v, err := host.New(context.Background(), host.Config{Module: tiny()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := v.Validate(context.Background(), "line.list", schema.English, nil); !errors.Is(err, host.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestNotAModule(t *testing.T) {
	for _, bad := range [][]byte{{}, []byte("not wasm"), module(t, guest)[:5000]} {
		if v, err := host.New(context.Background(), host.Config{Module: bad, CacheDir: filepath.Join(t.TempDir(), "c")}); err == nil {
			v.Close()
			t.Errorf("%d bytes were taken for a module", len(bad))
		}
	}
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

// cacheFiles lists what the cache holds.
func cacheFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCacheIsPrivateAndUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	start(t, host.Config{Module: tiny(), CacheDir: dir})
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, want 0700", info.Mode().Perm())
	}
	files := cacheFiles(t, dir)
	if len(files) == 0 {
		t.Fatal("nothing was kept")
	}
	kept, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	start(t, host.Config{Module: tiny(), CacheDir: dir})
	again, err := os.Stat(files[0])
	if err != nil || !again.ModTime().Equal(kept.ModTime()) {
		t.Errorf("the kept module was written again (%v)", err)
	}
}

// A damaged cache file makes compiling fail: the cache is emptied and filled anew.
func TestDamagedCacheIsRemade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	start(t, host.Config{Module: tiny(), CacheDir: dir})
	whole := map[string]int{}
	for _, file := range cacheFiles(t, dir) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole[file] = len(text)
		if err := os.WriteFile(file, text[:len(text)/2], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(whole) == 0 {
		t.Fatal("nothing was kept")
	}
	var log bytes.Buffer
	v := start(t, host.Config{Module: tiny(), CacheDir: dir, Log: logTo(&log)})
	if issues, _ := judge(t, v, "line.list", schema.English, nil); len(issues) > 0 {
		t.Errorf("issues %+v", issues)
	}
	if !strings.Contains(log.String(), "cache is emptied") {
		t.Errorf("log %q", log.String())
	}
	for file, size := range whole {
		if again, err := os.Stat(file); err != nil || again.Size() != int64(size) {
			t.Errorf("%s was not written anew (%v)", file, err)
		}
	}
}

// A start that is called off while it compiles leaves what other starts have kept.
func TestACancelledStartKeepsTheCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	start(t, host.Config{Module: tiny(), CacheDir: dir})
	kept := cacheFiles(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var log bytes.Buffer
	v, err := host.New(ctx, host.Config{Module: module(t, guest), CacheDir: dir, Log: logTo(&log)})
	if err == nil {
		v.Close()
	}
	if !errors.Is(err, context.Canceled) || log.Len() > 0 {
		t.Errorf("%v; log %q", err, log.String())
	}
	if left := cacheFiles(t, dir); len(kept) == 0 || !slices.Equal(left, kept) {
		t.Errorf("kept %v, left %v", kept, left)
	}
}

// What others could write to is not run.
func TestCacheOpenToOthersIsEmptied(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	planted := filepath.Join(dir, "planted")
	if err := os.WriteFile(planted, []byte("code"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	start(t, host.Config{Module: tiny(), CacheDir: dir})
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(planted); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was planted is still there: %v", err)
	}
}

func TestCacheThatIsNoFolderOfOursIsNotUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, link} {
		var log bytes.Buffer
		v := start(t, host.Config{Module: tiny(), CacheDir: dir, Log: logTo(&log)})
		if issues, _ := judge(t, v, "line.list", schema.English, nil); len(issues) > 0 {
			t.Errorf("issues %+v", issues)
		}
		if !strings.Contains(log.String(), "cache is not used") {
			t.Errorf("log %q", log.String())
		}
	}
	if files := cacheFiles(t, elsewhere); len(files) > 0 {
		t.Errorf("the link was followed: %v", files)
	}
}

func BenchmarkValidate(b *testing.B) {
	v := start(b, host.Config{})
	params := []byte(`{"line":"north","id":"a","chat":"8 912 345-67-89","body":"Придёте?","buttons":[{"text":"Да"},{"text":"Нет"}]}`)
	for b.Loop() {
		if issues, _ := judge(b, v, "message.ask", schema.Russian, params); len(issues) > 0 {
			b.Fatal(issues)
		}
	}
}
