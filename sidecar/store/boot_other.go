//go:build !linux && !darwin

package store

// boot names the machine's present boot; "": not known here.
func boot() string { return "" }
