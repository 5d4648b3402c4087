package store

import (
	"os"
	"strings"
)

// boot names the machine's present boot; "" where that is not known.
func boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
