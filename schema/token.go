package schema

// TokenInfo is what may be shown of a token. Its text is shown once, when it is made.
type TokenInfo struct {
	Stamp
	ID        TokenID `json:"id" en:"Token id" ru:"Номер токена"`
	Name      string  `json:"name" en:"Name" ru:"Название"`
	Scope     Scope   `json:"scope" en:"Allows" ru:"Разрешает"`
	Line      LineID  `json:"line,omitempty" en:"Line" ru:"Линия"` // absent: every line
	CreatedAt Time    `json:"createdAt"`
}

// TokenCreateRequest makes a token.
type TokenCreateRequest struct {
	Name  string `json:"name" validate:"required,notblank,max=60" norm:"trim" en:"Name" ru:"Название"`
	Scope Scope  `json:"scope" validate:"required,oneof=admin line read" en:"Allows" ru:"Разрешает"`
	// Line is required for the scope line, optional for read (absent: every
	// line) and refused for admin.
	Line LineID `json:"line,omitempty" validate:"omitempty,lineid" en:"Line" ru:"Линия"`
}

// TokenCreateResult holds the token's text, which cannot be read again.
type TokenCreateResult struct {
	Stamp
	Token string    `json:"token" secret:"true"`
	Info  TokenInfo `json:"info"`
}

// TokenListRequest has no fields.
type TokenListRequest struct{}

// TokenListResult is every token that was not revoked, oldest first.
type TokenListResult struct {
	Stamp
	Tokens []TokenInfo `json:"tokens"`
}

// TokenRevokeRequest ends a token. Connections that were opened with it are closed.
type TokenRevokeRequest struct {
	ID TokenID `json:"id" validate:"required,key" en:"Token id" ru:"Номер токена"`
}
