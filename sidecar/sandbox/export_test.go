package sandbox

import "github.com/nodeline/nodeline/sidecar/sandbox/noise"

// WithAuthority lets tests share one root: a whatsmeow process trusts one.
func (c Config) WithAuthority(a *noise.Authority) Config {
	c.authority = a
	return c
}
