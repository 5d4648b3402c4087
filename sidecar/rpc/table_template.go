package rpc

func (s *Server) templateHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"message.sendTemplate": toBridge(api.SendTemplate),
		"template.create":      toBridge(api.TemplateCreate),
		"template.update":      toBridge(api.TemplateUpdate),
		"template.get":         toBridge(api.TemplateGet),
		"template.list":        toBridge(api.TemplateList),
		"template.preview":     toBridge(api.TemplatePreview),
		"template.import":      toBridge(api.TemplateImport),
		"template.export":      toBridge(api.TemplateExport),
		"template.delete":      toBridge(api.TemplateDelete),
	}
}
