package oauth_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodeline/nodeline/e2e/go/cast"
	"github.com/nodeline/nodeline/internal/wait"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// row is a line as the page lists it.
type row struct {
	ID     schema.LineID    `json:"id"`
	Name   string           `json:"name"`
	Phone  string           `json:"phone"`
	State  schema.LineState `json:"state"`
	Usable bool             `json:"usable"`
}

func (p *program) rows() []row {
	p.w.t.Helper()
	var list struct {
		Lines []row `json:"lines"`
	}
	if f := p.act("lines", struct{}{}, &list); f.Code != "" {
		p.w.t.Fatalf("%+v", f)
	}
	return list.Lines
}

func (p *program) begin(name string) (made row) {
	p.w.t.Helper()
	if f := p.act("create", map[string]string{"name": name}, &made); f.Code != "" {
		p.w.t.Fatalf("create: %+v", f)
	}
	return made
}

// follow polls a round of codes until match, as the page does.
func (p *program) follow(line schema.LineID, first schema.LineLinkRequest, match func(schema.LineLinkResult) bool) schema.LineLinkResult {
	p.w.t.Helper()
	request := first
	for end := time.Now().Add(wait.Patience); time.Now().Before(end); {
		request.Line = line
		var news schema.LineLinkResult
		if f := p.act("link", request, &news); f.Code != "" {
			p.w.t.Fatalf("link: %+v", f)
		}
		if news.Token != "" {
			p.w.t.Fatal("the page is given a token")
		}
		if !news.Sandbox {
			p.w.t.Fatal("a sandbox's code is not marked as one")
		}
		p.w.secrets = append(p.w.secrets, news.QR, news.PhoneCode)
		if match(news) {
			return news
		}
		request = schema.LineLinkRequest{Since: news.Seq, WaitMs: 1000}
	}
	p.w.t.Fatal("linking does not get there")
	return schema.LineLinkResult{}
}

func isLinked(n schema.LineLinkResult) bool { return n.State == schema.LinkLinked }

func TestANewLineIsLinkedByItsCodeAndGiven(t *testing.T) {
	w := start(t)
	phone := cast.Phone(t, network, "Клиника")
	p := w.program()
	p.open()
	made := p.begin("  Регистратура ")
	if made.Name != "Регистратура" || made.Usable || made.State != schema.LineUnlinked {
		t.Errorf("made: %+v", made)
	}
	if f := p.act("grant", schema.LineRequest{Line: made.ID}, nil); f.Code != "line_not_linked" || f.Hint == "" {
		t.Errorf("a line that is not linked: %+v", f)
	}
	code := p.follow(made.ID, schema.LineLinkRequest{}, func(n schema.LineLinkResult) bool { return n.QR != "" })
	if code.PhonesURL != "http://"+network.Addr()+"/" || code.QRImage == "" || code.SecondsLeft == 0 {
		t.Errorf("the code: %+v", code)
	}
	if _, err := phone.Link(t.Context(), code.QR); err != nil {
		t.Fatal(err)
	}
	if end := p.follow(made.ID, schema.LineLinkRequest{Since: code.Seq, WaitMs: 1000}, isLinked); end.Phone != phone.Number() {
		t.Errorf("linked as %s", end.Phone)
	}
	if rows := p.rows(); len(rows) != 1 || !rows[0].Usable || rows[0].Phone != phone.Number() {
		t.Errorf("listed: %+v", rows)
	}
	got := p.exchange(p.grant(made.ID))
	if got.status != http.StatusOK || got.Line != made.ID || !w.works(got.Access) {
		t.Fatalf("tokens: %+v", got)
	}
	if listed := w.listed(); len(listed) != 1 {
		t.Errorf("beside the credential's there are other tokens: %+v", listed)
	}
	// It is a line like any other now: time does not take it away.
	w.clock.pass(24 * time.Hour)
	w.swept()
	if rows := w.lines(); !slices.Contains(rows, made.ID) {
		t.Errorf("the line is gone: %v", rows)
	}
}

