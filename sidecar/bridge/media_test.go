package bridge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// source is a host of files, with one that waits and one that can be told to fail.
type source struct {
	url  string
	hold chan struct{} // /slow.pdf waits until it is closed

	mu     sync.Mutex
	status map[string]int // what a path answers; absent: its file
	asked  map[string]int
	left   map[string]int // how often a waiting call went away
}

func newSource(t testing.TB) *source {
	t.Helper()
	s := &source{hold: make(chan struct{}), status: map[string]int{}, asked: map[string]int{}, left: map[string]int{}}
	var pixels bytes.Buffer
	if err := png.Encode(&pixels, image.NewRGBA(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path]++
		status := s.status[r.URL.Path]
		s.mu.Unlock()
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		switch r.URL.Path {
		case "/photo.png":
			_, _ = w.Write(pixels.Bytes())
		case "/voice.ogg":
			_, _ = io.WriteString(w, "OggS\x00\x02"+strings.Repeat("\x00", 20)+"\x01\x13OpusHead")
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/page":
			_, _ = io.WriteString(w, "<html><body>share</body></html>")
		case "/late.png":
			w.Header().Set("Content-Length", fmt.Sprint(pixels.Len()+9000))
			_, _ = w.Write(append(bytes.Clone(pixels.Bytes()), make([]byte, 5000)...))
			w.(http.Flusher).Flush()
			s.wait(r)
			_, _ = w.Write(make([]byte, 4000))
		case "/slow.pdf":
			s.wait(r)
			_, _ = io.WriteString(w, "%PDF-1.7 slow")
		default:
			_, _ = io.WriteString(w, "%PDF-1.7 "+r.URL.Path)
		}
	}))
	s.url = server.URL
	t.Cleanup(func() {
		s.release()
		server.Close()
	})
	return s
}

func (s *source) wait(r *http.Request) {
	select {
	case <-s.hold:
	case <-r.Context().Done():
		s.mu.Lock()
		s.left[r.URL.Path]++
		s.mu.Unlock()
	}
}

func (s *source) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.hold:
	default:
		close(s.hold)
	}
}

func (s *source) answers(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status[path] = status
}

func (s *source) times(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// brisk has calls wait for links only a little.
var brisk = bridge.Timing{FirstTry: 100 * time.Millisecond, RetryMin: time.Millisecond, RetryMax: 4 * time.Millisecond, ReceiptWait: 5 * time.Millisecond}

func links(list ...string) (out []schema.Attachment) {
	for _, l := range list {
		out = append(out, schema.Attachment{URL: l})
	}
	return out
}

func (r *rig) sendMedia(key schema.Key, caption string, list ...schema.Attachment) schema.SendMediaResult {
	r.t.Helper()
	got, err := r.SendMedia(r.ctx(), admin, schema.SendMediaRequest{Line: theLine, Key: key, Chat: anna, Attachments: list, Caption: caption})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func payloadOf(t testing.TB, out bridge.Outgoing) (u uploaded) {
	t.Helper()
	if err := json.Unmarshal(out.Payload, &u); err != nil {
		t.Fatalf("%s: %v", out.Payload, err)
	}
	return u
}

func (r *rig) isSent(keys ...schema.Key) {
	r.t.Helper()
	for _, key := range keys {
		eventually(r.t, string(key)+" sent", func() bool { return r.message(key).Status == schema.StatusSent })
	}
}

func TestFilesAreMessagesInTheirOrder(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	got := r.sendMedia("k1", "Смотрите", append(links(from.url+"/photo.png"), schema.Attachment{URL: from.url + "/5", Title: "Счёт"})...)
	if got.Status != schema.StatusSent || got.Key != "k1" || len(got.Messages) != 2 || got.Messages[1].Key != "k1#2" || got.Messages[1].MessageID == got.MessageID {
		t.Fatalf("%+v", got)
	}
	sent := r.net.sent()
	first, second := payloadOf(t, sent[0]), payloadOf(t, sent[1])
	if first.Kind != schema.ContentImage || first.Caption != "Смотрите" || first.Name != "photo.png" {
		t.Errorf("%+v", first)
	}
	if second.Kind != schema.ContentDocument || second.Caption != "" || second.Name != "Счёт.pdf" || second.Bytes != "%PDF-1.7 /5" {
		t.Errorf("%+v", second)
	}
	// The same key is the same messages; nothing is fetched, nothing sent.
	again := r.sendMedia("k1", "Смотрите", append(links(from.url+"/photo.png"), schema.Attachment{URL: from.url + "/5", Title: "Счёт"})...)
	if len(again.Messages) != 2 || again.Messages[1].MessageID != got.Messages[1].MessageID || len(r.net.sent()) != 2 || from.times("/5") != 1 {
		t.Errorf("%+v", again)
	}
	_, err := r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Attachments: links(from.url + "/6")})
	wantCode(t, err, schema.CodeConflict)
}

