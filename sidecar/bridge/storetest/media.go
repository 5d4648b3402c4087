package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func file(l schema.LineID, sum string) bridge.FileRecord {
	return bridge.FileRecord{Line: l, Created: began, Until: began.Add(time.Hour), Remote: []byte("remote"), File: bridge.File{Sum: strings.Repeat(sum, 64),
		Kind: schema.ContentImage, Mime: "image/png", Name: "Фото.png", Size: 5 << 20, Seconds: 7, Width: 640, Height: 480, Thumb: []byte{1}}}
}

func files(t *testing.T, s *suite) {
	s.put("one")
	s.put("two")
	var first bridge.FileRecord
	s.write(func(tx bridge.Tx) (err error) {
		first, err = tx.InsertFile(file("one", "a"))
		return err
	})
	if !strings.HasPrefix(string(first.ID), "med_") || len(first.ID) != 30 {
		t.Fatalf("id %q", first.ID)
	}
	read := func(line schema.LineID, want bridge.FileRecord, there bool) {
		t.Helper()
		s.read(func(v bridge.View) error {
			got, ok, err := v.File(line, first.ID)
			equal(t, "file of "+string(line), []any{got, ok}, []any{want, there})
			return err
		})
	}
	read("one", first, true)
	read("two", bridge.FileRecord{}, false)
	s.read(func(v bridge.View) error {
		got, err := v.KnownFiles([]string{first.Sum, strings.Repeat("b", 64), ""})
		equal(t, "known", got, map[string]bool{first.Sum: true, strings.Repeat("b", 64): false, "": false})
		return err
	})
	changed := first
	changed.File = bridge.File{Kind: schema.ContentVoice, Mime: "audio/ogg"}
	changed.Remote, changed.Until = nil, began.Add(time.Minute)
	s.write(func(tx bridge.Tx) error { return tx.UpdateFile(changed) })
	read("one", changed, true)
	s.write(func(tx bridge.Tx) error { return tx.DeleteLine("one") })
	read("one", bridge.FileRecord{}, false)
}

// A file stays as long as a message waits for it, however old it is.
func forgettingFiles(t *testing.T, s *suite) {
	s.put("one")
	var waited, free bridge.FileRecord
	s.write(func(tx bridge.Tx) (err error) {
		if waited, err = tx.InsertFile(file("one", "a")); err == nil {
			free, err = tx.InsertFile(file("one", "b"))
		}
		return err
	})
	m := message("one", "k1")
	m.Stage, m.File, m.Payload, m.Detail = bridge.StageUpload, waited.ID, nil, "d"
	s.insert(m)
	left := func(what string, want ...bool) {
		t.Helper()
		s.read(func(v bridge.View) error {
			_, first, err := v.File("one", waited.ID)
			_, second, err2 := v.File("one", free.ID)
			equal(t, what, []bool{first, second}, want)
			if err == nil {
				err = err2
			}
			return err
		})
	}
	forget := func(at time.Time) {
		t.Helper()
		s.write(func(tx bridge.Tx) error {
			_, err := tx.Forget(bridge.Horizon{Messages: began, Events: began, Seen: began, Files: at}, 10)
			return err
		})
	}
	forget(waited.Until)
	left("at their time", true, true)
	forget(waited.Until.Add(time.Millisecond))
	left("after their time", true, false)
	s.write(func(tx bridge.Tx) error {
		got, _, err := tx.Message("one", "k1")
		if err != nil {
			return err
		}
		equal(t, "a message that waits", []any{got.Stage, got.File, got.Detail, len(got.Payload)}, []any{bridge.StageUpload, waited.ID, "d", 0})
		was := got
		got.Stage, got.File, got.Detail, got.Payload, got.Settled = "", "", "", []byte("p"), true
		return tx.UpdateMessage(was, got)
	})
	s.read(func(v bridge.View) error {
		got, _, err := v.Message("one", "k1")
		equal(t, "a message that is ready", []any{got.Stage, got.File, got.Detail, string(got.Payload)}, []any{bridge.Stage(""), schema.MediaID(""), "", "p"})
		return err
	})
	forget(waited.Until.Add(time.Millisecond))
	left("when nothing waits", false, false)
}
