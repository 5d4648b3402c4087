package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildClock builds the sidecar beside its binary once more, with a standard
// library whose clock can be set wrong: NODELINE_CHAOS_CLOCK holds the process's
// age and the offset from then on, both in milliseconds, "1000:-3600000". The
// product's own source is the same. (libfaketime does not reach a Go program,
// which asks the kernel without the C library.)
func buildClock(ctx context.Context, binary string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("find Go: %w", err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	const reads = "\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), reads) == 0 {
		return "", errors.New("this Go reads its clock in another way: run with -clock=false")
	}
	dir, err := os.MkdirTemp("", "nodeline-chaos-clock-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	wrong := filepath.Join(dir, "time.go")
	more := filepath.Join(dir, "chaos.go")
	changed := strings.ReplaceAll(string(text), reads, reads+"\tsec, nsec = chaosClock(sec, nsec, mono)\n")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		source: wrong, filepath.Join(filepath.Dir(source), "chaos.go"): more}})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := errors.Join(os.WriteFile(wrong, []byte(changed), 0o600), os.WriteFile(more, []byte(chaosClock), 0o600), os.WriteFile(list, overlay, 0o600)); err != nil {
		return "", err
	}
	out := binary + "-clock"
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", list, "-o", out, "./sidecar/cmd/nodeline")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the sidecar with a clock that jumps: %w\n%s", err, said)
	}
	return out, nil
}

// chaosClock is added to package time, which may import syscall but not os or strconv.
const chaosClock = `package time

import "syscall"

var chaosFrom, chaosBy = func() (from, by int64) {
	plan, _ := syscall.Getenv("NODELINE_CHAOS_CLOCK")
	at, sign := &from, int64(1)
	for i := 0; i < len(plan); i++ {
		switch c := plan[i]; {
		case c == ':':
			at = &by
		case c == '-':
			sign = -1
		case '0' <= c && c <= '9':
			*at = *at*10 + int64(c-'0')
		}
	}
	return from * 1e6, by * sign
}()

func chaosClock(sec int64, nsec int32, mono int64) (int64, int32) {
	if chaosBy == 0 || mono-startNano < chaosFrom {
		return sec, nsec
	}
	all := sec*1000 + int64(nsec)/1e6 + chaosBy
	return all / 1000, int32(all%1000)*1e6 + nsec%1e6
}
`
