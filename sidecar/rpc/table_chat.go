package rpc

func (s *Server) chatHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"number.check": toBridge(api.NumberCheck),
		"group.list":   toBridge(api.GroupList),
	}
}