// What the customer's phone opens a file with is its name's ending.
func TestAFilesNameOpensIt(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	for i, c := range []struct{ path, title, want string }{
		{"/get.php?id=7", "", "get.php.pdf"},
		{"/get.php", "Счёт", "Счёт.pdf"},
		{"/5", "Счёт от 05.11.2026", "Счёт от 05.11.2026.pdf"},
		{"/5.PDF", "Счёт", "Счёт.PDF"},
		{"/5", "Счёт.Pdf", "Счёт.Pdf"},
		{"/photo.png", "Фото.jpeg", "Фото.jpeg.png"},
	} {
		r.sendMedia(schema.Key("k"+string(rune('a'+i))), "", schema.Attachment{URL: from.url + c.path, Title: c.title})
		if u := payloadOf(t, r.net.sent()[i]); u.Name != c.want {
			t.Errorf("%s titled %q is called %q, want %q", c.path, c.title, u.Name, c.want)
		}
	}
}

func TestALinkThatGivesNoFileRefusesTheWholeRequest(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	from.answers("/gone.pdf", 404)
	host := strings.TrimPrefix(from.url, "http://")
	for _, c := range []struct {
		link string
		code schema.Code
		hint string
	}{
		{from.url + "/gone.pdf", schema.CodeFileUnavailable, host + " answered 404."},
		{from.url + "/page", schema.CodeFileIsPage, host},
		{"http://169.254.169.254/latest", schema.CodeFileRefused, "--media-from"},
		{"ftp://127.0.0.1/x", schema.CodeFileRefused, "--media-from"},
	} {
		_, err := r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Attachments: links(from.url+"/photo.png", c.link)})
		if e := wantCode(t, err, c.code); e.Field != "attachments[1].url" || !strings.Contains(e.Hint, c.hint) || strings.Contains(e.Hint, "latest") {
			t.Errorf("%s: %+v", c.link, e)
		}
	}
	for _, bad := range [][]schema.Attachment{{{}}, {{URL: from.url, MediaID: "med_1"}}} {
		_, err := r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Attachments: bad})
		wantCode(t, err, schema.CodeInvalidRequest)
	}
	_, err := r.MessageGet(t.Context(), admin, schema.MessageGetRequest{Line: theLine, Key: "k1"})
	wantCode(t, err, schema.CodeMessageNotFound)
	if len(r.net.sent()) != 0 {
		t.Error("something was sent")
	}
}

func TestTextIsACaptionWhereItCanBe(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	long := strings.Repeat("я", schema.CaptionMax+1)
	send := func(key schema.Key, req schema.SendRequest) []bridge.Outgoing {
		t.Helper()
		before := len(r.net.sent())
		req.Line, req.Key, req.Chat = theLine, key, anna
		got, err := r.SendMessage(t.Context(), admin, req)
		if err != nil || got.Status != schema.StatusSent {
			t.Fatalf("%+v, %v", got, err)
		}
		r.isSent(got.Messages[len(got.Messages)-1].Key)
		return r.net.sent()[before:]
	}
	if sent := send("k1", schema.SendRequest{Text: "Вот", Attachments: links(from.url + "/photo.png")}); len(sent) != 1 || payloadOf(t, sent[0]).Caption != "Вот" {
		t.Errorf("a picture: %+v", sent)
	}
	if sent := send("k2", schema.SendRequest{Text: "Вот", Attachments: links(from.url + "/voice.ogg")}); len(sent) != 2 ||
		!strings.Contains(string(sent[0].Payload), `"Body":"Вот"`) || payloadOf(t, sent[1]).Kind != schema.ContentVoice || payloadOf(t, sent[1]).Caption != "" {
		t.Errorf("a voice note: %+v", sent)
	}
	if sent := send("k3", schema.SendRequest{Text: "Вот", As: schema.AsDocument, Attachments: links(from.url + "/voice.ogg")}); len(sent) != 1 || payloadOf(t, sent[0]).As != schema.AsDocument {
		t.Errorf("a voice note as a document: %+v", sent)
	}
	if sent := send("k4", schema.SendRequest{Text: long, Attachments: links(from.url + "/photo.png")}); len(sent) != 2 {
		t.Errorf("a long text: %+v", sent)
	}
	if sent := send("k5", schema.SendRequest{Text: "Только текст"}); len(sent) != 1 || !strings.Contains(string(sent[0].Payload), `"Body":"Только текст"`) {
		t.Errorf("text alone: %+v", sent)
	}
	if sent := send("k6", schema.SendRequest{Attachments: links(from.url + "/photo.png")}); len(sent) != 1 || payloadOf(t, sent[0]).Caption != "" {
		t.Errorf("a file alone: %+v", sent)
	}
	if sent := send("k8", schema.SendRequest{Text: " \n", Attachments: links(from.url + "/photo.png")}); len(sent) != 1 || payloadOf(t, sent[0]).Caption != "" {
		t.Errorf("white space beside a picture: %+v", sent)
	}
	if sent := send("k9", schema.SendRequest{Text: " ", Attachments: links(from.url + "/voice.ogg")}); len(sent) != 1 {
		t.Errorf("white space beside a voice note: %+v", sent)
	}
	_, err := r.SendMessage(t.Context(), admin, schema.SendRequest{Line: theLine, Key: "k7", Chat: anna, Text: " \n"})
	if e := wantCode(t, err, schema.CodeInvalidRequest); e.Issues[0].Field != "text" {
		t.Errorf("%+v", e)
	}
}

