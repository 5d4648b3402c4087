package schema_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// bounded are the operations of a flow: their nodes have an exit for the timeout.
func bounded(method string) bool {
	noun, verb, _ := strings.Cut(method, ".")
	switch noun {
	case "message":
		return !slices.Contains([]string{"get", "list", "cancel"}, verb) // of what is stored
	case "number", "group":
		return true
	case "chat":
		return verb != "window"
	}
	return false
}

func TestEveryOperationOfAFlowTakesATimeLimit(t *testing.T) {
	limit := field(t, schema.SendTextRequest{}, "timeLimit")
	count := 0
	for _, op := range schema.Operations {
		if !bounded(op.Method) {
			continue
		}
		count++
		if f := field(t, op.Request, "timeLimit"); f.Label != limit.Label || !reflect.DeepEqual(f.Rules, limit.Rules) {
			t.Errorf("%s: %v %v, elsewhere %v %v", op.Method, f.Label, f.Rules, limit.Label, limit.Rules)
		}
	}
	if count != 19 {
		t.Errorf("%d operations of a flow", count)
	}
}

// What one send gives, every other takes as a reference.
func TestEverySendSaysWhichMessageWhereAndHowFar(t *testing.T) {
	for _, op := range schema.Operations {
		if noun, verb, _ := strings.Cut(op.Method, "."); noun != "message" || verb == "list" {
			continue
		}
		for _, path := range []string{"messageId", "chat.phone", "chat.lid", "chat.jid", "status", "timestamp"} {
			field(t, op.Result, path)
		}
	}
}
