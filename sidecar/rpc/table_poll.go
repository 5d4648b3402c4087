package rpc

func (s *Server) pollHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.sendList": toBridge(api.SendList),
		"message.sendPoll": toBridge(api.SendPoll),
	}
}