// However many messages a call makes, it returns in the time of one.
func TestPartsShareTheTimeOfOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := linkedRig(t, bridge.Timing{})
		var list []schema.Attachment
		for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
			up, err := r.MediaUpload(t.Context(), admin, theLine, name, "", strings.NewReader(name))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, schema.Attachment{MediaID: up.ID})
		}
		r.net.report(theLine, schema.LineReconnecting, "acc:1")
		start := time.Now()
		got := r.sendMedia("k1", "", list...)
		if waited := time.Since(start); waited != 5*time.Second || len(got.Messages) != 3 || got.Messages[2].Status != schema.StatusQueued {
			t.Errorf("%d messages took %v, want 3 in 5 s", len(got.Messages), waited)
		}
	})
}

// A file that takes long holds up its own chat and no other.
func TestAChatWaitsForItsFile(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	got := r.sendMedia("k1", "", links(from.url+"/slow.pdf")...)
	if got.Status != schema.StatusQueued || got.WaitsFor == nil || got.WaitsFor.Kind != schema.WaitFile {
		t.Fatalf("%+v", got)
	}
	if _, err := r.text("k2", anna, "После файла"); err != nil {
		t.Fatal(err)
	}
	if other, err := r.text("k3", boris, "Другому"); err != nil || other.Status != schema.StatusSent {
		t.Fatalf("%+v, %v", other, err)
	}
	if after := r.message("k2"); after.WaitsFor == nil || after.WaitsFor.Kind != schema.WaitEarlier {
		t.Errorf("%+v", after)
	}
	from.release()
	r.isSent("k1", "k2")
	sent := r.net.sent()
	if len(sent) != 3 || payloadOf(t, sent[1]).Bytes != "%PDF-1.7 slow" {
		t.Errorf("%d sent", len(sent))
	}
}

// By its first bytes a file is known, long before all of it is here.
func TestWhatBeginsToComeIsKnown(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	got := r.sendMedia("k1", "Подпись", links(from.url+"/late.png")...)
	if len(got.Messages) != 1 {
		t.Fatalf("%+v", got)
	}
	eventually(t, "progress", func() bool {
		w := r.message("k1").WaitsFor
		return w != nil && strings.HasSuffix(w.Text, "of 0.0 MB.")
	})
	from.release()
	r.isSent("k1")
	if u := payloadOf(t, r.net.sent()[0]); u.Caption != "Подпись" {
		t.Errorf("%+v", u)
	}
	// Of one that has not begun nothing is known: the text goes first.
	from2 := newSource(t)
	two := r.sendMedia("k2", "Подпись", links(from2.url+"/slow.pdf")...)
	if len(two.Messages) != 2 || two.Status != schema.StatusSent {
		t.Errorf("%+v", two)
	}
}

