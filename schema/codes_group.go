package schema

// Codes of groups.
const (
	CodeNotInGroup Code = "not_in_group"
)

var groupCodes = []CodeInfo{
	{CodeNotInGroup, -32150, 409, false,
		Text{"The line's account is not in this group.", "Аккаунт линии не состоит в этой группе."},
		Text{"Have an admin of the group add it, or pick another group: group.list shows those it is in. Nothing was sent.", "Попросите администратора группы добавить его или выберите другую группу: group.list показывает доступные. Ничего не отправлено."}},
}
