package native_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/nodeline/nodeline/plugin/native"
	"github.com/nodeline/nodeline/schema"
)

func TestCheckGivesTheRequestReadyForUse(t *testing.T) {
	params := `{"line":"north","id":"a1","chat":" 8 912 345-67-89 ","header":"  Север\n","body":" Придёте? ","footer":" ",
		"buttons":[{"text":" Да "},{"text":"\u200b"},{"id":" no ","text":"Нет"},{"text":"Позже"}],"reply":{"host":"h","node":"n"}}`
	got, issues, err := native.Check("message.ask", []byte(params), schema.English)
	if err != nil || len(issues) > 0 {
		t.Fatal(issues, err)
	}
	want := &schema.AskRequest{
		Line: "north", ID: "a1", Chat: "8 912 345-67-89", Header: "Север",
		Body:            " Придёте? ", // kept as it was typed
		Buttons:         []schema.Button{{ID: "b1", Text: "Да"}, {ID: "no", Text: "Нет"}, {ID: "b3", Text: "Позже"}},
		Rendering:       schema.RenderAuto,
		DeadlineSeconds: schema.DeadlineDefaultSeconds,
		Priority:        schema.PriorityNormal,
		AnswerFrom:      schema.AnswerAnyone,
		Kind:            schema.AskActivity,
		Supersede:       schema.SupersedeParallel,
		Reply:           &schema.Reply{Host: "h", Node: "n"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCheckKeepsWhatWasGiven(t *testing.T) {
	got, issues, err := native.Check("event.subscribe", []byte(`{"line":"north","after":-1}`), schema.English)
	if err != nil || len(issues) > 0 {
		t.Fatal(issues, err)
	}
	if want := (&schema.EventSubscribeRequest{Line: "north", After: -1}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Every method takes its request as its own type, and {} is the same as nothing.
// What an open object lets through is not read, whatever the case of its name.
func TestUnknownMembersOfOpenObjectsAreNotRead(t *testing.T) {
	params := `{"line":"north","key":"k","chat":"+79123456789","text":"Да","quote":{"messageId":"A","Message":"x","KEY":"k2","from":{"Phone":7,"phone":"+7900"},"message":null}}`
	got, issues, err := native.Check("message.sendText", []byte(params), schema.English)
	if err != nil || len(issues) > 0 {
		t.Fatal(issues, err)
	}
	want := &schema.MessageRef{MessageID: "A", From: &schema.RefAddress{Phone: "+7900"}}
	if q := got.(*schema.SendTextRequest).Quote; !reflect.DeepEqual(q, want) {
		t.Errorf("the quote is %+v", q)
	}
}

func TestEveryMethod(t *testing.T) {
	for _, op := range schema.Operations {
		request, issues, err := native.Check(op.Method, nil, schema.Russian)
		if err != nil {
			t.Errorf("%s: %v", op.Method, err)
			continue
		}
		if len(issues) == 0 && reflect.TypeOf(request) != reflect.PointerTo(reflect.TypeOf(op.Request)) {
			t.Errorf("%s: request is %T, want a pointer to %T", op.Method, request, op.Request)
		}
		_, again, err := native.Check(op.Method, []byte("{}"), schema.Russian)
		if err != nil || !reflect.DeepEqual(issues, again) {
			t.Errorf("%s: %v and %v (%v)", op.Method, issues, again, err)
		}
	}
}

func TestRefusalsBeforeJudging(t *testing.T) {
	for code, call := range map[schema.Code]func() error{
		schema.CodeTooLarge: func() error {
			_, _, err := native.Check("line.list", bytes.Repeat([]byte(" "), schema.ValidatorMaxBytes+1), schema.English)
			return err
		},
		schema.CodeMethodNotFound: func() error {
			_, _, err := native.Check("line.fly", nil, schema.English)
			return err
		},
	} {
		var refused *schema.Error
		if err := call(); !errors.As(err, &refused) || refused.Code != code || len(refused.Issues) != 1 {
			t.Errorf("%v, want %s with its issue", err, code)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	params := []byte(`{"line":"north","id":"a","chat":"8 912 345-67-89","body":"Придёте?","buttons":[{"text":"Да"},{"text":"Нет"}]}`)
	for b.Loop() {
		if _, issues, err := native.Check("message.ask", params, schema.Russian); err != nil || len(issues) > 0 {
			b.Fatal(issues, err)
		}
	}
}
