package line_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// onDisk writes a file for an upload.
func onDisk(t testing.TB, body []byte) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// upload uploads a file for a phone and gives its message.
func (r *rig) upload(to *sandbox.Phone, c bridge.Content, f bridge.File, body []byte) (bridge.Outgoing, error) {
	r.t.Helper()
	f.Size = int64(len(body))
	payload, err := r.Upload(r.t.Context(), north, c, f, onDisk(r.t, body))
	return bridge.Outgoing{ID: mint(), To: jidOf(to), Payload: payload}, err
}

func isID(id schema.MessageID) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return m.ID == string(id) }
}

func TestEveryKindOfFileIsOnThePhone(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	body := bytes.Repeat([]byte("a file's bytes "), 9000)
	document := &bridge.Media{As: schema.AsDocument}
	for _, c := range []struct {
		kind    schema.ContentKind
		mime    string
		name    string
		caption string
		as      *bridge.Media
		shown   string
	}{
		{schema.ContentImage, "image/png", "a.png", "Смотрите", &bridge.Media{}, "image"},
		{schema.ContentVideo, "video/mp4", "a.mp4", "Видео", &bridge.Media{}, "video"},
		{schema.ContentAudio, "audio/mpeg", "a.mp3", "", &bridge.Media{}, "audio"},
		{schema.ContentVoice, "audio/ogg; codecs=opus", "a.ogg", "", &bridge.Media{}, "voice"},
		{schema.ContentSticker, "image/webp", "a.webp", "", &bridge.Media{}, "sticker"},
		{schema.ContentDocument, "application/pdf", "Счёт.pdf", "", &bridge.Media{}, "document"},
		{schema.ContentImage, "image/png", "Скан.png", "Как есть", document, "document"},
	} {
		out, err := r.upload(customer, bridge.Content{Body: c.caption, Media: c.as}, bridge.File{Kind: c.kind, Mime: c.mime, Name: c.name, Seconds: 7, Width: 512, Height: 256}, body)
		if err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		r.goes(out)
		m := shown(t, customer, string(c.kind), isID(out.ID))
		if m.File == nil || m.File.Kind != c.shown || m.File.Mime != c.mime || m.Body != c.caption || !m.Visible || m.Note != "" {
			t.Errorf("%s is shown as %+v with %+v", c.kind, m, m.File)
			continue
		}
		plays := c.shown == "voice" || c.shown == "audio" || c.shown == "video"
		drawn := c.shown == "image" || c.shown == "sticker" || c.shown == "video"
		if c.shown == "document" && m.File.Name != c.name || plays && m.File.Seconds != 7 || drawn && (m.File.Width != 512 || m.File.Height != 256) {
			t.Errorf("%s: %+v", c.kind, m.File)
		}
		if got, _, err := customer.File(owner.Number(), m.ID); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: the phone has %d bytes, %v", c.kind, len(got), err)
		}
	}
}

func TestAFileQuotes(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	id, err := customer.Text(owner.Number(), "Пришлите счёт")
	if err != nil {
		t.Fatal(err)
	}
	in := r.inbox.text(t, "Пришлите счёт")
	out, err := r.upload(customer, bridge.Content{Body: "Вот", Media: &bridge.Media{}, Quote: &bridge.Quote{ID: in.ID, From: jidOf(customer), Text: in.Text}},
		bridge.File{Kind: schema.ContentDocument, Mime: "application/pdf", Name: "a.pdf"}, []byte("%PDF-1.7"))
	if err != nil {
		t.Fatal(err)
	}
	r.goes(out)
	if m := shown(t, customer, "the file", isID(out.ID)); m.Quoted == nil || m.Quoted.ID != id || m.Note != "" {
		t.Errorf("%+v", m)
	}
}

// What is forwarded before its own upload has ended is uploaded with the mark.
func TestAForwardedUploadIsMarked(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	for kind, as := range map[schema.ContentKind]schema.SendAs{schema.ContentImage: schema.AsMedia, schema.ContentDocument: schema.AsDocument} {
		content := bridge.Content{Body: "Смотрите", Media: &bridge.Media{As: as}, Forwarded: &bridge.Forwarded{}}
		out, err := r.upload(customer, content, bridge.File{Kind: kind, Mime: "image/png", Name: "a.png"}, []byte("bytes"))
		if err != nil {
			t.Fatal(err)
		}
		r.goes(out)
		if m := shown(t, customer, "the file", isID(out.ID)); !m.Forwarded || m.Body != "Смотрите" {
			t.Errorf("%s: %+v", kind, m)
		}
	}
}

