package rpc

func (s *Server) askHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.ask": toBridge(api.Ask),
		"ask.get":     toBridge(api.AskGet),
		"ask.list":    toBridge(api.AskList),
		"ask.cancel":  toBridge(api.AskCancel),
		"item.moved":  toBridge(api.ItemMoved),
	}
}
