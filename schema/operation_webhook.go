package schema

var webhookOperations = []Operation{
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
}
