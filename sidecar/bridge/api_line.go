package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// LineAPI is the part of API about lines.
type LineAPI interface {
	LineCreate(context.Context, Caller, schema.LineCreateRequest) (schema.Line, error)
	LineList(context.Context, Caller, schema.LineListRequest) (schema.LineListResult, error)
	LineUpdate(context.Context, Caller, schema.LineUpdateRequest) (schema.Line, error)
	LinePause(context.Context, Caller, schema.LinePauseRequest) (schema.Line, error)
	LineResume(context.Context, Caller, schema.LineRequest) (schema.Line, error)
	LineStatus(context.Context, Caller, schema.LineRequest) (schema.Line, error)
	LineLink(context.Context, Caller, schema.LineLinkRequest) (schema.LineLinkResult, error)
	LineUnlink(context.Context, Caller, schema.LineRequest) (schema.Line, error)
	LineRemove(context.Context, Caller, schema.LineRequest) (schema.Line, error)
}
