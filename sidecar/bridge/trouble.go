package bridge

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Trouble is what is known of why a line stands as it does. The zero value:
// nothing beyond its state.
type Trouble struct {
	Kind schema.LineTrouble
	// Server is WhatsApp's own number, 0 if there was none.
	Server int
	// Until is when WhatsApp says that it ends; zero: it did not say.
	Until time.Time
}

// String is how a trouble is stored: "kind server until", the last in seconds
// since 1970 and 0 for no end; "" for none.
func (t Trouble) String() string {
	if t.Kind == "" {
		return ""
	}
	until := int64(0)
	if !t.Until.IsZero() {
		until = t.Until.Unix()
	}
	return fmt.Sprintf("%s %d %d", t.Kind, t.Server, until)
}

// readTrouble reads what String wrote; anything else is no trouble.
func readTrouble(text string) Trouble {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return Trouble{}
	}
	server, err := strconv.Atoi(parts[1])
	until, err2 := strconv.ParseInt(parts[2], 10, 64)
	t := Trouble{Kind: schema.LineTrouble(parts[0]), Server: server}
	if _, known := troubles[t.Kind]; !known || err != nil || err2 != nil {
		return Trouble{}
	}
	if until != 0 {
		t.Until = time.Unix(until, 0).UTC()
	}
	return t
}

// troubleOf is the trouble that a line tells of.
func troubleOf(l schema.Line) Trouble {
	t := Trouble{Kind: l.Trouble, Server: l.Server}
	if l.Until != nil {
		t.Until = *l.Until
	}
	return t
}

// over reports that a trouble has ended by itself: WhatsApp says nothing then.
func (t Trouble) over(now time.Time) bool {
	return t.Kind == schema.TroubleReachout && !t.Until.IsZero() && !t.Until.After(now)
}

// tell puts the trouble into a line, with the sentence of its state.
func (t Trouble) tell(l *schema.Line, lang schema.Lang) {
	l.Detail = details[l.State].In(lang)
	if l.Paused && l.State == schema.LineConnected {
		l.Detail = detailPaused.In(lang)
	}
	l.Trouble, l.Server, l.Until = t.Kind, t.Server, nil
	if !t.Until.IsZero() {
		until := t.Until.UTC()
		l.Until = &until
	}
	sentence := t.sentence(lang)
	switch {
	case sentence == "":
	case t.Kind == schema.TroubleReachout:
		l.Detail += " " + sentence // the state goes on beside it
	default:
		l.Detail = sentence
	}
}

// sentence says what happened and what to do; "" where nothing is known.
func (t Trouble) sentence(lang schema.Lang) string {
	text, ok := troubles[t.Kind]
	if !ok {
		return ""
	}
	if t.Until.IsZero() {
		return strings.NewReplacer("{why}", t.why(lang), "{until}", "").Replace(text.In(lang))
	}
	until := schema.Text{En: " until ", Ru: " до "}.In(lang) + t.Until.UTC().Format("2006-01-02 15:04") + " UTC"
	return strings.NewReplacer("{why}", t.why(lang), "{until}", until).Replace(text.In(lang))
}

// why is the reason of a temporary ban.
func (t Trouble) why(lang schema.Lang) string {
	if reason, ok := banReasons[t.Server]; ok {
		return ": " + reason.In(lang)
	}
	return ""
}

var troubles = map[schema.LineTrouble]schema.Text{
	schema.TroubleTemporaryBan: {
		En: "WhatsApp has blocked this account{until}{why}. Nothing is sent until then; the line comes back by itself. Write only to people who wrote first.",
		Ru: "WhatsApp заблокировал этот аккаунт{until}{why}. До этого ничего не отправляется; линия вернётся сама. Пишите только тем, кто написал первым."},
	schema.TroubleBanned: {
		En: "WhatsApp has banned this account. Open WhatsApp on the phone to ask for a review; link the line again when the account is back.",
		Ru: "WhatsApp забанил этот аккаунт. Откройте WhatsApp на телефоне, чтобы запросить проверку; когда аккаунт вернётся, привяжите линию заново."},
	schema.TroubleLocked: {
		En: "WhatsApp has logged this account out of its linked devices. Open WhatsApp on the phone: it may be locked, or moved to another phone. Then scan a new QR code.",
		Ru: "WhatsApp вышел из аккаунта на связанных устройствах. Откройте WhatsApp на телефоне: аккаунт могли заблокировать или перенести на другой телефон. Затем отсканируйте новый QR-код."},
	schema.TroubleClientOutdated: {
		En: "WhatsApp wants a newer version than this sidecar says it is. Update Nodeline, or set --web-version. Messages wait, and it is tried again by itself.",
		Ru: "WhatsApp требует более новую версию, чем называет этот сервис. Обновите Nodeline или задайте --web-version. Сообщения ждут, подключение повторяется само."},
	schema.TroubleClientRejected: {
		En: "WhatsApp does not accept this sidecar's connection (409). Update Nodeline. Messages wait, and it is tried again by itself.",
		Ru: "WhatsApp не принимает подключение этого сервиса (409). Обновите Nodeline. Сообщения ждут, подключение повторяется само."},
	schema.TroublePasskey: passkeyText,
	schema.TroubleReachout: {
		En: "WhatsApp does not let this account write first{until}. People who wrote to it can still be answered.",
		Ru: "WhatsApp не разрешает этому аккаунту писать первым{until}. Тем, кто написал сам, ответить можно."},
}

// banReasons are the numbers of temporary bans (whatsmeow's types/events/events.go).
var banReasons = map[int]schema.Text{
	101: {En: "too many messages to people who do not have this number in their contacts", Ru: "слишком много сообщений людям, у которых нет этого номера в контактах"},
	102: {En: "too many people blocked this number", Ru: "слишком многие заблокировали этот номер"},
	103: {En: "too many groups with people who do not have this number in their contacts", Ru: "слишком много групп с людьми, у которых нет этого номера в контактах"},
	104: {En: "the same message to too many people", Ru: "одно и то же сообщение слишком многим людям"},
	106: {En: "too many messages to a broadcast list", Ru: "слишком много сообщений по списку рассылки"},
}
