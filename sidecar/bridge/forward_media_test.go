package bridge_test

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// wantForwarded says how a message to Boris must have gone.
func (r *rig) wantForwarded(key schema.Key, want uploaded) {
	r.t.Helper()
	r.isSent(key)
	id := r.message(key).MessageID
	for _, out := range r.net.sent() {
		if out.ID == id {
			if got := payloadOf(r.t, out); got != want || out.To != lidOf(boris) {
				r.t.Errorf("%s went to %s as %+v, want %+v", key, out.To, got, want)
			}
			return
		}
	}
	r.t.Errorf("%s did not go", key)
}

func TestAFileIsForwardedWhileItIsUploaded(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	uploading := make(chan struct{})
	r.net.set(func(n *network) { n.holdUploads = uploading })
	// As a document it has its caption, however long its link takes.
	got, err := r.SendMedia(t.Context(), admin, schema.SendMediaRequest{Line: theLine, Key: "k1", Chat: anna, Caption: "Смотрите",
		As: schema.AsDocument, Attachments: []schema.Attachment{{URL: from.url + "/5", Title: "Счёт"}}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the upload", func() bool {
		r.net.mu.Lock()
		defer r.net.mu.Unlock()
		return len(r.net.uploads) == 1
	})
	before := from.times("/5")
	f, err := r.forward("f1", boris, asRef(t, got))
	if err != nil || f.Status != schema.StatusQueued || f.WaitsFor == nil || f.WaitsFor.Kind != schema.WaitFile {
		t.Fatalf("%+v, %v", f, err)
	}
	from.answers("/5", 404) // it is here: nobody asks for it again
	close(uploading)
	r.isSent("k1")
	r.wantForwarded("f1", uploaded{Caption: "Смотрите", As: schema.AsDocument, Name: "Счёт.pdf", Kind: schema.ContentDocument, Bytes: "%PDF-1.7 /5", Forwarded: true})
	if n := from.times("/5"); n != before {
		t.Errorf("the file was fetched again: %d times", n)
	}
}

func TestAFileIsForwardedWhileItIsFetched(t *testing.T) {
	r, from := linkedRig(t, brisk), newSource(t)
	got := r.sendMedia("k1", "", links(from.url+"/slow.pdf")...)
	if _, err := r.forward("f1", boris, asRef(t, got)); err != nil {
		t.Fatal(err)
	}
	from.release()
	r.isSent("k1")
	r.wantForwarded("f1", uploaded{Name: "slow.pdf", Kind: schema.ContentDocument, Bytes: "%PDF-1.7 slow", Forwarded: true})
}
