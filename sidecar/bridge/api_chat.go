package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// ChatAPI is the part of API about numbers, chats and groups.
type ChatAPI interface {
	NumberCheck(context.Context, Caller, schema.NumberCheckRequest) (schema.NumberCheckResult, error)
	ChatList(context.Context, Caller, schema.ChatListRequest) (schema.ChatListResult, error)
	ChatMarkRead(context.Context, Caller, schema.ChatMarkReadRequest) (schema.ChatMarkReadResult, error)
	ChatTyping(context.Context, Caller, schema.ChatTypingRequest) (schema.ChatTypingResult, error)
	ChatWindow(context.Context, Caller, schema.ChatWindowRequest) (schema.ChatWindowResult, error)
	GroupList(context.Context, Caller, schema.GroupListRequest) (schema.GroupListResult, error)
}
