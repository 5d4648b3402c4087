package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// sandboxCmd runs the WhatsApp network of simulated phones.
type sandboxCmd struct {
	Listen string `default:"127.0.0.1:7460" env:"NODELINE_SANDBOX_LISTEN" help:"${h_sandbox_listen}"`
	Empty  bool   `env:"NODELINE_SANDBOX_EMPTY" help:"${h_empty}"`
}

// Run serves the network until it is asked to end.
func (c *sandboxCmd) Run(a *app) error {
	if err := mustBeLoopback("--listen", c.Listen, a.lang); err != nil {
		return err
	}
	network, err := sandbox.Listen(sandbox.Config{Addr: c.Listen, Empty: c.Empty, Log: a.log})
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf(textBusy.In(a.lang), c.Listen)
	}
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	a.say(textSandboxRuns, "http://"+network.Addr(), network.Addr())
	<-a.ctx.Done()
	network.Close()
	return nil
}
