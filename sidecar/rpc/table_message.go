package rpc

func (s *Server) messageHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.sendText":     toBridge(api.SendText),
		"message.sendButtons":  toBridge(api.SendButtons),
		"message.sendLocation": toBridge(api.SendLocation),
		"message.sendContact":  toBridge(api.SendContact),
		"message.forward":      toBridge(api.MessageForward),
		"message.react":        toBridge(api.MessageReact),
		"message.edit":         toBridge(api.MessageEdit),
		"message.delete":       toBridge(api.MessageDelete),
		"message.get":          toBridge(api.MessageGet),
		"message.cancel":       toBridge(api.MessageCancel),
		"message.list":         toBridge(api.MessageList),
	}
}
