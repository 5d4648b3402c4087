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
//	      the line's worker, head of the line only:
//	        connected? ─ resolve the number ─ try ─┬ sent ────── commit, next
//	             ▲                                 ├ certainly not, may help ─ pause ┐
//	             │                                 ├ certainly not ── failed, next   │
//	             └─────────────────────────────────┴ unknown ─ a receipt? ─ no ──────┘
//
// The way of an answer:
//
//	incoming ─ seen before? ─ which ask? ─ one commit: seen + event [+ outcome + delivery] ─ WhatsApp is told
//
// An ask ends in finish and nowhere else, inside the one writer's transaction,
// and only if it has no outcome: that is what makes the outcome one.
package bridge
