package sandbox_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// heap is the live heap, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Phones are cheap: idle ones have made no keys, and a session costs a few KB.
func TestMemoryOfPhones(t *testing.T) {
	network := open(t, sandbox.Config{Empty: true})
	const count = 500
	target, err := network.AddPhone("+79990000000", "target")
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	phones := make([]*sandbox.Phone, count)
	for i := range phones {
		if phones[i], err = network.AddPhone(fmt.Sprintf("+7901%07d", i), "phone"); err != nil {
			t.Fatal(err)
		}
	}
	idle := int64(heap()-before) / count
	for _, p := range phones {
		if _, err := p.Text(target.Number(), "привет"); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range phones {
		shown(t, p, func(m sandbox.Message) bool { return m.Status == "delivered" })
	}
	active := int64(heap()-before) / count
	t.Logf("idle phone %d bytes; with one conversation, both ends, %d bytes", idle, active)
	if idle > 4<<10 || active > 24<<10 {
		t.Errorf("a phone takes %d bytes idle and %d with a conversation", idle, active)
	}
}

// BenchmarkWarmSend is a client's text to a customer it knows, until the server's ack.
func BenchmarkWarmSend(b *testing.B) {
	_, line, _ := linked(b)
	if _, err := line.text(anna, "первое"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := line.text(anna, "ещё"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReceive is a customer's text until the client has it.
func BenchmarkReceive(b *testing.B) {
	network, line, _ := linked(b)
	i := 0
	for b.Loop() {
		i++
		text := fmt.Sprint("сообщение ", i)
		if _, err := network.Phone(anna).Text(owner, text); err != nil {
			b.Fatal(err)
		}
		line.awaitText(text)
	}
}
