package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// PollAPI is the part of API that sends choices other than buttons.
type PollAPI interface {
	SendList(context.Context, Caller, schema.SendListRequest) (schema.SendResult, error)
	SendPoll(context.Context, Caller, schema.SendPollRequest) (schema.SendResult, error)
}
