package schema

var tokenOperations = []Operation{
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
