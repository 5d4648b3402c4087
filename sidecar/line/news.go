package line

import (
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// What the owner says of its line.

// rest drops the client and says why nothing is tried.
func (o *owner) rest(state schema.LineState, detail string) {
	o.restFor(state, bridge.Trouble{}, detail)
}

func (o *owner) restFor(state schema.LineState, why bridge.Trouble, detail string) {
	o.drop()
	if o.round != nil {
		o.endRound()
		o.board.show(bridge.LinkNews{State: schema.LinkFailed})
	}
	o.resting, o.was, o.tries = state, false, 0
	o.linked.Store(o.account.jid != "")
	if o.account.jid == "" {
		o.limit = bridge.Trouble{}
	}
	o.troubled(state, why, detail)
}

// state reports where the line stands, unless that is known already.
func (o *owner) state(state schema.LineState, detail string) {
	o.troubled(state, bridge.Trouble{}, detail)
}

// troubled is state where it is known why.
func (o *owner) troubled(state schema.LineState, why bridge.Trouble, detail string) {
	if why.Kind == "" && state.Linked() {
		why = o.limit
	}
	news := bridge.Session{
		Line: o.id, State: state, Trouble: why, Detail: detail,
		Account: o.account.jid, Phone: o.account.phone, LID: o.account.lid,
		Behind: state == schema.LineConnected && !o.heard,
	}
	last := o.news
	last.At = time.Time{}
	if news == last && !o.untold {
		return
	}
	news.At = time.Now().UTC()
	o.report(news)
}

// report has Inbox take the news, and tries again until it did or newer ones came.
func (o *owner) report(news bridge.Session) bool {
	o.news = news
	err := guard(func() error { return o.s.inbox.Session(o.ctx, news) })
	o.untold = err != nil
	if err != nil && o.ctx.Err() != nil {
		return false // the sidecar ends, and its next start finds the state anew
	}
	if err != nil {
		o.log.Error("line state not stored, it is tried again", "state", string(news.State), "error", mask(err))
		o.tell.Reset(o.s.timing.RetryMin)
		return false
	}
	o.tell.Stop()
	o.log.Debug("line state", "state", string(news.State), "detail", news.Detail)
	return true
}
