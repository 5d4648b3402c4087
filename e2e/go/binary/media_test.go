package binary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
)

// mediaWorld fetches files from this machine.
func mediaWorld(t *testing.T) *world {
	t.Helper()
	w := sandboxOnly(t)
	w.flags = []string{"--media-from", "127.0.0.1"}
	w.start()
	w.must("line.create", schema.LineCreateRequest{ID: clinic, Name: "Clinic"}, nil)
	w.link(clinic, w.owner)
	return w
}

// files serves a body for every address, and counts how often.
func files(t *testing.T, body []byte) (base string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// fileOn is what a message's file holds on the customer's phone.
func (w *world) fileOn(id schema.MessageID) []byte {
	w.t.Helper()
	res, err := http.Get(fmt.Sprintf("http://%s/api/phones/%s/chats/%s/files/%s", w.sandbox, strings.TrimPrefix(w.customer, "+"), strings.TrimPrefix(w.owner, "+"), id))
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s %s %v", res.Status, body, err)
	}
	return body
}

func TestFilesByLinkAndUploadedReachThePhone(t *testing.T) {
	w := mediaWorld(t)
	body := append([]byte("%PDF-1.7 "), bytes.Repeat([]byte("x"), 300_000)...)
	base, _ := files(t, body)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.sidecar+"/media?line="+string(clinic)+"&name="+url.QueryEscape("Скан.pdf"), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.admin)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var kept schema.MediaGetResult
	w.read(res, &kept)
	if res.StatusCode != http.StatusCreated || kept.Name != "Скан.pdf" || kept.Size != int64(len(body)) || !kept.Sandbox {
		t.Fatalf("%s: %+v", res.Status, kept)
	}
	var sent schema.SendMediaResult
	w.must("message.send", schema.SendRequest{Line: clinic, Key: key(), Chat: w.customer, Text: "Вот счёт и скан",
		Attachments: []schema.Attachment{{URL: base + "/счёт.pdf"}, {MediaID: kept.ID}}}, &sent)
	if len(sent.Messages) != 2 || sent.Error != nil || sent.Messages[1].Error != nil {
		t.Fatalf("%+v", sent)
	}
	for i, want := range []string{"Вот счёт и скан", ""} {
		id := sent.Messages[i].MessageID
		if m := w.question(id); m.Kind != "file" || m.Body != want {
			t.Errorf("%+v", m)
		}
		if got := w.fileOn(id); !bytes.Equal(got, body) {
			t.Errorf("file %d has %d bytes", i, len(got))
		}
	}
	// A link inside the private network is refused, whatever it is written as.
	err = w.call("message.sendMedia", schema.SendMediaRequest{Line: clinic, Key: key(), Chat: w.customer, Attachments: []schema.Attachment{{URL: "http://169.254.169.254/"}}}, nil)
	if e, ok := err.(*rpcError); !ok || e.Data.Code != schema.CodeFileRefused || e.Data.Field != "attachments[0].url" {
		t.Errorf("%v", err)
	}
}

// The sidecar is killed while a file is on its way to WhatsApp; its message
// arrives once, and the file is not fetched a second time.
func TestAKilledUploadLosesAndDoublesNothing(t *testing.T) {
	w := mediaWorld(t)
	body := bytes.Repeat([]byte("slow file "), 2000)
	base, asked := files(t, body)
	var set []struct {
		ID   int
		Hits int
	}
	w.sandboxPost("/api/faults", map[string]any{"preset": "slow_upload"}, &struct{}{})
	var sent schema.SendMediaResult
	go func() {
		_ = w.call("message.sendMedia", schema.SendMediaRequest{Line: clinic, Key: "file-1", Chat: w.customer, Attachments: []schema.Attachment{{URL: base + "/a.txt"}}}, &sent)
	}()
	wait.Until(t, "the upload's beginning", func() bool {
		var out struct{ Faults json.RawMessage }
		w.phoneGet("/api/faults", &out)
		return json.Unmarshal(out.Faults, &set) == nil && len(set) == 1 && set[0].Hits > 0
	})
	w.serve.kill()
	if n := len(w.received()); n != 0 {
		t.Fatalf("%d messages are there", n)
	}
	w.start()
	var now schema.SendResult
	wait.Until(t, "the message sent", func() bool {
		w.must("message.get", schema.MessageGetRequest{Line: clinic, Key: "file-1"}, &now)
		return now.Status == schema.StatusSent || now.Status == schema.StatusDelivered
	})
	w.question(now.MessageID)
	if n := len(w.received()); n != 1 || w.repeats() != 0 {
		t.Errorf("%d messages, %d repeats", n, w.repeats())
	}
	if got := w.fileOn(now.MessageID); !bytes.Equal(got, body) || asked.Load() != 1 {
		t.Errorf("%d bytes; the link was asked %d times", len(got), asked.Load())
	}
}

