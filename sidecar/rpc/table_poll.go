package rpc

func (s *Server) pollHandlers() map[string]handler {
	return nil
}
