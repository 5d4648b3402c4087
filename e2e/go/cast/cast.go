// Package cast gives tests the people that they play with: phones on a sandbox
// network that every test of a process shares.
package cast

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox"
)

var phones atomic.Int64

// Phone adds a phone to the network, with a Russian mobile number that no other
// test of this process has.
func Phone(t testing.TB, network *sandbox.Network, name string) *sandbox.Phone {
	t.Helper()
	p, err := network.AddPhone(fmt.Sprintf("+7912%07d", 1000000+phones.Add(1)), name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
