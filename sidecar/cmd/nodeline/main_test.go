package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nodeline": main})
}

// TestScripts runs the binary. Each script says what it holds.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C.UTF-8")
			for _, name := range []string{"SIDECAR", "SANDBOX"} {
				address, err := freeAddress()
				if err != nil {
					return err
				}
				env.Setenv(name, address)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"answers": answers, "mode": mode, "scan": scan, "post": post, "replace": replace,
		},
	})
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// patience is how long a script waits for what must come.
const patience = 30 * time.Second

// until polls an observable condition.
func until(ts *testscript.TestScript, what string, ok func() bool) {
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("waited %s until %s", patience, what)
		}
	}
}

// answers URL [TEXT]: waits until URL answers 200 (with TEXT in its body). Negated: it does not answer at all.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	text := ""
	if len(args) > 1 {
		text = args[1]
	}
	get := func() (status int, body string) {
		resp, err := http.Get(args[0])
		if err != nil {
			return 0, ""
		}
		defer resp.Body.Close()
		read, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(read)
	}
	if neg {
		if status, _ := get(); status != 0 {
			ts.Fatalf("%s answers %d", args[0], status)
		}
		return
	}
	until(ts, args[0]+" answers "+text, func() bool {
		status, body := get()
		return status == http.StatusOK && strings.Contains(body, text)
	})
}

// mode OCTAL FILE: the file's permissions.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := info.Mode().Perm(); got != os.FileMode(want) {
		ts.Fatalf("%s has mode %o, want %o", args[1], got, want)
	}
}

// scan SANDBOX PHONE: a simulated phone scans the first waiting code.
func scan(ts *testscript.TestScript, _ bool, args []string) {
	base := "http://" + args[0] + "/api"
	var ref string
	until(ts, "a code waits to be scanned", func() bool {
		resp, err := http.Get(base + "/codes")
		ts.Check(err)
		defer resp.Body.Close()
		var waiting struct {
			Codes []struct {
				Ref string `json:"ref"`
			} `json:"codes"`
		}
		ts.Check(json.NewDecoder(resp.Body).Decode(&waiting))
		if len(waiting.Codes) > 0 {
			ref = waiting.Codes[0].Ref
		}
		return ref != ""
	})
	body, err := json.Marshal(map[string]string{"ref": ref})
	ts.Check(err)
	resp, err := http.Post(base+"/phones/"+args[1]+"/link", "application/json", bytes.NewReader(body))
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		read, _ := io.ReadAll(resp.Body)
		ts.Fatalf("scan: %s %s", resp.Status, read)
	}
}

// post STATUS TOKENFILE METHOD PARAMS: one call to the sidecar; its answer is the script's stdout.
func post(ts *testscript.TestScript, _ bool, args []string) {
	token := strings.TrimSpace(ts.ReadFile(args[1]))
	params := args[3]
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, args[2], params)
	req, err := http.NewRequest(http.MethodPost, "http://"+ts.Getenv("SIDECAR")+"/rpc", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s answered %s %s", args[2], resp.Status, text)
	}
	_, err = ts.Stdout().Write(append(text, '\n'))
	ts.Check(err)
}

// replace FILE: puts the scripts' addresses into a file that names them.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
