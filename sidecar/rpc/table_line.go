package rpc

func (s *Server) lineHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"line.create": toBridge(api.LineCreate),
		"line.list":   bind(s.lineList),
		"line.status": toBridge(api.LineStatus),
		"line.update": toBridge(api.LineUpdate),
		"line.pause":  toBridge(api.LinePause),
		"line.resume": toBridge(api.LineResume),
		"line.link":   toBridge(api.LineLink),
		"line.unlink": toBridge(api.LineUnlink),
		"line.remove": bind(s.lineRemove),
	}
}
