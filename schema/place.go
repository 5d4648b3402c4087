package schema

// SendLocationRequest asks for one message with a place on the map.
type SendLocationRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key  Key    `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat string `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	// Latitude and Longitude are decimal degrees with a point or a comma, as text so
	// that no digit is lost: "55.7558", "-33,86".
	Latitude  string `json:"latitude" validate:"required,degrees=90" norm:"trim" en:"Latitude" ru:"Широта"`
	Longitude string `json:"longitude" validate:"required,degrees=180" norm:"trim" en:"Longitude" ru:"Долгота"`
	Name      string `json:"name,omitempty" validate:"omitempty,max=200" norm:"trim" en:"Place" ru:"Место"`
	Address   string `json:"address,omitempty" validate:"omitempty,max=300" norm:"trim" en:"Address" ru:"Адрес"`
	// Quote as in SendTextRequest.
	Quote    *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// Place is a location on the map that came. Degrees are text as in SendLocationRequest.
type Place struct {
	Latitude  string `json:"latitude"`
	Longitude string `json:"longitude"`
	Name      string `json:"name,omitempty"`
	Address   string `json:"address,omitempty"`
}

// ContactCard is one person or office, sent as a vCard.
type ContactCard struct {
	Name string `json:"name" validate:"required,notblank,max=100" norm:"trim" en:"Contact {n}: name" ru:"Контакт {n}: имя"`
	// Phones are numbers, read with the line's country as in chats.
	Phones       []string `json:"phones" validate:"required,min=1,max=5,dive,required,chatform" en:"Contact {n}: phones" ru:"Контакт {n}: телефоны"`
	Organisation string   `json:"organisation,omitempty" validate:"omitempty,max=100" norm:"trim" en:"Contact {n}: organisation" ru:"Контакт {n}: организация"`
	Email        string   `json:"email,omitempty" validate:"omitempty,max=254" norm:"trim" en:"Contact {n}: e-mail" ru:"Контакт {n}: почта"`
}

// SendContactRequest asks for one message with contacts.
type SendContactRequest struct {
	Line     LineID        `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key           `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat     string        `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Contacts []ContactCard `json:"contacts" validate:"required,min=1,max=10,dive" en:"Contacts" ru:"Контакты"`
	// Quote as in SendTextRequest.
	Quote    *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}
