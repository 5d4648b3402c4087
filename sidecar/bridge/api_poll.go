package bridge

// PollAPI is the part of API that sends choices other than buttons.
type PollAPI interface {
}
