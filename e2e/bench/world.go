package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/nodeline/nodeline/internal/port"
)

// patience bounds every wait.
const patience = 30 * time.Second

// world is the sandbox and the sidecar, each a process, and their folder.
type world struct {
	dir              string
	sandbox, sidecar string // addresses
	processes        []*exec.Cmd
	customers        []string
	tapper           string // a customer who only taps: a short chat is quick to read
}

const (
	productPhone = "+79000000001"
	barePhone    = "+79000000002"
)

func newWorld(ctx context.Context, binary string) (*world, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("%s is not there: build it with just build", binary)
	}
	dir, err := os.MkdirTemp("", "nodeline-bench-")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir}
	if err := w.start(ctx, binary); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *world) start(ctx context.Context, binary string) (err error) {
	for _, addr := range []*string{&w.sandbox, &w.sidecar} {
		if *addr, err = port.Free(); err != nil {
			return err
		}
	}
	if err := w.run(binary, "sandbox", "--empty", "--listen", w.sandbox); err != nil {
		return err
	}
	if err := ready(ctx, "http://"+w.sandbox+"/trust"); err != nil {
		return err
	}
	phones := []string{productPhone, barePhone}
	for i := range callers {
		w.customers = append(w.customers, fmt.Sprintf("+7912000%04d", i))
	}
	w.tapper = "+79120009999"
	for _, phone := range append(append(phones, w.tapper), w.customers...) {
		if err := w.post(ctx, "/api/phones", map[string]string{"phone": phone, "name": phone}, nil); err != nil {
			return err
		}
	}
	if err := w.run(binary, "serve", "--listen", w.sidecar, "--data", w.data(), "--sandbox", w.sandbox, "--rate", "100000", "--pace", "off"); err != nil {
		return err
	}
	return ready(ctx, "http://"+w.sidecar+"/healthz")
}

func (w *world) data() string { return filepath.Join(w.dir, "data") }

func (w *world) run(binary string, args ...string) error {
	cmd := exec.Command(binary, args...)
	log, err := os.Create(filepath.Join(w.dir, args[0]+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	w.processes = append(w.processes, cmd)
	return nil
}

// close ends what was started, the sidecar first.
func (w *world) close() {
	for i := len(w.processes) - 1; i >= 0; i-- {
		_ = w.processes[i].Process.Signal(os.Interrupt)
		_ = w.processes[i].Wait()
	}
	_ = os.RemoveAll(w.dir)
}

func ready(ctx context.Context, url string) error {
	return until(ctx, url+" to answer", func() (bool, error) {
		res, err := http.Get(url)
		if err != nil {
			return false, nil // not listening yet
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK, nil
	})
}

// until polls what can only be asked for.
func until(ctx context.Context, what string, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if yes, err := ok(); yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}

// post and get speak to the sandbox's HTTP interface.
func (w *world) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return w.do(ctx, http.MethodPost, path, bytes.NewReader(body), out)
}

func (w *world) do(ctx context.Context, method, path string, body io.Reader, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+w.sandbox+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("sandbox %s: %s %s", path, res.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

func bareDigits(phone string) string { return strings.TrimPrefix(phone, "+") }

func (w *world) link(ctx context.Context, phone, qr string) error {
	return w.post(ctx, "/api/phones/"+bareDigits(phone)+"/link", map[string]string{"qr": qr}, nil)
}

func (w *world) tap(ctx context.Context, customer, owner, id string) error {
	return w.post(ctx, "/api/phones/"+bareDigits(customer)+"/tap", map[string]string{"chat": owner, "message": id, "button": button}, nil)
}

// button is the id of the one button of every question.
const button = "yes"

var errInvisible = errors.New("the question does not show on the phone")

// shown waits until the customer sees the question.
func (w *world) shown(ctx context.Context, customer, owner, id string) error {
	return until(ctx, "the question on the phone", func() (bool, error) {
		var chat struct {
			Messages []struct {
				ID      string `json:"id"`
				Visible bool   `json:"visible"`
			} `json:"messages"`
		}
		if err := w.do(ctx, http.MethodGet, "/api/phones/"+bareDigits(customer)+"/chats/"+bareDigits(owner), nil, &chat); err != nil {
			return false, err
		}
		for _, m := range chat.Messages {
			if m.ID == id {
				if !m.Visible {
					return false, errInvisible
				}
				return true, nil
			}
		}
		return false, nil
	})
}
