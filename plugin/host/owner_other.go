//go:build !unix

package host

import "io/fs"

// Outside Unix a user's own folders are closed to others by the system's lists,
// which file modes do not show.
func ownedByUs(fs.FileInfo) bool    { return true }
func openToOthers(fs.FileInfo) bool { return false }
