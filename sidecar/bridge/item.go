package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// checkItem refuses a robot's ask that no move could end.
func checkItem(r schema.AskRequest, lang schema.Lang) error {
	if r.Kind != schema.AskRobot {
		return nil
	}
	for _, part := range []struct {
		field, value string
		label        schema.Text
	}{
		{"item", r.Item, schema.Text{En: "Item", Ru: "Элемент"}},
		{"stage", r.Stage, schema.Text{En: "Stage", Ru: "Стадия"}},
	} {
		if part.value == "" {
			return invalidField(part.field, schema.Text{En: "fill it in, a robot's question is bound to an item and its stage.",
				Ru: "заполните, вопрос робота привязан к элементу и его стадии."}, "required", part.label, lang)
		}
	}
	return nil
}

// ItemMoved implements API. An ask that already has its outcome keeps it, so a
// repeated call changes nothing.
func (b *Bridge) ItemMoved(ctx context.Context, c Caller, r schema.ItemMovedRequest) (schema.ItemMovedResult, error) {
	o, err := b.owner(r.Line, c.Lang)
	if err != nil {
		return schema.ItemMovedResult{}, err
	}
	held := &holds{o: o}
	defer held.release()
	var ended []schema.Key
	err = b.store.Write(ctx, func(tx Tx) error {
		open, err := tx.OpenAsksAbout(r.Line, r.Item)
		if err != nil {
			return err
		}
		ended = nil
		for _, a := range open {
			if a.Terms.Kind != schema.AskRobot || a.Terms.Stage == r.Stage {
				continue
			}
			if _, err := b.finish(tx, a, schema.Outcome{Kind: schema.OutcomeCancelled, Reason: schema.ReasonMoved}, held); err != nil {
				return err
			}
			ended = append(ended, a.ID)
		}
		return nil
	})
	if err != nil {
		return schema.ItemMovedResult{}, b.fail("end asks of item", c.Lang, err)
	}
	out := schema.ItemMovedResult{Asks: []schema.Ask{}}
	for _, id := range ended {
		a, err := b.getAsk(context.WithoutCancel(ctx), o, r.Line, id, c.Lang)
		if err != nil {
			return schema.ItemMovedResult{}, err
		}
		out.Asks = append(out.Asks, a)
	}
	return out, nil
}
