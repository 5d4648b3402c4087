package line

import (
	"context"
	"sync"
	"time"

	"github.com/nodeline/nodeline/sidecar/bridge"
)

// board shows where linking stands to whoever waits for news.
type board struct {
	mu      sync.Mutex
	news    bridge.LinkNews
	changed chan struct{} // closed at the next change
}

// newBoard starts with no state, which says that nobody has asked for a code yet.
// It counts from the clock's seconds, so that a Seq remembered from before a
// restart is never ahead of the new ones.
func newBoard() *board {
	return &board{
		news:    bridge.LinkNews{Seq: int(time.Now().Unix())},
		changed: make(chan struct{}),
	}
}

// show replaces the news, unless nothing changed.
func (b *board) show(news bridge.LinkNews) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.news
	if was.State == news.State && was.QR == news.QR && was.Phone == news.Phone && was.PhoneFor == news.PhoneFor &&
		was.PhoneCode == news.PhoneCode && text(was.Err) == text(news.Err) {
		return
	}
	news.Seq = b.news.Seq + 1
	b.news = news
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *board) now() bridge.LinkNews {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.news
}

// wait returns once the news are newer than since, or with what there is when ctx ends.
func (b *board) wait(ctx context.Context, since int) bridge.LinkNews {
	for {
		b.mu.Lock()
		news, changed := b.news, b.changed
		b.mu.Unlock()
		if news.Seq > since {
			return news
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return news
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
