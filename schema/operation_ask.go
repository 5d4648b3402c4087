package schema

import "slices"

var askOperations = []Operation{
	{Method: "message.ask", Scope: ScopeLine, Request: AskRequest{}, Result: Ask{}, Errors: slices.Concat(withQuote, templateErrors),
		Title: Text{"Send buttons and wait", "Отправить кнопки и ждать ответа"},
		Help:  Text{"Sends a message with buttons, a list, a poll, a template or a plain question and delivers the customer's answer.", "Отправляет сообщение с кнопками, списком, опросом, шаблоном или простым вопросом и доставляет ответ клиента."}},
	{Method: "ask.get", Scope: ScopeRead, Request: AskGetRequest{}, Result: Ask{}, Errors: []Code{CodeLineNotFound, CodeAskNotFound},
		Title: Text{"Get an ask", "Найти вопрос"},
		Help:  Text{"One ask with its outcome.", "Вопрос и его итог."}},
	{Method: "ask.list", Scope: ScopeRead, Request: AskListRequest{}, Result: AskListResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"List asks", "Список вопросов"},
		Help:  Text{"A line's asks, newest first.", "Вопросы линии, новые первыми."}},
	{Method: "ask.cancel", Scope: ScopeLine, Request: AskCancelRequest{}, Result: Ask{}, Errors: []Code{CodeLineNotFound, CodeAskNotFound},
		Title: Text{"Cancel an ask", "Отменить вопрос"},
		Help:  Text{"Ends an open ask as cancelled.", "Завершает открытый вопрос как отменённый."}},
	{Method: "item.moved", Scope: ScopeLine, Request: ItemMovedRequest{}, Result: ItemMovedResult{}, Errors: []Code{CodeLineNotFound},
		Title: Text{"Item moved", "Элемент перешёл на другую стадию"},
		Help:  Text{"Ends the open asks of robots that were made for the item at another stage. Those of activities go on.", "Завершает открытые вопросы роботов, заданные об элементе на другой стадии. Вопросы активностей ждут дальше."}},
}
