package schema

// LineTrouble is a known reason for the state of a line. Hosts may branch on it.
type LineTrouble string

// Troubles of a line, beside its state.
const (
	TroubleTemporaryBan   LineTrouble = "temporary_ban"     // banned; Until says how long, Server why (101 to 106)
	TroubleBanned         LineTrouble = "banned"            // banned for good (406)
	TroubleLocked         LineTrouble = "account_locked"    // logged_out: the account is locked, or its phone was replaced (403)
	TroubleClientOutdated LineTrouble = "client_outdated"   // reconnecting: WhatsApp wants a newer WhatsApp Web version (405)
	TroubleClientRejected LineTrouble = "client_rejected"   // reconnecting: WhatsApp does not accept this client (409)
	TroublePasskey        LineTrouble = "passkey"           // linking, or back where that began: WhatsApp wants a passkey first
	TroubleReachout       LineTrouble = "reachout_timelock" // any state: may not write first, until Until
)
