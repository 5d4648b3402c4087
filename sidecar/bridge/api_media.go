package bridge

// MediaAPI is the part of API about attachments.
type MediaAPI interface {
}
