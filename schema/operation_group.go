package schema

var groupOperations = []Operation{
	{Method: "group.list", Scope: ScopeRead, Request: GroupListRequest{}, Result: GroupListResult{}, Errors: append(lineErrors, CodeUnreachable, CodeRateLimited, CodeTimedOut),
		Title: Text{"List groups", "Список групп"},
		Help:  Text{"The groups that the line's account is in, by subject.", "Группы, в которых состоит аккаунт линии, по названию."}},
}
