package bridge

// TemplateAPI is the part of API about templates and the 24-hour window.
type TemplateAPI interface {
}
