package schema

var eventOperations = []Operation{
	{Method: "event.list", Scope: ScopeRead, Request: EventListRequest{}, Result: EventListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List events", "Список событий"},
		Help:  Text{"A line's events after a cursor.", "События линии после курсора."}},
	{Method: "event.subscribe", Scope: ScopeRead, Socket: true, Request: EventSubscribeRequest{}, Result: EventSubscribeResult{}, Errors: []Code{CodeLineNotFound, CodeNeedsSocket},
		Title: Text{"Follow events", "Следить за событиями"},
		Help:  Text{"Has the websocket pushed every event after a cursor.", "Присылает в websocket все события после курсора."}},
	{Method: "host.attach", Scope: ScopeLine, Socket: true, Request: HostAttachRequest{}, Result: HostAttachResult{}, Errors: []Code{CodeLineNotFound, CodeNeedsSocket},
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
}