// lines are the ids that the sidecar has.
func (w *world) lines() (ids []schema.LineID) {
	w.t.Helper()
	all, err := w.bridge.LineList(w.t.Context(), admin, schema.LineListRequest{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range all.Lines {
		ids = append(ids, l.ID)
	}
	return ids
}

// swept waits until no line's time is over.
func (w *world) swept() {
	w.t.Helper()
	wait.Until(w.t, "no line is left to sweep", func() bool {
		left, err := w.db.Drafts(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		return len(left) == 0
	})
}

func TestANewLineIsLinkedByACodeToType(t *testing.T) {
	w := start(t)
	phone := cast.Phone(t, network, "Клиника")
	p := w.program()
	p.open()
	made := p.begin("Клиника")
	for number, want := range map[string]schema.Code{"hello": schema.CodeInvalidRequest, "+79120000001, +79120000002": schema.CodeInvalidPhone} {
		if f := p.act("link", schema.LineLinkRequest{Line: made.ID, Phone: number}, nil); f.Code != string(want) || f.Message == "" {
			t.Errorf("%q: %+v", number, f)
		}
	}
	code := p.follow(made.ID, schema.LineLinkRequest{Phone: phone.Number()}, func(n schema.LineLinkResult) bool { return n.PhoneCode != "" })
	if code.PhoneFor != phone.Number() || code.PhoneCodeSecondsLeft == 0 || code.QR == "" {
		t.Errorf("the code: %+v", code)
	}
	if _, err := phone.LinkCode(t.Context(), code.PhoneCode); err != nil {
		t.Fatal(err)
	}
	p.follow(made.ID, schema.LineLinkRequest{Since: code.Seq, WaitMs: 1000}, isLinked)
	if got := p.exchange(p.grant(made.ID)); got.Line != made.ID {
		t.Errorf("tokens: %+v", got)
	}
}

func TestNewCodesOnDemand(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	made := p.begin("Клиника")
	hasCode := func(n schema.LineLinkResult) bool { return n.QR != "" }
	first := p.follow(made.ID, schema.LineLinkRequest{}, hasCode)
	second := p.follow(made.ID, schema.LineLinkRequest{Restart: true}, func(n schema.LineLinkResult) bool { return n.QR != "" && n.QR != first.QR })
	if second.QR == first.QR {
		t.Error("the same code again")
	}
}

// What was begun and not linked is gone when the person cancels, and what was there
// before stays.
func TestCancelledLeavesNothingBehind(t *testing.T) {
	w := start(t)
	w.line("clinic")
	if _, err := w.bridge.LineCreate(t.Context(), admin, schema.LineCreateRequest{ID: "spare", Name: "Spare"}); err != nil {
		t.Fatal(err)
	}
	p := w.program()
	p.open()
	first, second := p.begin("One"), p.begin("Two")
	if ids := w.lines(); slices.Contains(ids, first.ID) || !slices.Contains(ids, second.ID) {
		t.Errorf("one page has begun two lines: %v", ids)
	}
	p.follow(second.ID, schema.LineLinkRequest{}, func(n schema.LineLinkResult) bool { return n.QR != "" })
	p.follow("spare", schema.LineLinkRequest{}, func(n schema.LineLinkResult) bool { return n.QR != "" })
	var away struct {
		Redirect string `json:"redirect"`
	}
	if f := p.act("cancel", struct{}{}, &away); f.Code != "" {
		t.Fatalf("%+v", f)
	}
	to, err := url.Parse(away.Redirect)
	if err != nil || !strings.HasPrefix(away.Redirect, p.redirect) || to.Query().Get("error") != "access_denied" || to.Query().Get("state") != p.state || to.Query().Has("code") {
		t.Errorf("back to %q", away.Redirect)
	}
	if ids := w.lines(); !slices.Equal(ids, []schema.LineID{"clinic", "spare"}) {
		t.Errorf("lines: %v", ids)
	}
	if f := p.act("grant", schema.LineRequest{Line: "clinic"}, nil); f.Code != "session_gone" {
		t.Errorf("after the no a yes: %+v", f)
	}
}

// One press is one code, however often the page says it at the same moment.
func TestOnePressIsOneCode(t *testing.T) {
	w := start(t)
	w.line("clinic")
	p := w.program()
	p.open()
	body := `{"session":"` + p.using + `","params":{"line":"clinic"}}`
	var (
		wg   sync.WaitGroup
		good atomic.Int32
	)
	for range 16 {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.addr+"/oauth/grant", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", "http://"+w.addr)
			resp, err := client.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("%d codes from one press", good.Load())
	}
}

// Somebody else's page cannot take a line away by cancelling its own.
func TestCancelTakesOnlyWhatThePageMade(t *testing.T) {
	w := start(t)
	one, other := w.program(), w.program()
	one.open()
	other.open()
	made := one.begin("One")
	if f := other.act("cancel", struct{}{}, nil); f.Code != "" {
		t.Fatalf("%+v", f)
	}
	if ids := w.lines(); !slices.Equal(ids, []schema.LineID{made.ID}) {
		t.Errorf("lines: %v", ids)
	}
}

// A browser that was closed says nothing, and a restart forgets the page: time tells.
func TestALineThatWasBegunAndLeftIsRemoved(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	left := p.begin("Left")
	w.clock.pass(20 * time.Minute)
	p.rows() // the page is open still
	w.clock.pass(20 * time.Minute)
	w.aSweep()
	if ids := w.lines(); !slices.Equal(ids, []schema.LineID{left.ID}) {
		t.Errorf("an open page's line: %v", ids)
	}
	w.restart()
	wait.Until(t, "the line is gone", func() bool { return len(w.lines()) == 0 })
}

// aSweep waits until a whole look for what was left has been taken: two lines go one
// after the other, and between them it has begun and ended.
func (w *world) aSweep() {
	w.t.Helper()
	for range 2 {
		probe, err := w.bridge.LineCreate(w.t.Context(), admin, schema.LineCreateRequest{Name: "Probe"})
		if err == nil {
			err = w.db.Draft(w.t.Context(), probe.ID, w.clock.now())
		}
		if err != nil {
			w.t.Fatal(err)
		}
		wait.Until(w.t, "the probe is gone", func() bool { return !slices.Contains(w.lines(), probe.ID) })
	}
}

// It was left, and linked all the same by other means.
func TestALineThatWasBegunHereAndLinkedElsewhereStays(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	made := p.begin("Clinic")
	linked := bridge.Session{Line: made.ID, State: schema.LineConnected, Account: "account", Phone: "+79000000001", At: time.Now()}
	if err := w.bridge.Session(t.Context(), linked); err != nil {
		t.Fatal(err)
	}
	w.clock.pass(time.Hour)
	w.swept()
	if ids := w.lines(); !slices.Equal(ids, []schema.LineID{made.ID}) {
		t.Errorf("lines: %v", ids)
	}
}

func TestAPageIsLeftAloneForHalfAnHour(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	w.clock.pass(30 * time.Minute)
	if f := p.act("lines", struct{}{}, nil); f.Code != "" {
		t.Errorf("%+v", f)
	}
	w.clock.pass(30*time.Minute + time.Second)
	if f := p.act("lines", struct{}{}, nil); f.Code != "session_gone" {
		t.Errorf("%+v", f)
	}
}

// The page asks for the lines by itself, as long as it is open.
func TestAPageEndsHoweverBusy(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	for range 4 {
		w.clock.pass(30 * time.Minute)
		if f := p.act("lines", struct{}{}, nil); f.Code != "" {
			t.Fatalf("%+v", f)
		}
	}
	w.clock.pass(time.Second)
	if f := p.act("lines", struct{}{}, nil); f.Code != "session_gone" {
		t.Errorf("%+v", f)
	}
}

func TestABlankNameIsRefusedInWords(t *testing.T) {
	w := start(t)
	p := w.program()
	p.open()
	if f := p.act("create", map[string]string{"name": "  "}, nil); f.Code != string(schema.CodeInvalidRequest) || !strings.Contains(f.Message, "Name") {
		t.Errorf("%+v", f)
	}
	if f := p.act("grant", schema.LineRequest{Line: "nowhere"}, nil); f.Code != string(schema.CodeLineNotFound) {
		t.Errorf("%+v", f)
	}
	// A line that another program has taken over sends nothing until it is linked again.
	w.line("taken")
	if err := w.bridge.Session(t.Context(), bridge.Session{Line: "taken", State: schema.LineReplaced, Account: "account", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if f := p.act("grant", schema.LineRequest{Line: "taken"}, nil); f.Code != "line_not_linked" {
		t.Errorf("%+v", f)
	}
}
