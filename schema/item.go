package schema

// AskKind says what becomes of a wait when its item moves to another stage.
type AskKind string

// Ask kinds.
const (
	AskRobot    AskKind = "robot"    // it ends as cancelled, with the reason stage_changed
	AskActivity AskKind = "activity" // it goes on
)

// ItemMovedRequest says that an item stands at another stage, or is gone.
type ItemMovedRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Item string `json:"item" validate:"required,notblank,max=128" norm:"trim" en:"Item" ru:"Элемент"`
	// Stage absent: the item is gone, so that every robot's wait ends.
	Stage string `json:"stage,omitempty" validate:"omitempty,max=128" norm:"trim" en:"Stage" ru:"Стадия"`
}

// ItemMovedResult are the asks that this call ended, oldest first. The same call
// again finds none to end.
type ItemMovedResult struct {
	Stamp
	Asks []Ask `json:"asks"`
}
