package schema

// Codes of linking.
const (
	CodePasskey Code = "passkey_required"
)

var linkCodes = []CodeInfo{
	{CodePasskey, -32160, 409, true,
		Text{"WhatsApp asks for a passkey before it links this account, and nobody confirmed it.", "Перед привязкой этого аккаунта WhatsApp просит ключ доступа, и никто его не подтвердил."},
		Text{"A linked program has no passkey of its own. Update WhatsApp on the phone, ask for a new code, and link the other way: by phone number instead of the QR code, or by QR code.", "Своего ключа доступа у привязанной программы нет. Обновите WhatsApp на телефоне, запросите новый код и привяжите другим способом: по номеру телефона вместо QR-кода или по QR-коду."}},
}
