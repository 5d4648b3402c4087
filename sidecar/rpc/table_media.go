package rpc

func (s *Server) mediaHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.send":      toBridge(api.SendMessage),
		"message.sendMedia": toBridge(api.SendMedia),
		"media.get":         toBridge(api.MediaGet),
	}
}