func TestALinkThatDiesLaterFailsItsMessageOnly(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	from.answers("/busy.pdf", 503)
	if got := r.sendMedia("k1", "", links(from.url+"/busy.pdf")...); got.Status == schema.StatusSent {
		t.Fatalf("%+v", got)
	}
	if _, err := r.text("k2", anna, "Дальше"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "failed", func() bool { return r.message("k1").Status == schema.StatusFailed })
	r.isSent("k2")
	e := r.message("k1").Error
	if e == nil || e.Code != schema.CodeFileUnavailable || e.Field != "attachments[0].url" || !strings.Contains(e.Hint, "answered 503") {
		t.Errorf("%+v", e)
	}
	if n := from.times("/busy.pdf"); n != 4 { // at once, then three tries in its turn
		t.Errorf("asked %d times", n)
	}
	events := r.events(schema.EventStatus)
	failed := events[slices.IndexFunc(events, func(e schema.Event) bool { return e.Status.Key == "k1" })]
	for lang, words := range map[schema.Lang]string{schema.English: "answered 503. ", schema.Russian: "ответил: 503. "} {
		e := bridge.Translate(failed, lang).Status.Error
		if e.Code != schema.CodeFileUnavailable || !strings.Contains(e.Hint, words) || e.Field != "attachments[0].url" {
			t.Errorf("the event in %s: %+v", lang, e)
		}
	}
}

// What is wrong with a link is said by its cause, in results as in what was stored.
func TestWhatIsWrongWithALinkIsSaid(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	host := strings.TrimPrefix(from.url, "http://")
	_, err := r.SendMedia(t.Context(), bridge.Caller{Grant: admin.Grant, Lang: schema.Russian},
		schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Attachments: links(from.url + "/round")})
	if e := wantCode(t, err, schema.CodeFileUnavailable); !strings.HasPrefix(e.Hint, host+" перенаправляет слишком много раз. ") {
		t.Errorf("%+v", e)
	}
	for trouble, words := range map[schema.FileTrouble]schema.Text{
		"":                     {En: "a.example does not answer. ", Ru: "a.example не отвечает. "},
		schema.FileNoHost:      {En: "There is no host a.example", Ru: "Хоста a.example не существует"},
		schema.FileCertificate: {En: "The certificate of a.example is not valid. ", Ru: "Сертификат a.example недействителен. "},
		schema.FileRedirects:   {En: "a.example redirects too many times. ", Ru: "a.example перенаправляет слишком много раз. "},
	} {
		event := schema.Event{Status: &schema.MessageStatusChange{Error: &schema.Error{Code: schema.CodeFileUnavailable, Link: &schema.FileLink{Host: "a.example", Trouble: trouble}}}}
		for _, lang := range []schema.Lang{schema.English, schema.Russian} {
			e := bridge.Translate(event, lang).Status.Error
			if !strings.HasPrefix(e.Hint, words.In(lang)) || e.Link.Host != "a.example" || e.Link.Trouble != trouble {
				t.Errorf("%q in %s: %+v", trouble, lang, e)
			}
		}
	}
}

func TestAnUploadIsTriedAgain(t *testing.T) {
	r, from := linkedRig(t, quick), newSource(t)
	refused := &bridge.SendError{Certain: true, Retry: true, Server: 410, Err: errors.New("gone")}
	r.net.uploading = func(n int, _ bridge.File) error {
		if n < 3 {
			return refused
		}
		return nil
	}
	if got := r.sendMedia("k1", "", links(from.url+"/a.pdf")...); got.Status != schema.StatusSent {
		t.Fatalf("%+v", got)
	}
	r.net.set(func(n *network) { n.uploading = func(int, bridge.File) error { return refused } })
	got := r.sendMedia("k2", "", links(from.url+"/b.pdf")...)
	if got.Status != schema.StatusFailed || got.Error.Code != schema.CodeRefused {
		t.Errorf("%+v", got)
	}
	never := &bridge.SendError{Certain: true, Server: 413, Err: errors.New("too large")}
	before := len(r.net.uploads)
	r.net.set(func(n *network) { n.uploading = func(int, bridge.File) error { return never } })
	if got := r.sendMedia("k3", "", links(from.url+"/c.pdf")...); got.Status != schema.StatusFailed || len(r.net.uploads) != before+1 {
		t.Errorf("%+v, %d uploads", got, len(r.net.uploads)-before)
	}
	if n := len(r.net.sent()); n != 1 {
		t.Errorf("%d sends", n)
	}
}