func TestACustomersFileHasALink(t *testing.T) {
	w := mediaWorld(t)
	body := bytes.Repeat([]byte("снимок "), 5000)
	res, err := http.Post("http://"+w.sandbox+"/api/phones/"+strings.TrimPrefix(w.customer, "+")+"/files?to="+url.QueryEscape(w.owner)+"&name="+url.QueryEscape("Анализ.pdf")+"&caption="+url.QueryEscape("Мой анализ"),
		"application/pdf", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	w.read(res, nil)
	var media *schema.Media
	wait.Until(t, "the event", func() bool {
		var out schema.EventListResult
		w.must("event.list", schema.EventListRequest{Line: clinic, Count: 200}, &out)
		for _, e := range out.Events {
			if e.Message != nil && e.Message.Text == "Мой анализ" {
				media = e.Message.Media
			}
		}
		return media != nil
	})
	if media.Kind != schema.ContentDocument || media.Name != "Анализ.pdf" || media.Size != int64(len(body)) || !strings.HasPrefix(media.URL, "http://"+w.sidecar+"/media/clinic/") {
		t.Fatalf("%+v", media)
	}
	get := func(link string, header ...string) (*http.Response, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		got, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, got
	}
	res, got := get(media.URL)
	if res.StatusCode != http.StatusOK || !bytes.Equal(got, body) || res.Header.Get("Content-Type") != "application/pdf" ||
		!strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename*=utf-8''") {
		t.Errorf("%s, %d bytes, %v", res.Status, len(got), res.Header)
	}
	if res, got := get(media.URL, "Range", "bytes=0-5"); res.StatusCode != http.StatusPartialContent || len(got) != 6 {
		t.Errorf("a part: %s, %d bytes", res.Status, len(got))
	}
	for _, bad := range []string{strings.Replace(media.URL, "sig=", "sig=x", 1), strings.SplitN(media.URL, "?", 2)[0], strings.Replace(media.URL, "/clinic/", "/other/", 1)} {
		if res, _ := get(bad); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", bad, res.Status)
		}
	}
}

// A broadcast of one file goes to WhatsApp once, whichever way the file came here.
func TestABroadcastUploadsItsFileOnce(t *testing.T) {
	w := mediaWorld(t)
	body := append([]byte("%PDF-1.7 "), bytes.Repeat([]byte("x"), 50_000)...)
	base, _ := files(t, body)
	sent := map[string]schema.Key{}
	for i := range 4 {
		phone := fmt.Sprintf("+7912555%04d", i)
		w.sandboxPost("/api/phones", map[string]string{"phone": phone, "name": "Customer"}, nil)
		sent[phone] = key()
		w.must("message.sendMedia", schema.SendMediaRequest{Line: clinic, Key: sent[phone], Chat: phone, Priority: schema.PriorityBroadcast,
			Attachments: []schema.Attachment{{URL: fmt.Sprintf("%s/prices.pdf?for=%d", base, i)}}}, nil)
	}
	for phone, k := range sent {
		var m schema.SendResult
		wait.Until(t, "the delivery", func() bool {
			w.must("message.get", schema.MessageGetRequest{Line: clinic, Key: k}, &m)
			return m.Status == schema.StatusDelivered
		})
		w.customer = phone
		if got := w.fileOn(m.MessageID); !bytes.Equal(got, body) {
			t.Errorf("%s has %d bytes", phone, len(got))
		}
	}
	var stats struct{ Uploads int }
	w.phoneGet("/api/stats", &stats)
	if stats.Uploads != 1 {
		t.Errorf("%d uploads", stats.Uploads)
	}
}
