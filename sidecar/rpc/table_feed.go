package rpc

func (s *Server) feedHandlers() map[string]handler {
	api := s.opts.API
	return map[string]handler{
		"event.list":        toBridge(api.EventList),
		"event.subscribe":   bind(s.eventSubscribe),
		"event.unsubscribe": bind(s.eventUnsubscribe),
		"host.attach":       bind(s.hostAttach),
		"delivery.ack":      toBridge(api.DeliveryAck),
		"delivery.list":     toBridge(api.DeliveryList),
		"delivery.replay":   toBridge(api.DeliveryReplay),
	}
}
