package schema

// AnswerKind says what an answer in the customer's own words has to be.
type AnswerKind string

// Answer kinds, and what Answer.Value holds.
const (
	AnswerText    AnswerKind = "text"    // any words: as typed, without the white space around
	AnswerNumber  AnswerKind = "number"  // with a comma or a point: "1234.5"
	AnswerPhone   AnswerKind = "phone"   // a phone number, without + as the line's region has it: E.164
	AnswerEmail   AnswerKind = "email"   // an e-mail address, its domain in lower case
	AnswerDate    AnswerKind = "date"    // dd.mm.yyyy, dd/mm/yyyy or yyyy-mm-dd: "2026-03-01"
	AnswerOneOf   AnswerKind = "oneOf"   // one of Options by its words, compared as labels are, or by its number: the option
	AnswerPattern AnswerKind = "pattern" // the whole of it matches Pattern: as typed, without the white space around
)

// AnswerRule says which answer in the customer's own words an ask waits for. One
// that fits is the outcome answered; for one that does not the customer is asked
// again, and after so many tries it is the outcome other.
type AnswerRule struct {
	Kind AnswerKind `json:"kind" validate:"required,oneof=text number phone email date oneOf pattern" en:"Kind of answer" ru:"Вид ответа"`
	// Pattern is an RE2 expression, with the kind pattern only.
	Pattern string `json:"pattern,omitempty" validate:"omitempty,max=500" en:"Pattern" ru:"Выражение"`
	// Options are what can be answered, with the kind oneOf only.
	Options []string `json:"options,omitempty" validate:"omitempty,max=50,dive,required,notblank,max=100" en:"Possible answers" ru:"Возможные ответы"`
	// Min and Max are the least and the greatest, both allowed: a number with the kind
	// number, a date with the kind date, how many characters with the kind text.
	Min string `json:"min,omitempty" validate:"omitempty,max=40" norm:"trim" en:"Least" ru:"Не меньше"`
	Max string `json:"max,omitempty" validate:"omitempty,max=40" norm:"trim" en:"Greatest" ru:"Не больше"`
	// RetryText is sent after an answer that does not fit. Absent: a sentence that
	// says what is wanted, in the caller's language.
	RetryText string `json:"retryText,omitempty" validate:"omitempty,notblank,max=1024" limit:"cloud" en:"Text after a wrong answer" ru:"Текст после неверного ответа"`
	// Tries is how many answers are read before the ask ends.
	Tries int `json:"tries,omitempty" validate:"omitempty,min=1,max=10" default:"3" en:"How many tries" ru:"Сколько попыток"`
}

// Reasons of cancelled asks that the sidecar gives.
const (
	ReasonCustomer = "customer_cancelled" // the customer said one of CancelWords
	ReasonMoved    = "stage_changed"      // item.moved; of a robot's ask
	ReasonReplaced = "superseded"         // a later ask of the chat took its place
)
