package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nodeline/nodeline/internal/port"
	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/schema"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nodeline": main})
}

// TestScripts runs the binary. Each script says what it holds.
func TestScripts(t *testing.T) {
	// Compiling the validator takes long with the race detector: once is enough.
	cache := filepath.Join(t.TempDir(), "validator")
	module, err := host.New(t.Context(), host.Config{CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	if err := module.Close(); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("NODELINE_CACHE_DIR", cache)
			for _, name := range []string{"SIDECAR", "SANDBOX"} {
				address, err := port.Free()
				if err != nil {
					return err
				}
				env.Setenv(name, address)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"answers": answers, "mode": mode, "terminate": terminate, "scan": scan, "types": types, "holds": holds, "appears": appears, "post": post, "tried": tried,
			"fault": fault, "hang": hang, "stopping": stopping, "certificate": certificate,
			"newest": newest, "damage": damage, "exits": exits,
		},
	})
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

// trusting takes the certificate that a script has made.
var trusting = http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

// answers URL [TEXT]: waits until URL answers 200 (with TEXT in its body). Negated: it does not answer at all.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	text := ""
	if len(args) > 1 {
		text = args[1]
	}
	get := func() (status int, body string) {
		resp, err := trusting.Get(args[0])
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

// holds FILE TEXT: waits until FILE, which a command writes, holds TEXT.
func holds(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0]+" holds "+args[1], func() bool {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && strings.Contains(string(text), args[1])
	})
}

// appears FILE: waits until a file or a folder is there.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0]+" is there", func() bool {
		_, err := os.Lstat(ts.MkAbs(args[0]))
		return err == nil
	})
}

// scan PHONE LINE TOKENFILE: a simulated phone scans the code that the sidecar shows for a line.
func scan(ts *testscript.TestScript, _ bool, args []string) {
	var shown struct {
		Result schema.LineLinkResult `json:"result"`
	}
	until(ts, "a code waits to be scanned", func() bool {
		ts.Check(json.Unmarshal(call(ts, "200", args[2], "line.link", `{"line":"`+args[1]+`"}`), &shown))
		return shown.Result.State == schema.LinkCode
	})
	body, err := json.Marshal(map[string]string{"qr": shown.Result.QR})
	ts.Check(err)
	resp, err := http.Post("http://"+ts.Getenv("SANDBOX")+"/api/phones/"+args[0]+"/link", "application/json", bytes.NewReader(body))
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		read, _ := io.ReadAll(resp.Body)
		ts.Fatalf("scan: %s %s", resp.Status, read)
	}
}

// types PHONE FILE: a simulated phone's owner types the code that FILE ends with.
// Negated: the phone says that it does not link.
func types(ts *testscript.TestScript, neg bool, args []string) {
	found := regexp.MustCompile(`\n    ([1-9A-Z]{4}-[1-9A-Z]{4})\n`).FindAllStringSubmatch(ts.ReadFile(args[1]), -1)
	if len(found) == 0 {
		ts.Fatalf("%s shows no code", args[1])
	}
	body, err := json.Marshal(map[string]string{"code": found[len(found)-1][1]})
	ts.Check(err)
	resp, err := http.Post("http://"+ts.Getenv("SANDBOX")+"/api/phones/"+args[0]+"/link", "application/json", bytes.NewReader(body))
	ts.Check(err)
	defer resp.Body.Close()
	if read, _ := io.ReadAll(resp.Body); (resp.StatusCode < 300) == neg {
		ts.Fatalf("types: %s %s", resp.Status, read)
	}
}

// post STATUS TOKENFILE METHOD PARAMS: one call to the sidecar; its answer is the script's stdout.
func post(ts *testscript.TestScript, _ bool, args []string) {
	_, err := ts.Stdout().Write(append(call(ts, args[0], args[1], args[2], args[3]), '\n'))
	ts.Check(err)
}

func call(ts *testscript.TestScript, status, tokenFile, method, params string) []byte {
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
	req, err := http.NewRequest(http.MethodPost, "http://"+ts.Getenv("SIDECAR")+"/rpc", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(tokenFile)))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != status {
		ts.Fatalf("%s answered %s %s", method, resp.Status, text)
	}
	return text
}

// tried ADDRESS: waits until somebody has asked at ADDRESS and was turned away.
func tried(ts *testscript.TestScript, _ bool, args []string) {
	ln, err := net.Listen("tcp", args[0])
	ts.Check(err)
	ts.Check(ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience)))
	conn, err := ln.Accept()
	ts.Check(err)
	ts.Check(conn.Close())
	ts.Check(ln.Close())
}

// terminate NAME: SIGTERM to a background command, which the script then waits for.
func terminate(ts *testscript.TestScript, _ bool, args []string) {
	for _, cmd := range ts.BackgroundCmds() {
		if strings.Contains(cmd.String(), args[0]) {
			ts.Check(cmd.Process.Signal(syscall.SIGTERM))
			return
		}
	}
	ts.Fatalf("no background command holds %q", args[0])
}

// fault JSON: the sandbox damages stanzas from now on.
func fault(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Post("http://"+ts.Getenv("SANDBOX")+"/api/faults", "application/json", strings.NewReader(args[0]))
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		ts.Fatalf("fault: %s", resp.Status)
	}
}

// hang TOKENFILE METHOD PARAMS: begins a call whose queries the sandbox drops,
// and waits until it has dropped one.
func hang(ts *testscript.TestScript, _ bool, args []string) {
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, args[1], args[2])
	req, err := http.NewRequest(http.MethodPost, "http://"+ts.Getenv("SIDECAR")+"/rpc", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(args[0])))
	go func() {
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
	until(ts, "the sandbox has dropped a query", func() bool {
		resp, err := http.Get("http://" + ts.Getenv("SANDBOX") + "/api/faults")
		ts.Check(err)
		defer resp.Body.Close()
		var list struct {
			Faults []struct {
				Hits int `json:"hits"`
			} `json:"faults"`
		}
		ts.Check(json.NewDecoder(resp.Body).Decode(&list))
		return len(list.Faults) > 0 && list.Faults[0].Hits > 0
	})
}

// stopping URL: waits until the sidecar says that it stops.
func stopping(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0]+" answers 503", func() bool {
		resp, err := http.Get(args[0])
		ts.Check(err)
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusServiceUnavailable
	})
}

// certificate CERTFILE KEYFILE: makes a certificate for 127.0.0.1.
func certificate(ts *testscript.TestScript, _ bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for name, block := range map[string]*pem.Block{args[0]: {Type: "CERTIFICATE", Bytes: cert}, args[1]: {Type: "PRIVATE KEY", Bytes: private}} {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
	}
}