func TestUploadsThatFail(t *testing.T) {
	r, _, customer, _, _ := pair(t)
	file := bridge.File{Kind: schema.ContentImage, Mime: "image/png"}
	for _, c := range []struct {
		fault  sandbox.Fault
		server int
		retry  bool
	}{
		{sandbox.Fault{Way: sandbox.Upload, Do: sandbox.FaultRefuse, Code: 410, Times: 1}, 410, true},
		{sandbox.Fault{Way: sandbox.Upload, Do: sandbox.FaultRefuse, Code: 413, Times: 1}, 413, false},
		{sandbox.Fault{Way: sandbox.Upload, Do: sandbox.FaultCutBefore, Times: 1}, 0, true},
	} {
		fault(t, c.fault)
		_, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, file, []byte("x"))
		var failed *bridge.SendError
		if !errors.As(err, &failed) || !failed.Certain || failed.Retry != c.retry || failed.Server != c.server {
			t.Errorf("%+v: %+v", c.fault, err)
		}
		// The next try goes.
		if _, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, file, []byte("x")); err != nil {
			t.Errorf("after %+v: %v", c.fault, err)
		}
	}
	r.Stop(north)
	_, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, file, []byte("x"))
	if !errors.Is(err, bridge.ErrNotLinked) {
		t.Errorf("a line that is not there: %v", err)
	}
}

// A slow upload is not in the way of other messages.
func TestTextGoesBesideASlowUpload(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	fault(t, sandbox.Fault{Way: sandbox.Upload, Do: sandbox.FaultSlow, LatencyMS: 3_600_000}) // until it is cleared
	done := make(chan error, 1)
	body := []byte("slow and steady")
	go func() {
		out, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, bridge.File{Kind: schema.ContentDocument, Mime: "text/plain", Name: "a.txt"}, body)
		if err == nil {
			_, err = r.Send(r.t.Context(), north, out)
		}
		done <- err
	}()
	wait.Until(t, "the upload's beginning", func() bool { return network.Faults()[0].Hits == 1 })
	r.send(customer, text("Текст"))
	shown(t, customer, "the text", says("Текст"))
	if m := customer.Messages(owner.Number()); len(m) != 1 {
		t.Errorf("%d messages are there before the file", len(m))
	}
	network.ClearFaults()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// received waits for a customer's file.
func received(t *testing.T, r *rig, id string) (in bridge.Incoming) {
	t.Helper()
	wait.Until(t, "the file", func() bool {
		r.inbox.mu.Lock()
		defer r.inbox.mu.Unlock()
		for _, m := range r.inbox.messages {
			if string(m.ID) == id {
				in = m
				return true
			}
		}
		return false
	})
	return in
}

// download gives what a received file holds.
func (r *rig) download(in bridge.Incoming) ([]byte, error) {
	r.t.Helper()
	to, err := os.Create(filepath.Join(r.t.TempDir(), "got"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer to.Close()
	if err := r.Download(r.t.Context(), north, in.Remote, to); err != nil {
		return nil, err
	}
	body, err := os.ReadFile(to.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	return body, nil
}

func TestFilesOfCustomers(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	body := bytes.Repeat([]byte("picture"), 3000)
	for _, c := range []struct {
		name, mime, caption string
		kind                schema.ContentKind
	}{
		{"", "image/jpeg", "Чек", schema.ContentImage},
		{"", "video/mp4", "", schema.ContentVideo},
		{"", "audio/ogg; codecs=opus", "", schema.ContentVoice},
		{"", "audio/mpeg", "", schema.ContentAudio},
		{"", "image/webp", "", schema.ContentSticker},
		{"Справка.pdf", "application/pdf", "", schema.ContentDocument},
		{"Справка 2.pdf", "application/pdf", "С подписью", schema.ContentDocument},
	} {
		id, err := customer.SendFile(owner.Number(), c.name, c.mime, c.caption, body)
		if err != nil {
			t.Fatal(err)
		}
		in := received(t, r, id)
		if in.Kind != c.kind || in.Text != c.caption || in.File == nil || in.File.Kind != c.kind || in.File.Mime != c.mime || in.File.Name != c.name || in.File.Size != int64(len(body)) {
			t.Errorf("%s came as %+v with %+v", c.mime, in, in.File)
			continue
		}
		if got, err := r.download(in); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: %d bytes, %v", c.mime, len(got), err)
		}
	}
}

// What WhatsApp has thrown away the line's own phone uploads again.
func TestAFileThatIsGoneIsAskedForAtThePhone(t *testing.T) {
	times := timing()
	r := newRig(t, times)
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	r.link(north, owner)
	id, err := customer.SendFile(owner.Number(), "a.pdf", "application/pdf", "", []byte("%PDF-1.7 again"))
	if err != nil {
		t.Fatal(err)
	}
	in := received(t, r, id)
	shown(t, owner, "the file", func(m sandbox.Message) bool { return m.ID == id })
	fault(t, sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 410, Times: 1})
	if got, err := r.download(in); err != nil || !strings.HasSuffix(string(got), "again") {
		t.Errorf("%q, %v", got, err)
	}
	// Neither has it.
	fault(t, sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 410})
	if _, err := r.download(in); !errors.Is(err, bridge.ErrMediaGone) {
		t.Errorf("%v", err)
	}
}

