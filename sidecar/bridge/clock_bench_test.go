package bridge_test

import (
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

var (
	askCount = flag.Int("asks", 1_000_000, "open asks of BenchmarkOpenAsks")
	dueCount = flag.Int("due", 5_000, "how many of them fall due in one second")
)

// BenchmarkOpenAsks starts on a file with a million open asks, has some thousand of
// them fall due in one second, and sends beside it:
//
//	go test -run '^$' -bench OpenAsks -benchtime 1x ./sidecar/bridge
//
// Lateness is from the deadline to the outcome's moment; sends are one caller's.
func BenchmarkOpenAsks(b *testing.B) {
	for range b.N {
		openAsks(b)
	}
}

func openAsks(b *testing.B) {
	r := linkedRig(b, bridge.Timing{})
	r.pace(off)
	r.stop()
	r.fill(*askCount, time.Now().Add(24*time.Hour), time.Millisecond)
	heap, routines := heapInUse(), runtime.NumGoroutine()
	due := time.Now().Add(4*time.Second + time.Duration(*askCount)*20*time.Microsecond)
	r.soon(*dueCount, due)

	began := time.Now()
	r = startRig(b, r.dir, r.net, bridge.Timing{})
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "start-ms")
	eventually(b, "connected", func() bool {
		line, err := r.LineStatus(r.ctx(), admin, schema.LineRequest{Line: theLine})
		return err == nil && line.State == schema.LineConnected && line.Waiting == *askCount
	})
	b.ReportMetric(float64(heapInUse()-heap)/(1<<20), "heap-MB")
	b.ReportMetric(float64(runtime.NumGoroutine()-routines), "goroutines")

	idle := r.sends("idle", time.Until(due))
	busy := r.sends("busy", time.Second)
	for open := 0; open < *dueCount; {
		err := r.store.Read(r.ctx(), func(v bridge.View) (err error) {
			open, err = v.OpenDeliveries(theLine, "red")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		busy = append(busy, r.sends(fmt.Sprintf("more%d", open), 50*time.Millisecond)...)
	}
	late := r.lateness()
	for name, list := range map[string][]time.Duration{"late": late, "send-idle": idle, "send-busy": busy} {
		slices.Sort(list)
		b.ReportMetric(ms(list[len(list)/2]), name+"-p50-ms")
		b.ReportMetric(ms(list[len(list)*99/100]), name+"-p99-ms")
	}
	b.ReportMetric(ms(late[len(late)-1]), "late-max-ms")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// soon has the first asks of the stopped rig's file fall due within a second.
func (r *rig) soon(count int, at time.Time) {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.dir, "nodeline.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("update ask set deadline = ? + seq * 1000 / ? where seq <= ?", at.UnixMilli(), count, count); err != nil {
		r.t.Fatal(err)
	}
}

// sends are the times of one caller's sends, for so long.
func (r *rig) sends(name string, d time.Duration) (list []time.Duration) {
	r.t.Helper()
	for end, i := time.Now().Add(d), 0; time.Now().Before(end); i++ {
		began := time.Now()
		got, err := r.text(schema.Key(fmt.Sprintf("%s%d", name, i)), anna, "Привет")
		if err != nil || got.Status != schema.StatusSent {
			r.t.Fatalf("%+v, %v", got, err)
		}
		list = append(list, time.Since(began))
	}
	return list
}

// lateness is how long after its deadline each ended ask ended.
func (r *rig) lateness() (list []time.Duration) {
	r.t.Helper()
	var after int64
	for {
		var page []bridge.DeliveryRecord
		err := r.store.Read(r.ctx(), func(v bridge.View) (err error) {
			page, err = v.Deliveries(bridge.DeliveryFilter{Line: theLine, Host: "red", After: after, Count: 500})
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
		if len(page) == 0 {
			return list
		}
		for _, d := range page {
			list = append(list, d.Delivery.Ask.Outcome.At.Sub(d.Delivery.Ask.Deadline))
			after = d.Seq
		}
	}
}
