package schema

var pollOperations = []Operation{
	{Method: "message.sendList", Scope: ScopeLine, Request: SendListRequest{}, Result: SendResult{}, Errors: withQuote,
		Title: Text{"Send a list", "Отправить список"},
		Help:  Text{"Sends a message with a list of up to ten choices and does not wait.", "Отправляет сообщение со списком (до десяти строк) и не ждёт ответа."}},
	{Method: "message.sendPoll", Scope: ScopeLine, Request: SendPollRequest{}, Result: SendResult{}, Errors: withQuote,
		Title: Text{"Send a poll", "Отправить опрос"},
		Help:  Text{"Sends a poll with two to twelve options; votes come as events.", "Отправляет опрос (от двух до двенадцати вариантов); голоса приходят событиями."}},
}