// The process dies at each step; the message goes once, under the id that it got.
func TestAFileSurvivesDeath(t *testing.T) {
	net := newNetwork()
	from := newSource(t)
	r := startRig(t, t.TempDir(), net, brisk)
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: theLine, Name: "Clinic", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	net.linked(theLine)
	id := r.sendMedia("k1", "", links(from.url+"/slow.pdf")...).MessageID
	r = r.kill(brisk) // while it is fetched
	uploading := make(chan struct{})
	net.set(func(n *network) { n.holdUploads = uploading })
	from.release()
	eventually(t, "an upload", func() bool {
		net.mu.Lock()
		defer net.mu.Unlock()
		return len(net.uploads) == 1
	})
	from.answers("/slow.pdf", 404) // it is here: nobody asks for it again
	r = r.kill(brisk)              // while it is uploaded
	sending := make(chan struct{})
	net.set(func(n *network) { n.hold, n.holdUploads = sending, nil })
	close(uploading) // the new life may have come to it already
	eventually(t, "a try", func() bool { return len(net.sent()) == 1 })
	r = r.kill(brisk) // while it is sent
	net.set(func(n *network) { n.hold = nil })
	close(sending)
	r.isSent("k1")
	sent := net.sent()
	for _, out := range sent {
		if out.ID != id || !bytes.Equal(out.Payload, sent[0].Payload) {
			t.Errorf("sent as %s, was promised as %s", out.ID, id)
		}
	}
	if u := payloadOf(t, sent[0]); u.Bytes != "%PDF-1.7 slow" {
		t.Errorf("%+v", u)
	}
}

func TestAFileOnItsWayCanBeTakenBack(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	r.sendMedia("k1", "", links(from.url+"/slow.pdf")...)
	got, err := r.MessageCancel(t.Context(), admin, schema.MessageCancelRequest{Line: theLine, Key: "k1"})
	if err != nil || got.Status != schema.StatusFailed || got.Error.Code != schema.CodeCancelled {
		t.Fatalf("%+v, %v", got, err)
	}
	eventually(t, "the fetch given up", func() bool { // the call's own, and that in its turn
		from.mu.Lock()
		defer from.mu.Unlock()
		return from.left["/slow.pdf"] == 2
	})
	if next, err := r.text("k2", anna, "Дальше"); err != nil || next.Status != schema.StatusSent {
		t.Errorf("%+v, %v", next, err)
	}
	two, err := r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: theLine, Key: "k3", Chat: anna, Attachments: links(from.url + "/slow.pdf"), TimeLimit: 1})
	if err != nil || two.ExpiresAt == nil {
		t.Fatalf("%+v, %v", two, err)
	}
	eventually(t, "expired", func() bool {
		m := r.message("k3")
		return m.Status == schema.StatusFailed && m.Error.Code == schema.CodeExpired
	})
	from.release()
	if next, err := r.text("k4", anna, "Дальше"); err != nil || next.Status != schema.StatusSent || len(r.net.sent()) != 2 {
		t.Errorf("%+v, %v", next, err)
	}
}

func TestAnUploadWaitsForTheLine(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	r.net.report(theLine, schema.LineReconnecting, "acc:1")
	if got := r.sendMedia("k1", "", links(from.url+"/a.pdf")...); got.Status != schema.StatusQueued || got.WaitsFor.Kind != schema.WaitLine {
		t.Fatalf("%+v", got)
	}
	r.net.linked(theLine)
	r.isSent("k1")
}

func TestAnUploadedFileIsSentByItsID(t *testing.T) {
	r := linkedRig(t, quick)
	kept, err := r.MediaUpload(t.Context(), admin, theLine, "Договор.pdf", "application/pdf", strings.NewReader("%PDF-1.7 договор"))
	if err != nil || kept.Kind != schema.ContentDocument || kept.Name != "Договор.pdf" || kept.Size == 0 {
		t.Fatalf("%+v, %v", kept, err)
	}
	if got := r.sendMedia("k1", "", schema.Attachment{MediaID: kept.ID}); got.Status != schema.StatusSent {
		t.Fatalf("%+v", got)
	}
	if u := payloadOf(t, r.net.sent()[0]); u.Bytes != "%PDF-1.7 договор" || u.Name != "Договор.pdf" {
		t.Errorf("%+v", u)
	}
	if _, err := r.LineCreate(r.ctx(), admin, schema.LineCreateRequest{ID: "other", Name: "Other", Region: "RU"}); err != nil {
		t.Fatal(err)
	}
	r.net.linked("other")
	_, err = r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: "other", Key: "k1", Chat: anna, Attachments: []schema.Attachment{{MediaID: kept.ID}}})
	if e := wantCode(t, err, schema.CodeMediaNotFound); e.Field != "attachments[0].mediaId" {
		t.Errorf("%+v", e)
	}
	_, err = r.MediaUpload(t.Context(), admin, theLine, "", "", strings.NewReader(""))
	wantCode(t, err, schema.CodeFileEmpty)
}
