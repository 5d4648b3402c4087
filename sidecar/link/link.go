// Package link shows the linking of a line in a terminal: the QR code to scan, the
// code to type on the phone, how long they still work, and how it ended.
package link

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mdp/qrterminal/v3"

	"github.com/nodeline/nodeline/schema"
)

// Source follows linking, as the method line.link does.
type Source interface {
	LineLink(context.Context, schema.LineLinkRequest) (schema.LineLinkResult, error)
}

// Options say what to link and where to show it.
type Options struct {
	Line schema.LineID
	// Phone is the phone to show a code to type for, beside the QR code; "": none.
	Phone string
	// New starts a new round of codes even if one is under way.
	New  bool
	Lang schema.Lang
	Out  io.Writer
	// Terminal: Out can redraw itself. Otherwise every code is written below the last.
	Terminal bool
	// Columns is the terminal's width; 0: 80.
	Columns int
	// Again asks for a new code whenever it gives something; nil where nobody can ask.
	Again <-chan struct{}
}

// poll is how long one call may wait for news, milliseconds.
const poll = 25_000

type news struct {
	result schema.LineLinkResult
	err    error
}

// Run shows linking until it ends, and returns its last state: linked, or an
// error that says what to do.
//
//	poller --news--> Run --draw--> Out
//	   ^--restart-----'^--tick, Again
func Run(ctx context.Context, source Source, opts Options) (schema.LineLinkResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &screen{out: opts.Out, lang: opts.Lang, terminal: opts.Terminal, columns: opts.Columns, again: opts.Again != nil}
	if s.columns <= 0 {
		s.columns = 80
	}
	follow := func(request schema.LineLinkRequest) (<-chan news, context.CancelFunc) {
		request.Line, request.WaitMs = opts.Line, poll
		out := make(chan news, 1)
		polling, stop := context.WithCancel(ctx)
		go func() {
			result, err := source.LineLink(polling, request)
			out <- news{result, err}
		}()
		return out, stop
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	again, last := opts.Again, schema.LineLinkResult{}
	incoming, stop := follow(schema.LineLinkRequest{Restart: opts.New, Phone: opts.Phone})
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			s.end()
			return last, ctx.Err()
		case <-tick.C:
			s.countdown(time.Now())
		case _, open := <-again:
			if !open { // nobody can ask any more
				again, s.again = nil, false
				if last.State == schema.LinkExpired {
					return last, s.finish(last)
				}
				continue
			}
			stop()
			incoming, stop = follow(schema.LineLinkRequest{Restart: true, Since: last.Seq, Phone: opts.Phone})
		case n := <-incoming:
			if n.err != nil {
				s.end()
				return last, n.err
			}
			changed := n.result.Seq != last.Seq || last.State == ""
			last = n.result
			if changed {
				s.show(last, time.Now())
			}
			if ended(last.State, s.again) {
				return last, s.finish(last)
			}
			stop()
			incoming, stop = follow(schema.LineLinkRequest{Since: last.Seq})
		}
	}
}

// ended reports whether nothing more can come of this round by itself.
func ended(state schema.LinkState, again bool) bool {
	switch state {
	case schema.LinkLinked, schema.LinkFailed:
		return true
	case schema.LinkExpired:
		return !again
	}
	return false
}

// screen draws one state after the other.
type screen struct {
	out             io.Writer
	lang            schema.Lang
	terminal, again bool
	columns         int

	sandboxSaid bool
	drawn       int    // rows of the terminal above the countdown that the codes take
	qr          string // the last one drawn
	qrEnds      time.Time
	typedEnds   time.Time // of the code to type; zero: there is none
}

func (s *screen) say(t schema.Text, args ...any) {
	fmt.Fprintf(s.out, t.In(s.lang)+"\n", args...)
}

func (s *screen) show(r schema.LineLinkResult, now time.Time) {
	if r.Sandbox && !s.sandboxSaid {
		s.sandboxSaid = true
		s.say(textSandbox)
	}
	if r.State != schema.LinkCode {
		s.end()
	}
	switch r.State {
	case schema.LinkWaiting:
		s.say(textWaiting)
	case schema.LinkCode:
		s.code(r, now)
	case schema.LinkScanned:
		s.say(textScanned)
	case schema.LinkPasskey:
		s.say(textPasskey)
	case schema.LinkExpired:
		s.say(textExpired)
		if s.again {
			s.say(textPressEnter)
		}
	}
}

