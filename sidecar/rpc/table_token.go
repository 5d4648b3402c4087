package rpc

func (s *Server) tokenHandlers() map[string]handler {
	return map[string]handler{
		"token.create": bind(s.tokenCreate),
		"token.list":   bind(s.tokenList),
		"token.revoke": bind(s.tokenRevoke),
	}
}
