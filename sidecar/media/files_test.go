package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/media"
)

// oggOpus is the outline of a voice note of so many ticks (48,000 a second).
func oggOpus(ticks uint64) []byte {
	page := func(position uint64, body string) []byte {
		head := append([]byte("OggS\x00\x02"), binary.LittleEndian.AppendUint64(nil, position)...)
		head = append(head, make([]byte, 12)...)
		return append(append(head, 1, byte(len(body))), body...)
	}
	return append(page(0, "OpusHead\x01\x01\x00\x0f\x80\xbb\x00\x00\x00\x00\x00"), page(ticks, strings.Repeat("s", 200))...)
}

func TestWhatAFileIsStandsInIt(t *testing.T) {
	webp := []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00")
	mp4 := []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
	f := files(t)
	for _, c := range []struct {
		body           []byte
		name, declared string
		kind           schema.ContentKind
		mime, called   string
	}{
		{picture(t, 3, 3), "x", "", schema.ContentImage, "image/png", "x.png"},
		{[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "Фото.JPEG", "", schema.ContentImage, "image/jpeg", "Фото.JPEG"},
		{[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "фото.png", "", schema.ContentImage, "image/jpeg", "фото.png.jpg"},
		{[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "", "text/html", schema.ContentImage, "image/jpeg", "file.jpg"},
		{webp, "", "", schema.ContentSticker, "image/webp", "file.webp"},
		{append(webp, make([]byte, schema.StickerMaxBytes)...), "a.webp", "", schema.ContentDocument, "image/webp", "a.webp"},
		{[]byte("GIF89a\x01\x00\x01\x00"), "", "", schema.ContentDocument, "image/gif", "file.gif"},
		{mp4, "", "", schema.ContentVideo, "video/mp4", "file.mp4"},
		{[]byte("ID3\x03\x00\x00\x00\x00\x00\x0a"), "a.mp3", "", schema.ContentAudio, "audio/mpeg", "a.mp3"},
		{oggOpus(48000), "n.ogg", "", schema.ContentVoice, "audio/ogg; codecs=opus", "n.ogg"},
		{[]byte("%PDF-1.7\n"), "Счёт № 5", "", schema.ContentDocument, "application/pdf", "Счёт № 5.pdf"},
		{[]byte("a;b\n1;2\n"), "t.csv", "", schema.ContentDocument, "text/csv", "t.csv"},
		{[]byte("a;b\n1;2\n"), "", "text/csv; charset=utf-8", schema.ContentDocument, "text/csv", "file.csv"},
		{[]byte("a;b\n1;2\n"), "get.php", "text/csv", schema.ContentDocument, "text/csv", "get.php.csv"},
		{[]byte("a,b\n1,2\n3,4\n"), "Список.txt", "", schema.ContentDocument, "text/csv", "Список.txt"},
		{[]byte("{\"a\": 1}"), "план.geojson", "", schema.ContentDocument, "application/json", "план.geojson.json"},
		{[]byte("{\"a\": 1}"), "план.har", "", schema.ContentDocument, "application/json", "план.har"},
		{[]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), "Книга.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12", schema.ContentDocument, "application/vnd.ms-excel.sheet.macroenabled.12", "Книга.xlsm"},
		{[]byte("plain words"), "", "image/png", schema.ContentDocument, "text/plain", "file.txt"},
		{[]byte("plain words"), `..\..\/etc/pass` + "\u202e\x00wd.txt", "", schema.ContentDocument, "text/plain", "passwd.txt"},
	} {
		got, err := f.Keep(t.Context(), bytes.NewReader(c.body), c.name, c.declared, 1<<20)
		if err != nil || got.Kind != c.kind || got.Mime != c.mime || got.Name != c.called {
			t.Errorf("%q: %+v, %v", c.name, got, err)
		}
	}
}

func TestAVoiceNoteSaysHowLongItPlays(t *testing.T) {
	got, err := files(t).Keep(t.Context(), bytes.NewReader(oggOpus(48000*7-20000)), "", "", 1<<20)
	if err != nil || got.Seconds != 7 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnUploadKeepsToItsLimit(t *testing.T) {
	f := files(t)
	_, err := f.Keep(t.Context(), strings.NewReader("12345678901"), "", "", 10)
	wantFile(t, err, schema.CodeFileTooLarge)
	if got, err := f.Keep(t.Context(), strings.NewReader("1234567890"), "", "", 10); err != nil || got.Size != 10 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = f.Keep(t.Context(), strings.NewReader(""), "", "", 10)
	wantFile(t, err, schema.CodeFileEmpty)
}

func TestNamesOfAnswers(t *testing.T) {
	var disposition string
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", disposition)
		_, _ = w.Write([]byte("%PDF-1.7\n"))
	})
	f := files(t, "127.0.0.1")
	for given, want := range map[string]string{
		`attachment; filename="report.pdf"`:                                             "report.pdf",
		`attachment; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.pdf`:                     "Счёт.pdf",
		`attachment; filename="x.pdf"; filename*=UTF-8'ru'%D0%A1%D1%87%D1%91%D1%82.pdf`: "Счёт.pdf",
		`attachment; filename*=windows-1251''%D1%F7%E5%F2.pdf`:                          "Счет.pdf",
		`attachment; filename*=koi8-r''%F3%DE%C5%D4.pdf`:                                "Счет.pdf",
		`attachment; filename="=?UTF-8?B?0KHRh9GR0YIucGRm?="`:                           "Счёт.pdf",
		`attachment; filename="Счёт.pdf"`:                                               "Счёт.pdf",
		`attachment; filename="../../x.pdf"`:                                            "x.pdf",
		`attachment`:                                                                    "last part.pdf",
		`attachment; filename*=utf-99''x`:                                               "last part.pdf",
		``:                                                                              "last part.pdf",
		`attachment; filename="X.PDF"`:                                                  "X.PDF",
		`attachment; filename="Счёт от 05.11.2026"`:                                     "Счёт от 05.11.2026.pdf",
		`attachment; filename="get.php"`:                                                "get.php.pdf",
		`attachment; filename="%D0%A1%D1%87%D1%91%D1%82.pdf"`:                           "Счёт.pdf",
		`attachment; filename="Скидка 20%.pdf"`:                                         "Скидка 20%.pdf",
		`attachment; filename="%FF%FE.pdf"`:                                             "%FF%FE.pdf",
		`attachment; filename=Счёт 5.pdf`:                                               "Счёт 5.pdf",
		`attachment; FileName=Счёт № 5.pdf; size=9`:                                     "Счёт № 5.pdf",
		`attachment; size=Счёт 5.pdf`:                                                   "last part.pdf",
	} {
		disposition = given
		if got, err := f.Fetch(t.Context(), base+"/dir/last%20part", schema.AsDocument, nil); err != nil || got.Name != want {
			t.Errorf("%s: %q, %v", given, got.Name, err)
		}
	}
}

func TestASweepTakesWhatBelongsToNothing(t *testing.T) {
	f := files(t)
	keep := func(body string) string {
		t.Helper()
		got, err := f.Keep(t.Context(), strings.NewReader(body), "", "", 100)
		if err != nil {
			t.Fatal(err)
		}
		return got.Sum
	}
	wanted, unwanted := keep("wanted"), keep("unwanted")
	known := func(list []string) (map[string]bool, error) {
		kept := map[string]bool{}
		for _, sum := range list {
			kept[sum] = sum == wanted
		}
		return kept, nil
	}
	there := func(sum string) bool {
		file, err := f.Open(sum)
		if err == nil {
			file.Close()
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
		return err == nil
	}
	if err := f.Sweep(t.Context(), time.Now().Add(-time.Hour), known); err != nil || !there(unwanted) {
		t.Errorf("what is young was taken: %v", err)
	}
	if err := f.Sweep(t.Context(), time.Now().Add(time.Hour), known); err != nil || there(unwanted) || !there(wanted) {
		t.Errorf("there: wanted %t, unwanted %t; %v", there(wanted), there(unwanted), err)
	}
	for _, bad := range []string{"", "../../etc/passwd", strings.Repeat("z", 64)} {
		if there(bad) {
			t.Errorf("%q is there", bad)
		}
	}
}

// All files together have a bound for uploads. What is there counts once, also in the
// next life; what is fetched for a message comes in all the same.
func TestUploadsEndWhereTheRoomEnds(t *testing.T) {
	cfg := media.Config{Dir: t.TempDir(), Quota: 100, Answer: 5 * time.Second, Stall: 5 * time.Second}
	f := open(t, cfg, "127.0.0.1")
	keep := func(body string) error {
		_, err := f.Keep(t.Context(), strings.NewReader(body), "", "", 1000)
		return err
	}
	first, second := strings.Repeat("a", 40), strings.Repeat("b", 40)
	for _, body := range []string{first, second, strings.Repeat("b", 20)} {
		if err := keep(body); err != nil {
			t.Fatal(err)
		}
	}
	wantFile(t, keep("c"), schema.CodeMediaFull)
	f = open(t, cfg, "127.0.0.1")
	wantFile(t, keep("c"), schema.CodeMediaFull)
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("%PDF-1.7\n")) })
	got, err := f.Fetch(t.Context(), base+"/a.pdf", schema.AsMedia, nil)
	if err != nil {
		t.Fatal(err)
	}
	// What is swept makes room, and what was refused took none.
	err = f.Sweep(t.Context(), time.Now().Add(time.Minute), func(sums []string) (map[string]bool, error) { return map[string]bool{got.Sum: true}, nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{first, first, second} { // the same twice is one, while it comes it takes its room
		if err := keep(body); err != nil {
			t.Fatal(err)
		}
	}
	wantFile(t, keep(strings.Repeat("d", 12)), schema.CodeMediaFull)
	if err := keep(strings.Repeat("d", 11)); err != nil {
		t.Error(err)
	}
}
