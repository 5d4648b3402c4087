package rpc

func (s *Server) webhookHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"webhook.create": toBridge(api.WebhookCreate),
		"webhook.list":   toBridge(api.WebhookList),
		"webhook.update": toBridge(api.WebhookUpdate),
		"webhook.remove": toBridge(api.WebhookRemove),
		"webhook.rotate": toBridge(api.WebhookRotate),
		"webhook.test":   toBridge(api.WebhookTest),
	}
}
