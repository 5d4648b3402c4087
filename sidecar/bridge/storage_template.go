package bridge

import (
	"time"

	"github.com/nodeline/nodeline/schema"
)

// TemplateView is the part of View about templates.
type TemplateView interface {
	// Template is a version of a template; version 0 is the newest.
	Template(name, language string, version int) (rec TemplateRecord, ok bool, err error)
	// Templates are the newest versions of all, by name and language.
	Templates() ([]TemplateRecord, error)
}

// TemplateTx is the part of Tx about templates.
type TemplateTx interface {
	// PutTemplate keeps a version in place of what was stored of it.
	PutTemplate(TemplateRecord) error
	// DeleteTemplate forgets every version.
	DeleteTemplate(name, language string) error
}

// TemplateRecord is one stored version of a template.
type TemplateRecord struct {
	Name     string
	Language string
	Version  int // from 1
	Category schema.TemplateCategory
	Status   schema.TemplateStatus
	Content  schema.TemplateContent
	Created  time.Time // of version 1
	Updated  time.Time
}
