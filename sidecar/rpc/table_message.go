package rpc

func (s *Server) messageHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.sendText":    toBridge(api.SendText),
		"message.sendButtons": toBridge(api.SendButtons),
		"message.get":         toBridge(api.MessageGet),
		"message.cancel":      toBridge(api.MessageCancel),
		"message.list":        toBridge(api.MessageList),
	}
}
