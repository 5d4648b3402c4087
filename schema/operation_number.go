package schema

var numberOperations = []Operation{
	{Method: "number.check", Scope: ScopeLine, Request: NumberCheckRequest{}, Result: NumberCheckResult{}, Errors: append(lineErrors, CodeInvalidPhone, CodeUnreachable, CodeRateLimited, CodeTimedOut),
		Title: Text{"Check a number", "Проверить номер"},
		Help:  Text{"Whether phone numbers are on WhatsApp: Y or N, and an error when it could not be checked.", "Есть ли номера в WhatsApp: Y или N; если проверить не удалось, то ошибка."}},
}
