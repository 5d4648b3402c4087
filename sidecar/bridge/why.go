package bridge

import (
	"strconv"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// Why says why a delivery was not acknowledged: a word, and after ": " what the
// network or the answer said, if anything. It is stored as it is.
type Why string

// Words of a Why.
const (
	WhyStatus     Why = "status"      // the answer's status does not acknowledge
	WhyGone       Why = "gone"        // 410
	WhyFinished   Why = "finished"    // n8n: the execution is over
	WhyNotResumed Why = "not_resumed" // n8n: another answer than it gives when it takes one
	WhySaving     Why = "saving"      // n8n: 409, the execution is not saved yet
	WhyTimeout    Why = "timeout"
	WhyNetwork    Why = "network" // no connection, or it broke
	WhyTarget     Why = "target"  // the address is not one that the sidecar sends to
	WhyNeverCame  Why = "never_came"
)

// With adds what was said.
func (w Why) With(detail string) Why {
	if detail == "" {
		return w
	}
	return Why(string(w) + ": " + detail)
}

var whys = map[Why]schema.Text{
	WhyStatus:     {En: "The receiver answered with {status}.", Ru: "Получатель ответил: {status}."},
	WhyGone:       {En: "The receiver answered that this address is gone for good (410).", Ru: "Получатель ответил, что этого адреса больше нет (410)."},
	WhyFinished:   {En: "n8n answered that the execution is over, so it cannot take the outcome. If an earlier try broke off, it may have taken that one.", Ru: "n8n ответил, что выполнение завершено, поэтому итог принять уже нельзя. Если раньше попытка обрывалась, итог мог быть принят тогда."},
	WhyNotResumed: {En: "n8n gave another answer ({status}) than it gives when it takes an outcome.", Ru: "n8n ответил иначе ({status}), чем когда принимает итог."},
	WhySaving:     {En: "n8n has not saved the waiting execution yet (409).", Ru: "n8n ещё не сохранил ожидающее выполнение (409)."},
	WhyTimeout:    {En: "The receiver did not answer in time.", Ru: "Получатель не ответил вовремя."},
	WhyNetwork:    {En: "The receiver cannot be reached.", Ru: "Получатель недоступен."},
	WhyTarget:     {En: "The sidecar does not send to this address: start it with --deliver-to and the address to allow it.", Ru: "Сервис не отправляет на этот адрес: чтобы разрешить, запустите его с --deliver-to и этим адресом."},
	WhyNeverCame:  {En: "Its host never came for it.", Ru: "Система так и не пришла за доставкой."},
}

// In is the sentence, with what was said after it.
func (w Why) In(lang schema.Lang, status int) string {
	if w == "" {
		return ""
	}
	word, detail, _ := strings.Cut(string(w), ": ")
	sentence, ok := whys[Why(word)]
	if !ok {
		return string(w)
	}
	out := strings.ReplaceAll(sentence.In(lang), "{status}", strconv.Itoa(status))
	if detail != "" {
		out += " (" + detail + ")"
	}
	return out
}
