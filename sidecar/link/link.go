// Package link shows the linking of a line in a terminal: the QR code to scan,
// how long it still works, and how it ended.
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
	incoming, stop := follow(schema.LineLinkRequest{Restart: opts.New})
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
			incoming, stop = follow(schema.LineLinkRequest{Restart: true, Since: last.Seq})
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
	drawn       int // rows of the terminal above the countdown that the code takes
	expires     time.Time
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

// code draws a QR code over the one before.
func (s *screen) code(r schema.LineLinkResult, now time.Time) {
	var b strings.Builder
	qrterminal.GenerateWithConfig(r.QR, qrterminal.Config{
		Level: qrterminal.L, Writer: &b, HalfBlocks: true, QuietZone: 2,
		BlackChar: qrterminal.BLACK_BLACK, WhiteBlackChar: qrterminal.WHITE_BLACK,
		WhiteChar: qrterminal.WHITE_WHITE, BlackWhiteChar: qrterminal.BLACK_WHITE,
	})
	rows := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	drawn := len(rows)
	if s.terminal {
		s.erase()
		// Explicit colours: a light theme would show the code inverted, which not every phone reads.
		for i := range rows {
			rows[i] = "\x1b[97;40m" + rows[i] + "\x1b[0m"
		}
	}
	around := []string{textScan.In(s.lang)}
	if r.Sandbox {
		around = append(around, fmt.Sprintf(textCodeText.In(s.lang), r.QR))
	}
	if s.again {
		around = append(around, textNewCode.In(s.lang))
	}
	for _, line := range around {
		drawn += max(1, (utf8.RuneCountInString(line)+s.columns-1)/s.columns)
	}
	fmt.Fprintln(s.out, strings.Join(append(around[:1:1], append(rows, around[1:]...)...), "\n"))
	s.drawn = drawn
	s.expires = now.Add(time.Duration(r.SecondsLeft) * time.Second)
	if s.terminal {
		s.countdown(now)
	} else {
		s.say(textSeconds, r.SecondsLeft)
	}
}

// countdown rewrites the last line of a terminal.
func (s *screen) countdown(now time.Time) {
	if !s.terminal || s.drawn == 0 {
		return
	}
	left := max(0, int(s.expires.Sub(now).Round(time.Second)/time.Second))
	fmt.Fprintf(s.out, "\r\x1b[K"+textSeconds.In(s.lang), left)
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
