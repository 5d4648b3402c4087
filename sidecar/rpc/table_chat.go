package rpc

func (s *Server) chatHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"number.check":  toBridge(api.NumberCheck),
		"chat.window":   toBridge(api.ChatWindow),
		"chat.list":     toBridge(api.ChatList),
		"chat.markRead": toBridge(api.ChatMarkRead),
		"chat.typing":   toBridge(api.ChatTyping),
		"group.list":    toBridge(api.GroupList),
	}
}
