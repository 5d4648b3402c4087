package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// TemplateAPI is the part of API about templates.
type TemplateAPI interface {
	TemplateCreate(context.Context, Caller, schema.TemplateCreateRequest) (schema.Template, error)
	TemplateUpdate(context.Context, Caller, schema.TemplateUpdateRequest) (schema.Template, error)
	TemplateGet(context.Context, Caller, schema.TemplateGetRequest) (schema.Template, error)
	TemplateList(context.Context, Caller, schema.TemplateListRequest) (schema.TemplateListResult, error)
	TemplatePreview(context.Context, Caller, schema.TemplatePreviewRequest) (schema.TemplatePreviewResult, error)
	TemplateImport(context.Context, Caller, schema.TemplateImportRequest) (schema.Template, error)
	TemplateExport(context.Context, Caller, schema.TemplateRequest) (schema.TemplateExportResult, error)
	SendTemplate(context.Context, Caller, schema.SendTemplateRequest) (schema.SendResult, error)
	TemplateDelete(context.Context, Caller, schema.TemplateRequest) (schema.Template, error)
}
