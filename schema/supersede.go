package schema

// Supersede says what an ask does while an earlier ask of its chat has no outcome.
type Supersede string

// Ways to supersede.
const (
	// SupersedeParallel: it is asked at once. An answer is for the question that it
	// quotes, else for the newest.
	SupersedeParallel Supersede = "parallel"
	// SupersedeQueue: it is asked once all of them have their outcomes. Its deadline,
	// reminders and time limit count from then.
	SupersedeQueue Supersede = "queue"
	// SupersedeReplace: they end as cancelled, with the reason superseded.
	SupersedeReplace Supersede = "replace"
)

// WaitAsk is of an ask whose turn in the chat has not come.
const WaitAsk WaitKind = "ask"
