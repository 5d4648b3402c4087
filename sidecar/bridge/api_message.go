package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// MessageAPI is the part of API that sends, changes and finds messages.
type MessageAPI interface {
	SendText(context.Context, Caller, schema.SendTextRequest) (schema.SendResult, error)
	SendButtons(context.Context, Caller, schema.SendButtonsRequest) (schema.SendResult, error)
	SendLocation(context.Context, Caller, schema.SendLocationRequest) (schema.SendResult, error)
	SendContact(context.Context, Caller, schema.SendContactRequest) (schema.SendResult, error)
	MessageForward(context.Context, Caller, schema.MessageForwardRequest) (schema.SendResult, error)
	MessageReact(context.Context, Caller, schema.MessageReactRequest) (schema.SendResult, error)
	MessageEdit(context.Context, Caller, schema.MessageEditRequest) (schema.SendResult, error)
	MessageDelete(context.Context, Caller, schema.MessageDeleteRequest) (schema.SendResult, error)
	MessageList(context.Context, Caller, schema.MessageListRequest) (schema.MessageListResult, error)
	MessageCancel(context.Context, Caller, schema.MessageCancelRequest) (schema.SendResult, error)
	MessageGet(context.Context, Caller, schema.MessageGetRequest) (schema.SendResult, error)
}