// code draws a QR code over the one before, and below it the code to type. Where
// nothing can be drawn over, a QR code is drawn once.
func (s *screen) code(r schema.LineLinkResult, now time.Time) {
	if s.terminal {
		s.erase()
	}
	if s.terminal || r.QR != s.qr {
		s.picture(r)
	}
	s.qr, s.qrEnds, s.typedEnds = r.QR, now.Add(time.Duration(r.SecondsLeft)*time.Second), time.Time{}
	if r.PhoneCode != "" {
		s.typedEnds = now.Add(time.Duration(r.PhoneCodeSecondsLeft) * time.Second)
	}
	for _, line := range s.typed(r) {
		s.write(line)
	}
	if s.again {
		s.write(textNewCode.In(s.lang))
	}
	if s.terminal {
		s.countdown(now)
	} else {
		fmt.Fprintln(s.out, s.seconds(now))
	}
}

// write writes a line of words, and counts the rows that it takes.
func (s *screen) write(line string) {
	fmt.Fprintln(s.out, line)
	s.drawn += max(1, (utf8.RuneCountInString(line)+s.columns-1)/s.columns)
}

// picture draws the QR code, with what to do with it above.
func (s *screen) picture(r schema.LineLinkResult) {
	var b strings.Builder
	qrterminal.GenerateWithConfig(r.QR, qrterminal.Config{
		Level: qrterminal.L, Writer: &b, HalfBlocks: true, QuietZone: 2,
		BlackChar: qrterminal.BLACK_BLACK, WhiteBlackChar: qrterminal.WHITE_BLACK,
		WhiteChar: qrterminal.WHITE_WHITE, BlackWhiteChar: qrterminal.BLACK_WHITE,
	})
	s.write(textScan.In(s.lang))
	for _, row := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		if s.terminal {
			// Explicit colours: a light theme would show the code inverted, which not every phone reads.
			row = "\x1b[97;40m" + row + "\x1b[0m"
		}
		fmt.Fprintln(s.out, row)
		s.drawn++
	}
	if r.Sandbox {
		s.write(fmt.Sprintf(textCodeText.In(s.lang), r.QR))
	}
}

// typed is what there is to say of a code to type; nothing where nobody asked for one.
func (s *screen) typed(r schema.LineLinkResult) []string {
	switch {
	case r.PhoneCode != "":
		return []string{fmt.Sprintf(textType.In(s.lang), r.PhoneFor), "", "    " + r.PhoneCode, ""}
	case r.Error != nil:
		return []string{fmt.Sprintf(textNoCode.In(s.lang), r.Error.Message, r.Error.Hint)}
	case r.PhoneFor != "":
		return []string{fmt.Sprintf(textAsking.In(s.lang), r.PhoneFor)}
	}
	return nil
}

// seconds says how long the codes still work.
func (s *screen) seconds(now time.Time) string {
	left := func(end time.Time) int { return max(0, int(end.Sub(now).Round(time.Second)/time.Second)) }
	if s.typedEnds.IsZero() {
		return fmt.Sprintf(textSeconds.In(s.lang), left(s.qrEnds))
	}
	return fmt.Sprintf(textBothSeconds.In(s.lang), left(s.qrEnds), left(s.typedEnds))
}

// countdown rewrites the last line of a terminal.
func (s *screen) countdown(now time.Time) {
	if s.terminal && s.drawn > 0 {
		fmt.Fprint(s.out, "\r\x1b[K"+s.seconds(now))
	}
}

// erase takes a drawn code off the terminal.
func (s *screen) erase() {
	if s.drawn > 0 {
		fmt.Fprintf(s.out, "\r\x1b[%dA\x1b[J", s.drawn)
	}
	s.drawn = 0
}

// end leaves the line of the countdown.
func (s *screen) end() {
	if s.terminal && s.drawn > 0 {
		s.erase()
	}
	s.drawn = 0
}

// finish writes the end, and gives it as an error where linking did not succeed.
func (s *screen) finish(r schema.LineLinkResult) error {
	switch {
	case r.State == schema.LinkLinked:
		s.say(textLinked, r.Phone)
		return nil
	case r.Error != nil:
		return r.Error
	}
	e := schema.NewError(schema.CodeLinkFailed, s.lang, nil)
	if r.State == schema.LinkExpired {
		e.Message, e.Hint = textExpired.In(s.lang), textAskNew.In(s.lang)
	}
	return e
}