// A phone that is off does not hold a download up for ever.
func TestAPhoneThatIsOffCannotUploadAgain(t *testing.T) {
	times := timing()
	times.Reupload = 100 * time.Millisecond
	r := newRig(t, times)
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	r.link(north, owner)
	id, err := customer.SendFile(owner.Number(), "a.pdf", "application/pdf", "", []byte("%PDF-1.7"))
	if err != nil {
		t.Fatal(err)
	}
	in := received(t, r, id)
	owner.SetOnline(false)
	fault(t, sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 410, Times: 1})
	if _, err := r.download(in); !errors.Is(err, bridge.ErrMediaGone) {
		t.Errorf("%v", err)
	}
}

// sum names a content as the store of files does.
func sum(body []byte) string {
	s := sha256.Sum256(body)
	return hex.EncodeToString(s[:])
}

// opens sends an uploaded file and has the customer open it.
func (r *rig) opens(owner, customer *sandbox.Phone, out bridge.Outgoing, body []byte) {
	r.t.Helper()
	r.goes(out)
	shown(r.t, customer, "the file", isID(out.ID))
	if got, _, err := customer.File(owner.Number(), string(out.ID)); err != nil || !bytes.Equal(got, body) {
		r.t.Errorf("the phone has %d bytes, %v", len(got), err)
	}
}

// One file to many chats goes to WhatsApp once, however many messages are made ready at
// a time; each of its kinds is sealed apart.
func TestAFileIsUploadedOnceForAllItsMessages(t *testing.T) {
	r, owner, customer, _, _ := pair(t)
	body := []byte("%PDF-1.7 for everybody")
	file := bridge.File{Sum: sum(body), Kind: schema.ContentImage, Mime: "image/png", Name: "a.png"}
	before := network.Stats().Uploads
	outs := make([]bridge.Outgoing, 8)
	var all sync.WaitGroup
	for i := range outs {
		all.Go(func() {
			var err error
			if outs[i], err = r.upload(customer, bridge.Content{Body: fmt.Sprint(i), Media: &bridge.Media{}}, file, body); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := network.Stats().Uploads - before; n != 1 || t.Failed() {
		t.Fatalf("%d uploads", n)
	}
	r.opens(owner, customer, outs[0], body)
	r.opens(owner, customer, outs[7], body)
	out, err := r.upload(customer, bridge.Content{Media: &bridge.Media{As: schema.AsDocument}}, file, body)
	if err != nil {
		t.Fatal(err)
	}
	r.opens(owner, customer, out, body)
	if n := network.Stats().Uploads - before; n != 2 {
		t.Errorf("%d uploads", n)
	}
}

// An upload that WhatsApp does not have any more is made anew; trouble on the way to
// it is no word that it is gone. One that failed is not kept.
func TestAnUploadThatIsGoneIsMadeAnew(t *testing.T) {
	times := timing()
	times.Recheck = time.Nanosecond
	r := newRig(t, times)
	owner, customer := phone(t, "North Clinic"), phone(t, "Анна")
	r.link(north, owner)
	body := []byte("%PDF-1.7 for later")
	file := bridge.File{Sum: sum(body), Kind: schema.ContentDocument, Mime: "application/pdf", Name: "a.pdf"}
	before := network.Stats().Uploads
	fault(t, sandbox.Fault{Way: sandbox.Upload, Do: sandbox.FaultRefuse, Code: 410, Times: 1})
	if _, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, file, body); err == nil {
		t.Fatal("a refused upload went")
	}
	for _, c := range []struct {
		name    string
		trouble *sandbox.Fault
		uploads int64
	}{
		{"the first", nil, 1},
		{"it is there", nil, 1},
		{"the host is in trouble", &sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 503, Times: 1}, 1},
		{"the connection is cut", &sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultCutBefore, Times: 1}, 1},
		{"gone", &sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 410, Times: 1}, 2},
		{"not found", &sandbox.Fault{Way: sandbox.Download, Do: sandbox.FaultRefuse, Code: 404, Times: 1}, 3},
	} {
		if c.trouble != nil {
			fault(t, *c.trouble)
		}
		out, err := r.upload(customer, bridge.Content{Media: &bridge.Media{}}, file, body)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if n := network.Stats().Uploads - before; n != c.uploads {
			t.Errorf("%s: %d uploads, want %d", c.name, n, c.uploads)
		}
		network.ClearFaults()
		r.opens(owner, customer, out, body)
	}
}
