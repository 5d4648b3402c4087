package bridge_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

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

// BenchmarkLongQueue is a start with 100,000 messages to as many chats in the
// queue, the memory that they take, and how fast they then go.
func BenchmarkLongQueue(b *testing.B) {
	const count = 100_000
	r := linkedRig(b, bridge.Timing{})
	r.pace(off)
	r.pause("")
	for from := 0; from < count; from += 1000 {
		err := r.store.Write(b.Context(), func(tx bridge.Tx) error {
			for i := from; i < from+1000; i++ {
				m := bridge.MessageRecord{Line: theLine, Key: schema.Key(fmt.Sprint("k", i)), Hash: make([]byte, 32), ID: schema.MessageID(fmt.Sprint("WA", i)),
					Chat: address(chatOf(i)), Payload: make([]byte, 400), Status: schema.StatusQueued, Priority: schema.PriorityBroadcast}
				if err := tx.InsertMessage(&m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	r = r.restart(bridge.Timing{})
	started, grown := time.Since(began), heap()
	r.resume()
	b.ResetTimer()
	for len(r.net.sent()) < b.N {
		<-time.After(time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(started.Milliseconds()), "start-ms")
	b.ReportMetric(float64(grown)/(1<<20), "heap-MB")
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what a pool held is gone after the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
