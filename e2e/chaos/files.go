package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nodeline/nodeline/e2e/chaos/judge"
	"github.com/nodeline/nodeline/schema"
)

// How hosts send files: brought by HTTP, or by their address here.

const filesPath = "/files/"

// contentOf is a file by its name; each has its own, some of them large.
func contentOf(name string) []byte {
	return bytes.Repeat([]byte("Договор "+name+"\n"), 1+len(name)*int(name[len(name)-1])%4000)
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// file gives a file, or is in trouble for a moment.
func (k *hooks) file(w http.ResponseWriter, name string) {
	k.r.happened()
	k.mu.Lock()
	trouble := k.rng.IntN(16)
	k.mu.Unlock()
	body := contentOf(name)
	switch {
	case k.r.calm.Load() || trouble > 1:
		_, _ = w.Write(body)
	case trouble == 1:
		http.Error(w, "not now", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
}

// files sends some files in one call.
func (t *talk) files(ctx context.Context) {
	var c call
	r := schema.SendMediaRequest{Line: t.chat.Line, Chat: t.chat.Phone, As: schema.AsDocument}
	for i := range 1 + t.rng.IntN(4) {
		q := t.next(judge.File)
		if i == 0 {
			r.Key, r.Priority, r.TimeLimit = q.Key, t.priority(q), t.expiry(q)
			c = call{q: q, method: "message.sendMedia"}
		} else {
			q.Key, q.Whole, q.Priority, q.Expires = r.Key+schema.Key(fmt.Sprintf("#%d", i+1)), c.q, c.q.Priority, c.q.Expires
			c.parts = append(c.parts, q)
		}
		body := contentOf(q.Mark)
		q.Sum = sumOf(body)
		file := schema.Attachment{Title: fmt.Sprintf("Договор <%s>.txt", q.Mark), URL: "http://" + t.r.hooks.addr + filesPath + q.Mark}
		if t.rng.IntN(2) == 0 {
			if file.URL, file.MediaID = "", t.r.bring(ctx, t.chat.Line, q.Mark, body); file.MediaID == "" {
				return
			}
		}
		r.Attachments = append(r.Attachments, file)
	}
	if t.rng.IntN(2) == 0 {
		r.Caption = fmt.Sprintf("Ваш договор <%s>", c.q.Mark)
	}
	c.params = r
	if len(c.parts) > 0 {
		t.r.ledger.write(func(*judge.Records) { t.r.calls[r.Key] = &c })
	}
	t.r.insist(ctx, t.host(), t.rng, c)
}

// bring uploads a file, again and again until it has its id; "" when ctx ends.
func (r *run) bring(ctx context.Context, line schema.LineID, name string, body []byte) schema.MediaID {
	for r.alive(ctx) {
		var out schema.MediaGetResult
		if r.upload(ctx, line, name, body, &out) == nil {
			return out.ID
		}
		wait(ctx, 50*time.Millisecond)
	}
	return ""
}

func (r *run) upload(ctx context.Context, line schema.LineID, name string, body []byte, out any) error {
	bound, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	query := url.Values{"line": {string(line)}, "name": {name + ".txt"}}
	req, err := http.NewRequestWithContext(bound, http.MethodPost, "http://"+r.addr+"/media?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("Authorization", "Bearer "+r.token)
	res, err := web.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("upload: %s %s", res.Status, strings.TrimSpace(string(text)))
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// readParts are the answers to the later files of a call.
func readParts(c call, raw json.RawMessage) (list []judge.Answer) {
	var out struct{ Messages []json.RawMessage }
	if len(c.parts) == 0 || json.Unmarshal(raw, &out) != nil || len(out.Messages) != len(c.parts)+1 {
		return nil
	}
	for i, part := range c.parts {
		a, err := read(part, out.Messages[i+1])
		if err != nil {
			return nil
		}
		list = append(list, a)
	}
	return list
}

// lookUpParts asks for the later files of a call that is known, by calling again.
func (r *run) lookUpParts(ctx context.Context, c call) (map[schema.Key]judge.Answer, error) {
	for tries := 0; ; tries++ {
		var raw json.RawMessage
		err := r.post(ctx, c.method, c.params, &raw)
		if err == nil {
			kept := map[schema.Key]judge.Answer{}
			for i, a := range readParts(c, raw) {
				kept[c.parts[i].Key] = a
			}
			return kept, nil
		}
		if tries == 50 || ctx.Err() != nil {
			return nil, err
		}
		wait(ctx, 100*time.Millisecond)
	}
}
