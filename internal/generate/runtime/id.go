package runtime

import "encoding/json"

// ID is an identifier. The API sends ids as JSON strings and, in some places, as numbers that exceed 32 bits: both
// decode to the same text. It encodes as a string.
type ID string

// UnmarshalJSON accepts a string, a number or null, which leaves the ID as it is.
func (id *ID) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(id))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return valueError("an id must be a string or a number, not " + kindOfJSON(data))
	}
	*id = ID(n)
	return nil
}

func kindOfJSON(data []byte) string {
	switch {
	case !json.Valid(data):
		return "what is no JSON"
	case data[0] == '{':
		return "an object"
	case data[0] == '[':
		return "a list"
	}
	return "a boolean"
}
