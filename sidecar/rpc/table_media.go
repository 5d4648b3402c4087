package rpc

func (s *Server) mediaHandlers() map[string]handler {
	return nil
}
