package errorcodes

import "encoding/json"

// Body is an error body of any of the shapes that the vendor sends. A member of another type counts as absent.
type Body struct {
	Entry
	Description string  // error_description, of OAuth
	Errors      []Entry // what is no object is an empty entry
}

// Entry is a code with its message: that of the whole, or one of its list.
type Entry struct{ Code, Message string }

// ReadBody reads an error body. What is not JSON is an empty one.
func ReadBody(data []byte) Body {
	whole := membersOf(data)
	b := Body{Entry: entryOf(whole), Description: textOf(whole["error_description"])}
	var list []json.RawMessage
	_ = json.Unmarshal(whole["errors"], &list)
	for _, item := range list {
		b.Errors = append(b.Errors, entryOf(membersOf(item)))
	}
	return b
}

// First is the first entry of the list that has a code, else that of the whole.
func (b Body) First() Entry {
	for _, e := range b.Errors {
		if e.Code != "" {
			return e
		}
	}
	return b.Entry
}

func entryOf(members map[string]json.RawMessage) Entry {
	return Entry{textOf(members["errorCode"]), textOf(members["message"])}
}

func membersOf(data []byte) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(data, &members)
	return members
}

func textOf(raw json.RawMessage) (text string) {
	_ = json.Unmarshal(raw, &text)
	return text
}
