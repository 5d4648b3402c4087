package host_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/vectors"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "seed of the random requests; 0: from the clock")
	countFlag = flag.Int("requests", 4000, "how many random requests are compared")
)

// verdict is what both validators must agree in, to the letter.
type verdict struct {
	Issues, Warnings []schema.Issue
}

func verdictOf(t testing.TB, issues, warnings []schema.Issue, err error) verdict {
	t.Helper()
	var refused *schema.Error
	if errors.As(err, &refused) {
		return verdict{Issues: refused.Issues}
	}
	if err != nil {
		t.Fatalf("a validator broke: %v", err)
	}
	v := verdict{Issues: issues, Warnings: warnings}
	if len(v.Issues) == 0 {
		v.Issues = nil
	}
	if len(v.Warnings) == 0 {
		v.Warnings = nil
	}
	return v
}

// compare judges one request both ways; it reports whether the request was accepted.
func compare(t testing.TB, v *host.Validator, method string, lang schema.Lang, params []byte) bool {
	t.Helper()
	n, err := native.Judge(method, params, lang)
	byNative := verdictOf(t, n.Issues, n.Warnings, err)
	w, err := v.Validate(context.Background(), method, lang, params)
	byWasm := verdictOf(t, w.Issues, w.Warnings, err)
	if !reflect.DeepEqual(byNative, byWasm) {
		t.Errorf("%s (%s) %q\nnative %+v\nwasm   %+v", method, lang, params, byNative, byWasm)
	}
	return len(byNative.Issues) == 0
}

// Random requests, well-formed and not: the rules made from tags for the guest
// and validator/v10 reading the tags themselves say the same.
func TestNativeAgainstWasm(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	g := &requests{rand: rand.New(rand.NewPCG(seed, 0))}
	v := start(t, host.Config{})
	accepted := 0
	for i := range *countFlag {
		method, params := g.next(t)
		lang := schema.English
		if i%2 == 1 {
			lang = schema.Russian
		}
		if compare(t, v, method, lang, params) {
			accepted++
		}
		if t.Failed() {
			t.Fatalf("request %d; run again with -seed=%d", i, seed)
		}
	}
	// Neither side may hide behind refusing, or accepting, everything.
	if least := *countFlag / 20; accepted < least || accepted > *countFlag-least {
		t.Errorf("%d of %d were accepted: the random requests test little (seed %d)", accepted, *countFlag, seed)
	}
}

func FuzzNativeAgainstWasm(f *testing.F) {
	cases, err := vectors.Load(vectors.Guest)
	if err != nil {
		f.Fatal(err)
	}
	methods := map[string]byte{}
	for i, op := range schema.Operations {
		methods[op.Method] = byte(i)
	}
	for _, c := range cases {
		params, err := c.Input()
		if err != nil {
			f.Fatal(err)
		}
		if i, known := methods[c.Method]; known && len(params) < 4096 {
			f.Add(i, c.Lang == schema.Russian, params)
		}
	}
	v := start(f, host.Config{})
	f.Fuzz(func(t *testing.T, op byte, ru bool, params []byte) {
		lang := schema.English
		if ru {
			lang = schema.Russian
		}
		compare(t, v, schema.Operations[int(op)%len(schema.Operations)].Method, lang, params)
	})
}
