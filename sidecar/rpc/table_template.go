package rpc

func (s *Server) templateHandlers() map[string]handler {
	return nil
}
