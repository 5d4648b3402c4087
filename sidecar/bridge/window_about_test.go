package bridge_test

import (
	"testing"

	"github.com/nodeline/nodeline/schema"
)

// What is about a message that is there already writes to nobody anew; a forward does.
func TestWhatIsAboutAMessageNeedsNoWindow(t *testing.T) {
	r := linkedRig(t, quick)
	sent, err := r.text("k1", anna, "Здравствуйте")
	if err != nil {
		t.Fatal(err)
	}
	r.policy(schema.WindowEnforce)
	for what, do := range map[string]func() (schema.SendResult, error){
		"reaction": func() (schema.SendResult, error) { return r.react("r1", asRef(t, sent), "👍") },
		"edit":     func() (schema.SendResult, error) { return r.edit("e1", asRef(t, sent), "Добрый день") },
	} {
		if got, err := do(); err != nil || got.Status != schema.StatusSent || got.Warning != "" {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	_, err = r.forward("f1", boris, asRef(t, sent))
	wantCode(t, err, schema.CodeWindowClosed)
	if got, err := r.remove("d1", asRef(t, sent)); err != nil || got.Status != schema.StatusSent {
		t.Errorf("deletion: %+v, %v", got, err)
	}
}
