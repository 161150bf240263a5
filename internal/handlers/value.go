package handlers

import (
	"encoding/json"

	"apierrorbot/internal/store"
)

// value is what a button carries: whom it is about and which state it sets. It
// sets and never toggles, so that a click that arrives twice, or from a message
// that is out of date, does what its label said.
type value struct {
	Case    string      `json:"case,omitempty"`
	Item    int         `json:"item,omitempty"`    // for actionChoose
	Article string      `json:"article,omitempty"` // for actionChoose, "" goes back to the question
	Step    string      `json:"step,omitempty"`
	Done    bool        `json:"done"`            // for actionStep
	State   store.State `json:"state,omitempty"` // for actionState
}

func (v value) String() string {
	text, err := json.Marshal(v)
	if err != nil { // it holds strings, a bool and an int
		panic(err)
	}
	return string(text)
}

// parseValue reads the value of a button of ours. Buttons of earlier versions
// carry the same fields or fewer.
func parseValue(text string) (value, error) {
	var v value
	err := json.Unmarshal([]byte(text), &v)
	return v, err
}
