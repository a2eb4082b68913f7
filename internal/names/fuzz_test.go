package names_test

import (
	"bytes"
	"testing"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/project"
)

// An edit that changes nothing leaves the file as it is, and one that adds a place has it afterwards.
func FuzzTable(f *testing.F) {
	f.Add([]byte(item + "Part: [Item.a, 'Item.\"b c\"']\n# end\nunused:\n  Old:\n    - Item.old\n"))
	f.Add([]byte("# nothing\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := names.Parse(project.NamesFile, data)
		if err != nil {
			return
		}
		place, err := names.ParsePlace("Thing.added[]")
		if err != nil {
			t.Fatal(err)
		}
		text, err := table.Edited(names.Edit{Add: []names.Entry{{Name: "AddedName", Place: place}}})
		if err != nil {
			return // it says why
		}
		again, err := names.Parse(project.NamesFile, text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again.Line("AddedName") == 0 {
			t.Errorf("the name is not there:\n%s", text)
		}
	})
}

// Naming a document ends, and doing it a third time changes nothing. The second may still write down what selects a
// branch that was inline, and has a name since the first.
func FuzzName(f *testing.F) {
	f.Add([]byte(shop("{properties: {a: {$ref: '#/components/schemas/A'}, b: {type: array, items: {properties: {c: {}}}}}}",
		"{A: {allOf: [{$ref: '#/components/schemas/B'}]}, B: {properties: {x: {$ref: '#/components/schemas/A'}}}}")))
	f.Add([]byte(shop("{oneOf: [{$ref: '#/components/schemas/A'}, {properties: {k: {}}}], discriminator: {propertyName: k}}",
		"{A: {properties: {k: {enum: [a]}}}}")))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := document.Parse("a.yaml", data)
		if err != nil || doc.Version != "3.0" || len(data) > 20_000 {
			return
		}
		empty, err := names.Parse(project.NamesFile, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := empty.Name(doc.Root, nil); err != nil {
				return
			}
		}
		first := document.JSON(doc.Root)
		if _, err := empty.Name(doc.Root, nil); err != nil {
			t.Fatal(err)
		}
		if second := document.JSON(doc.Root); !bytes.Equal(first, second) {
			t.Errorf("named:\n%s\nnamed again:\n%s", first, second)
		}
	})
}
