package pin_test

import (
	"bytes"
	"testing"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
)

// The pin of a pin is that pin, byte for byte.
func FuzzMake(f *testing.F) {
	for _, text := range []string{
		"swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {200: {description: d}}}}}\n",
		"openapi: 3.1.0\ninfo: {title: T, version: 1.0}\npaths: {/a: {post: {description: '| 400 | AWR-1 | x |', x-a: [1e3, 0x1F, ~, \"1e75310\"]}}}\n",
		"openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: '<<', in: query, schema: {enum: [\"\\nx\", yes, 010]}}]}}}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := document.Parse("a.yaml", data)
		if err != nil {
			return
		}
		first, err := pin.Make(doc)
		if err != nil {
			return
		}
		again, err := document.Parse("pin.yaml", first)
		if err != nil {
			t.Fatalf("the pin cannot be read: %v\n%s", err, first)
		}
		second, err := pin.Make(again)
		if err != nil {
			t.Fatalf("the pin cannot be pinned: %v\n%s", err, first)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("the pin of\n%s\nis\n%s", first, second)
		}
	})
}
