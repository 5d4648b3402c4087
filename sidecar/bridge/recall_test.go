package bridge_test

import (
	"bytes"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// What was sent is found by its WhatsApp id in the next life too, with the chat
// that alone may have it again.
func TestASentMessageIsRecalled(t *testing.T) {
	r := linkedRig(t, quick)
	got, err := r.text("k1", anna, "Привет")
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.net.Encode(bridge.Content{Body: "Привет"})
	if err != nil {
		t.Fatal(err)
	}
	r = r.restart(quick)
	payload, chat, err := r.Recall(t.Context(), theLine, got.MessageID)
	if err != nil || !bytes.Equal(payload, want) || chat.Phone != anna {
		t.Errorf("recalled %q for %+v, %v", payload, chat, err)
	}
	for line, id := range map[schema.LineID]schema.MessageID{theLine: "3EB0FFFF", "other": got.MessageID} {
		if payload, _, err := r.Recall(t.Context(), line, id); err != nil || payload != nil {
			t.Errorf("%s on %s: %q, %v", id, line, payload, err)
		}
	}
}
