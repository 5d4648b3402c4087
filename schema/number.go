package schema

// YesNo is the field's habit for a condition downstream: "Y" or "N", never "N" on an error.
type YesNo string

// The two answers.
const (
	Yes YesNo = "Y"
	No  YesNo = "N"
)

// NumberCheckRequest asks whether a phone number is on WhatsApp.
type NumberCheckRequest struct {
	Line  LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Phone string `json:"phone" validate:"required,chatform" norm:"trim" en:"Phone number" ru:"Номер телефона"`
}

// NumberCheckResult is the answer. A check that could not be made is an error, never No.
type NumberCheckResult struct {
	Stamp
	Exists YesNo   `json:"exists" en:"Number is on WhatsApp?" ru:"Номер существует?"`
	Chat   Address `json:"chat"`
	// Asked is the number as it was understood, E.164 with '+'. It differs from
	// Chat.Phone where WhatsApp itself rewrites a number (Brazil, Mexico).
	Asked     string `json:"asked"`
	CheckedAt Time   `json:"checkedAt"`
}
