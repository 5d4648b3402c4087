package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

var listButton = schema.Text{En: "Choose", Ru: "Выбрать"}

// choices reports whether there is anything to choose or to tap.
func (c Content) choices() bool { return len(c.Buttons) > 0 || c.Link != nil || c.Call != nil }

// asked is the message of an ask; one over a template is read with it.
func asked(r schema.AskRequest, lang schema.Lang) Content {
	c := Content{Header: r.Header, Body: r.Body, Footer: r.Footer}
	switch {
	case r.Template != nil:
		return Content{Buttons: []schema.Button{}}
	case len(r.Rows) > 0:
		c.List, c.Buttons = listing(r.ListButton, r.Rows, lang)
	case len(r.Options) > 0:
		c.Poll, c.Buttons = &Poll{}, optioned(r.Options)
	case len(r.Buttons) == 0:
		return Content{Body: written(c), Buttons: []schema.Button{}}
	default:
		c.Buttons = withIDs(r.Buttons)
	}
	return c
}

// listing makes a list and the choices that it offers.
func listing(button string, rows []schema.ListRow, lang schema.Lang) (*List, []schema.Button) {
	if button == "" {
		button = listButton.In(lang)
	}
	choices := make([]schema.Button, len(rows))
	for i, row := range rows {
		choices[i] = schema.Button{ID: row.ID, Text: row.Text}
	}
	return &List{Button: button, Rows: rows}, withIDs(choices)
}

func optioned(options []schema.PollOption) []schema.Button {
	choices := make([]schema.Button, len(options))
	for i, option := range options {
		choices[i] = schema.Button(option)
	}
	return withIDs(choices)
}

// readCall gives a call button its number as E.164.
func readCall(call *schema.CallButton, lang schema.Lang) (*schema.CallButton, error) {
	if call == nil {
		return nil, nil
	}
	phone, err := readPhone(call.Phone, "")
	if err == nil && phone == "" {
		err = errNotPhone
	}
	if err != nil {
		return nil, invalidPhone("call.phone", lang, err)
	}
	return &schema.CallButton{Text: call.Text, Phone: phone}, nil
}

// SendList implements API.
func (b *Bridge) SendList(ctx context.Context, c Caller, r schema.SendListRequest) (schema.SendResult, error) {
	plain := r
	plain.Priority, plain.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	hash, err := hashOf("list", plain)
	if err != nil {
		return schema.SendResult{}, b.fail("send list", c.Lang, err)
	}
	content := Content{Header: r.Header, Body: r.Body, Footer: r.Footer}
	content.List, content.Buttons = listing(r.ListButton, r.Rows, c.Lang)
	return b.sendOne(ctx, c, draft{line: r.Line, key: r.Key, chat: r.Chat, hash: hash, content: content, quote: r.Quote,
		wish: wish{rendering: r.Rendering, call: r.Renderings}, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// SendPoll implements API.
func (b *Bridge) SendPoll(ctx context.Context, c Caller, r schema.SendPollRequest) (schema.SendResult, error) {
	plain := r
	plain.Priority, plain.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	hash, err := hashOf("poll", plain)
	if err != nil {
		return schema.SendResult{}, b.fail("send poll", c.Lang, err)
	}
	content := Content{Body: r.Question, Buttons: optioned(r.Options), Poll: &Poll{Multiple: r.Multiple}}
	return b.sendOne(ctx, c, draft{line: r.Line, key: r.Key, chat: r.Chat, hash: hash, content: content, quote: r.Quote,
		priority: r.Priority, expires: seconds(r.TimeLimit)})
}
