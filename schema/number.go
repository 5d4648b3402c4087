package schema

// YesNo is the field's habit for a condition downstream: "Y" or "N", never "N" on an error.
type YesNo string

// The two answers.
const (
	Yes YesNo = "Y"
	No  YesNo = "N"
)

// NumberCheckRequest asks whether phone numbers are on WhatsApp: one, many, or both.
type NumberCheckRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Phone may hold several numbers of one person: the first that is on WhatsApp is
	// the answer.
	Phone string `json:"phone,omitempty" validate:"orelse=phones,omitempty,chatform" norm:"trim" en:"Phone number" ru:"Номер телефона"`
	// Phones are of many people, each as Phone is.
	Phones []string `json:"phones,omitempty" validate:"omitempty,min=1,max=100,dive,required,max=512" en:"Phone numbers" ru:"Номера телефонов"`
	// MaxAge is how old a remembered answer may be. Absent: a day for "is there", a
	// minute for "is not", which never is believed for longer.
	MaxAge int `json:"maxAge,omitempty" validate:"omitempty,min=1,max=2592000" en:"Not older than, seconds" ru:"Не старше, секунд"`
	// TimeLimit bounds the call: it fails as timed_out then. Absent: what WhatsApp takes.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// NumberCheckResult is the answer. A check that could not be made is an error, never No.
type NumberCheckResult struct {
	Stamp
	// Exists, Chat, Asked and CheckedAt are of the request's Phone, absent without one.
	Exists YesNo   `json:"exists,omitempty" en:"Number is on WhatsApp?" ru:"Номер существует?"`
	Chat   Address `json:"chat"`
	// Asked is the number as it was understood, E.164 with '+'. It differs from
	// Chat.Phone where WhatsApp itself rewrites a number (Brazil, Mexico).
	Asked     string `json:"asked,omitempty"`
	CheckedAt *Time  `json:"checkedAt,omitempty"`
	// Numbers are of the request's Phones, in their order.
	Numbers []CheckedNumber `json:"numbers,omitempty"`
}

// CheckedNumber is the answer for one of many: either Exists or Error is set.
type CheckedNumber struct {
	Phone     string   `json:"phone"` // as it was written in the request
	Exists    YesNo    `json:"exists,omitempty" en:"Number is on WhatsApp?" ru:"Номер существует?"`
	Chat      *Address `json:"chat,omitempty"`
	Asked     string   `json:"asked,omitempty"`
	CheckedAt *Time    `json:"checkedAt,omitempty"`
	Error     *Error   `json:"error,omitempty"`
}
