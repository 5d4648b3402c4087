package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// FeedAPI is the part of API about events and deliveries.
type FeedAPI interface {
	// EventFilter reads what an event.subscribe is to be pushed.
	EventFilter(context.Context, Caller, schema.EventSubscribeRequest) (Filter, error)
	EventList(context.Context, Caller, schema.EventListRequest) (schema.EventListResult, error)
	DeliveryList(context.Context, Caller, schema.DeliveryListRequest) (schema.DeliveryListResult, error)
	DeliveryAck(context.Context, Caller, schema.DeliveryAckRequest) (schema.DeliveryAckResult, error)
	DeliveryReplay(context.Context, Caller, schema.DeliveryReplayRequest) (schema.DeliveryReplayResult, error)
}
