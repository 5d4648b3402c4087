package port_test

import (
	"net"
	"testing"

	"github.com/nodeline/nodeline/internal/port"
)

func TestFreeAddressesAreFreeAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 500 { // by chance alone, several would come twice
		addr, err := port.Free()
		if err != nil {
			t.Fatal(err)
		}
		if seen[addr] {
			t.Fatalf("%s was given twice", addr)
		}
		seen[addr] = true
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		if n := listener.Addr().(*net.TCPAddr).Port; n >= 32_768 {
			t.Errorf("%s is one that the system hands out", addr)
		}
	}
}
