package schema

// Scope is what a token must allow.
type Scope string

// Scopes, widest first. A line token is bound to one line; read sees and never sends.
const (
	ScopeAdmin Scope = "admin"
	ScopeLine  Scope = "line"
	ScopeRead  Scope = "read"
)

// Operation is one method of the RPC.
type Operation struct {
	Method  string
	Title   Text
	Help    Text
	Scope   Scope // the least that suffices
	Socket  bool  // needs a websocket: it has the connection pushed something
	Request any   // zero value of the request struct
	Result  any   // zero value of the result struct
	Errors  []Code
}

// Operations lists every method, in the order documents show them.
var Operations = []Operation{
	{Method: "line.create", Scope: ScopeAdmin, Request: LineCreateRequest{}, Result: Line{}, Errors: []Code{CodeLineExists},
		Title: Text{"Create a line", "Создать линию"},
		Help:  Text{"Makes a place for one WhatsApp account.", "Создаёт место для одного аккаунта WhatsApp."}},
	{Method: "line.list", Scope: ScopeRead, Request: LineListRequest{}, Result: LineListResult{},
		Title: Text{"List lines", "Список линий"},
		Help:  Text{"The lines that the token may see.", "Линии, доступные токену."}},
	{Method: "line.status", Scope: ScopeRead, Request: LineRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Line status", "Состояние линии"},
		Help:  Text{"How one line stands and what to do.", "Состояние линии и что делать дальше."}},
	{Method: "line.update", Scope: ScopeLine, Request: LineUpdateRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Change a line", "Изменить линию"},
		Help:  Text{"Changes a line's name, country or pace.", "Меняет название, страну или темп линии."}},
	{Method: "line.pause", Scope: ScopeLine, Request: LinePauseRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Pause a line", "Приостановить линию"},
		Help:  Text{"Sends nothing until the line is resumed; messages wait, and everything is received.", "Ничего не отправляет, пока линию не возобновят; сообщения ждут, приём продолжается."}},
	{Method: "line.resume", Scope: ScopeLine, Request: LineRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Resume a line", "Возобновить линию"},
		Help:  Text{"Sends again, what waits first.", "Снова отправляет, сначала то, что ждёт."}},
	{Method: "line.link", Scope: ScopeLine, Request: LineLinkRequest{}, Result: LineLinkResult{}, Errors: []Code{CodeLineNotFound, CodeUnreachable},
		Title: Text{"Link a line", "Привязать линию"},
		Help:  Text{"Shows the QR code to scan in WhatsApp, Linked devices.", "Показывает QR-код, который сканируют в WhatsApp: Связанные устройства."}},
	{Method: "line.unlink", Scope: ScopeLine, Request: LineRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Unlink a line", "Отвязать линию"},
		Help:  Text{"Logs the account out; the line stays and can be linked again.", "Выходит из аккаунта; линию можно привязать снова."}},
	{Method: "line.remove", Scope: ScopeAdmin, Request: LineRequest{}, Result: Line{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Remove a line", "Удалить линию"},
		Help:  Text{"Unlinks the account, ends its open asks as cancelled and forgets the line.", "Отвязывает аккаунт, отменяет открытые вопросы и удаляет линию."}},
	{Method: "number.check", Scope: ScopeLine, Request: NumberCheckRequest{}, Result: NumberCheckResult{}, Errors: []Code{CodeLineNotFound, CodeLineNotLinked, CodeInvalidPhone, CodeUnreachable, CodeRateLimited},
		Title: Text{"Check a number", "Проверить номер"},
		Help:  Text{"Whether a phone number is on WhatsApp: Y or N, and an error when it could not be checked.", "Есть ли номер в WhatsApp: Y или N; если проверить не удалось, то ошибка."}},
	{Method: "message.sendText", Scope: ScopeLine, Request: SendTextRequest{}, Result: SendResult{}, Errors: sendErrors,
		Title: Text{"Send text", "Отправить текст"},
		Help:  Text{"Sends one text message.", "Отправляет одно текстовое сообщение."}},
	{Method: "message.sendButtons", Scope: ScopeLine, Request: SendButtonsRequest{}, Result: SendResult{}, Errors: sendErrors,
		Title: Text{"Send buttons", "Отправить кнопки"},
		Help:  Text{"Sends a message with up to three buttons and does not wait.", "Отправляет сообщение с кнопками (до трёх) и не ждёт ответа."}},
	{Method: "message.ask", Scope: ScopeLine, Request: AskRequest{}, Result: Ask{}, Errors: sendErrors,
		Title: Text{"Send buttons and wait", "Отправить кнопки и ждать ответа"},
		Help:  Text{"Sends a message with up to three buttons and delivers the customer's answer.", "Отправляет сообщение с кнопками (до трёх) и доставляет ответ клиента."}},
	{Method: "message.get", Scope: ScopeRead, Request: MessageGetRequest{}, Result: SendResult{}, Errors: []Code{CodeLineNotFound, CodeMessageNotFound},
		Title: Text{"Get a message", "Найти сообщение"},
		Help:  Text{"How far a message went, found by its key.", "Состояние сообщения по его ключу."}},
	{Method: "message.cancel", Scope: ScopeLine, Request: MessageCancelRequest{}, Result: SendResult{}, Errors: []Code{CodeLineNotFound, CodeMessageNotFound, CodeMessageOfAsk},
		Title: Text{"Cancel a message", "Отозвать сообщение"},
		Help:  Text{"Takes a message back that has not gone yet.", "Отзывает сообщение, которое ещё не ушло."}},
	{Method: "message.list", Scope: ScopeRead, Request: MessageListRequest{}, Result: MessageListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List messages", "Список сообщений"},
		Help:  Text{"A line's messages, newest first.", "Сообщения линии, новые первыми."}},
	{Method: "ask.get", Scope: ScopeRead, Request: AskGetRequest{}, Result: Ask{}, Errors: []Code{CodeLineNotFound, CodeAskNotFound},
		Title: Text{"Get an ask", "Найти вопрос"},
		Help:  Text{"One ask with its outcome.", "Вопрос и его итог."}},
	{Method: "ask.list", Scope: ScopeRead, Request: AskListRequest{}, Result: AskListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List asks", "Список вопросов"},
		Help:  Text{"A line's asks, newest first.", "Вопросы линии, новые первыми."}},
	{Method: "ask.cancel", Scope: ScopeLine, Request: AskCancelRequest{}, Result: Ask{}, Errors: []Code{CodeLineNotFound, CodeAskNotFound},
		Title: Text{"Cancel an ask", "Отменить вопрос"},
		Help:  Text{"Ends an open ask as cancelled.", "Завершает открытый вопрос как отменённый."}},
	{Method: "event.list", Scope: ScopeRead, Request: EventListRequest{}, Result: EventListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List events", "Список событий"},
		Help:  Text{"A line's events after a cursor.", "События линии после курсора."}},
	{Method: "event.subscribe", Scope: ScopeRead, Socket: true, Request: EventSubscribeRequest{}, Result: EventSubscribeResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Follow events", "Следить за событиями"},
		Help:  Text{"Has the websocket pushed every event after a cursor.", "Присылает в websocket все события после курсора."}},
	{Method: "host.attach", Scope: ScopeLine, Socket: true, Request: HostAttachRequest{}, Result: HostAttachResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Attach a host", "Подключить систему"},
		Help:  Text{"Has the websocket pushed the outcomes that belong to this host.", "Присылает в websocket итоги, которые принадлежат этой системе."}},
	{Method: "delivery.ack", Scope: ScopeLine, Request: DeliveryAckRequest{}, Result: DeliveryAckResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Acknowledge deliveries", "Подтвердить доставки"},
		Help:  Text{"Says that the host has taken the deliveries.", "Сообщает, что система приняла доставки."}},
	{Method: "delivery.list", Scope: ScopeLine, Request: DeliveryListRequest{}, Result: DeliveryListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List deliveries", "Список доставок"},
		Help:  Text{"What is not acknowledged yet, or what was given up.", "Что ещё не подтверждено, или от чего отказались."}},
	{Method: "delivery.replay", Scope: ScopeLine, Request: DeliveryReplayRequest{}, Result: DeliveryReplayResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Replay deliveries", "Повторить доставки"},
		Help:  Text{"Has deliveries that were given up tried again.", "Снова пробует доставить то, от чего отказались."}},
	{Method: "webhook.create", Scope: ScopeLine, Request: WebhookCreateRequest{}, Result: WebhookSecretResult{}, Errors: []Code{CodeLineNotFound, CodeTargetRefused},
		Title: Text{"Create a webhook", "Создать вебхук"},
		Help:  Text{"Has events, and a host's outcomes, sent to an address; the secret that signs them is shown this once.", "Отправляет события и итоги системы на адрес; секрет подписи показывается только один раз."}},
	{Method: "webhook.list", Scope: ScopeLine, Request: WebhookListRequest{}, Result: WebhookListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List webhooks", "Список вебхуков"},
		Help:  Text{"A line's webhooks and how they stand.", "Вебхуки линии и их состояние."}},
	{Method: "webhook.update", Scope: ScopeLine, Request: WebhookUpdateRequest{}, Result: Webhook{}, Errors: []Code{CodeLineNotFound, CodeWebhookNotFound, CodeTargetRefused},
		Title: Text{"Change a webhook", "Изменить вебхук"},
		Help:  Text{"Another address, other events, or a pause.", "Другой адрес, другие события или пауза."}},
	{Method: "webhook.remove", Scope: ScopeLine, Request: WebhookRequest{}, Result: Webhook{}, Errors: []Code{CodeLineNotFound, CodeWebhookNotFound},
		Title: Text{"Remove a webhook", "Удалить вебхук"},
		Help:  Text{"Forgets a webhook and the events that it still had to get.", "Удаляет вебхук и события, которые он ещё не получил."}},
	{Method: "webhook.rotate", Scope: ScopeLine, Request: WebhookRotateRequest{}, Result: WebhookSecretResult{}, Errors: []Code{CodeLineNotFound, CodeWebhookNotFound},
		Title: Text{"Rotate a webhook's secret", "Сменить секрет вебхука"},
		Help:  Text{"Makes a new secret; the old one signs beside it for a while.", "Создаёт новый секрет; старый ещё некоторое время подписывает вместе с ним."}},
	{Method: "webhook.test", Scope: ScopeLine, Request: WebhookRequest{}, Result: WebhookTestResult{}, Errors: []Code{CodeLineNotFound, CodeWebhookNotFound},
		Title: Text{"Test a webhook", "Проверить вебхук"},
		Help:  Text{"Sends a signed test now and says what came back.", "Отправляет подписанную проверку сейчас и сообщает, что пришло в ответ."}},
	{Method: "token.create", Scope: ScopeAdmin, Request: TokenCreateRequest{}, Result: TokenCreateResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Create a token", "Создать токен"},
		Help:  Text{"Makes a token; its text is shown this once.", "Создаёт токен; его текст показывается только один раз."}},
	{Method: "token.list", Scope: ScopeAdmin, Request: TokenListRequest{}, Result: TokenListResult{},
		Title: Text{"List tokens", "Список токенов"},
		Help:  Text{"The tokens that work, without their text.", "Действующие токены без их текста."}},
	{Method: "token.revoke", Scope: ScopeAdmin, Request: TokenRevokeRequest{}, Result: TokenInfo{}, Errors: []Code{CodeTokenNotFound},
		Title: Text{"Revoke a token", "Отозвать токен"},
		Help:  Text{"Ends a token and closes the connections opened with it.", "Отзывает токен и закрывает открытые с ним соединения."}},
}

var sendErrors = []Code{CodeLineNotFound, CodeLineNotLinked, CodeInvalidPhone, CodeConflict}

// OperationOf finds a method.
func OperationOf(method string) (Operation, bool) {
	for _, op := range Operations {
		if op.Method == method {
			return op, true
		}
	}
	return Operation{}, false
}
