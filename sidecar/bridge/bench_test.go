package bridge_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// BenchmarkSendText is the product's own share of a warm send: the network takes no time.
func BenchmarkSendText(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			r := linkedRig(b, bridge.Timing{})
			r.pace(off)
			if _, err := r.text("warm", anna, "Привет"); err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			b.SetParallelism(callers)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					got, err := r.text(schema.Key(fmt.Sprintf("k%d", n.Add(1))), anna, "Привет")
					if err != nil || got.Status != schema.StatusSent {
						b.Errorf("%+v, %v", got, err)
						return
					}
				}
			})
		})
	}
}
