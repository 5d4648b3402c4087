// Package bridge is what the product promises: send once, ask once, answer once.
//
// It imports schema and the standard library (and phonenumbers, to read numbers);
// every adapter (line, store, deliver, rpc, link) depends on it and none of them
// on each other. ports.go and storage.go hold the interfaces between them.
//
// The way of a message:
//
//	call ─ key known? ── yes ─ same request: its state now; another: idempotency_conflict
//	        │ no
//	      one commit: message (id minted, payload built) [+ ask]
//	        │
//	      a queue for each chat; the line's worker takes the head of one: by priority, then age
//	        │      not before: its pace, the pause after a try, the line's pause, the connection
//	        ▼
//	      begun? ─ no ─ one commit, for those that may go next
//	        │ yes
//	      resolve the number ─ try ─┬ sent ────── commit (with the pace), next
//	             ▲                  ├ certainly not ── failed, next
//	             │                  ├ certainly not, may help ─ the chat pauses ──────────┐
//	             │                  └ unknown ─ the chat waits: a receipt? ─ yes ─ settled │
//	             └────────────────────────────────── no, or the pause is over ◀────────────┘
//
// What is begun may have gone, whatever became of it: it never fails by a cancel, an
// expiry or a later refusal, but stays unknown until a receipt tells. A refused
// rendering is followed by the next one under the same id; see ladder.go.
//
// The way of an answer:
//
//	incoming ─ seen before? ─ which ask? ─ one commit: seen + event [+ outcome + delivery] ─ WhatsApp is told
//
// The way of time (clock.go, deadline.go, reminder.go):
//
//	a moment of the wall clock has come ─┬ deadline ─ line has heard all that was written by then? ─ yes ─ no_answer
//	                                     │                                                          └ no ── later
//	                                     └ reminder ─ ask waits, line is here ─ one commit: reminder queued + message
//
// An ask ends in finish and nowhere else, inside the one writer's transaction,
// and only if it has no outcome: that is what makes the outcome one.
package bridge
