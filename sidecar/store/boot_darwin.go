package store

import "golang.org/x/sys/unix"

// boot names the machine's present boot; "" where that is not known.
func boot() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
