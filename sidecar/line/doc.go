// Package line holds the WhatsApp sessions: one goroutine owns a line. It is
// the only importer of whatsmeow beside sandbox, and uses it unmodified.
//
//	bridge                     line (one owner per line)              whatsmeow
//	------                     -------------------------              ---------
//	Start, Link, Stop  ----->  commands   \
//	                                       owner loop  ------------>  Connect, Disconnect
//	Inbox.Session      <-----  news       /     ^
//	Inbox.Receive      <-----  in turn  <------ handle  <-----------  events, one by one
//	Inbox.Receipt      <-----                   |
//	                           nil: true -------+------------------>  acknowledged to the server
//	                           error: false ----+------------------>  not acknowledged; the owner reconnects,
//	                                                                  and the server delivers it again
//	                                                                  (receipts: many in one commit, see ticks.go)
//	Send, Lookup       ----->  on the caller's goroutine, in turn -->  SendMessage, IsOnWhatsApp
//
// A message is acknowledged to WhatsApp only after Inbox returned nil, whatever
// happens in between: a panic, a crash, a cut connection.
//
// The sandbox differs in two values and nothing else: where whatsmeow's HTTP
// client really dials, and the key that signs the servers' certificates
// (see Network).
package line
