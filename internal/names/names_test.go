package names_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/project"
)

func tree(t *testing.T, text string) *yaml.Node {
	t.Helper()
	root, err := document.ParseYAML("doc.yaml", []byte(text))
	require.NoError(t, err)
	return root
}

func table(t *testing.T, text string) *names.Table {
	t.Helper()
	table, err := names.Parse(project.NamesFile, []byte(text))
	require.NoError(t, err)
	return table
}

// shop is a document with the given schema of the response, and components.
func shop(response, components string) string {
	return `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /items/{id}:
    get:
      operationId: readItem
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: d, content: {application/json: {schema: ` + response + `}}}}
components:
  schemas: ` + components + "\n"
}

const item = "Item:\n  - GET /items/{id} response 200\n"

func TestParse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"empty":                 {"", ""},
		"comments":              {"# nothing yet\n{}\n", ""},
		"flow":                  {"Item: ['GET /items/{id} response 200', Thing.a]\nThing: Item.thing\n", ""},
		"odd names":             {item + "A:\n  - Item.\"a.b\"\nB:\n  - 'GET /items/{id} query \"filter[x]\"'\n", ""},
		"a cycle with a way in": {"A:\n  - B.b\nB:\n  - A.a\n  - GET /b response 200\n", ""},
		"two names": {item + "Other:\n  - GET /items/{key} response 200\n",
			`spec/names.yaml:4:5: the place GET /items/{key} response 200 has two names: Other, and Item in line 2: keep one of them`},
		"twice": {item + "  - GET /items/{id} response 200\n",
			`spec/names.yaml:3:5: Item has the place GET /items/{id} response 200 in line 2 already`},
		"in and out of use": {item + "unused:\n  Old:\n    - GET /items/{id} response 200\n",
			`spec/names.yaml:5:7: the place GET /items/{id} response 200 has two names: Old, and Item in line 2: keep one of them`},
		"no Go name": {"item:\n  - Thing.a\n", `spec/names.yaml:1:1: "item" is no exported Go name: it must begin with a capital letter and go ` +
			`on with letters, digits and _`},
		"no Go name either": {"A-B:\n  - Thing.a\n", `spec/names.yaml:1:1: "A-B" is no exported Go name: it must begin with a capital letter and go on ` +
			`with letters, digits and _`},
		"no place": {"A:\n  - GET /a\n  - Thing\n  - response 200\n",
			`spec/names.yaml:2:5: "GET /a" is no place: write one as "GET /things response 200", "POST /things request.kind" or "Thing.parts[]"` + "\n" +
				`spec/names.yaml:3:5: "Thing" is no place: write one as "GET /things response 200", "POST /things request.kind" or "Thing.parts[]"` + "\n" +
				`spec/names.yaml:4:5: "response 200" is no place: write one as "GET /things response 200", "POST /things request.kind" or "Thing.parts[]"`},
		"no list":       {"A:\n  b: c\n", `spec/names.yaml:2:3: A needs a list of places`},
		"nothing":       {"A: []\n", `spec/names.yaml:1:4: A needs a list of places`},
		"duplicate key": {item + item, `spec/names.yaml:3:1: duplicate key "Item", first at line 1`},
		"a cycle of owners": {item + "A:\n  - B.b\nB:\n  - A.a\n",
			"spec/names.yaml:3: A is only below itself: its owners B lead to no operation; give one of them a place in an operation\n" +
				"spec/names.yaml:5: B is only below itself: its owners A lead to no operation; give one of them a place in an operation"},
		"no mapping": {"- a\n", `spec/names.yaml: the top level is not a mapping`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := names.Parse(project.NamesFile, []byte(test.text))
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
		})
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	const ref = `{$ref: '#/components/schemas/`
	for name, test := range map[string]struct{ table, doc, want string }{
		"renamed": {item, shop(ref+"Vendor'}", "{Vendor: {type: object, properties: {a: {type: string}}}}"),
			`{"Item":{"type":"object","properties":{"a":{"type":"string"}}}}`},
		"inline": {item + "Part:\n  - Item.parts[]\n", shop("{properties: {parts: {type: array, items: {properties: {a: {type: string}}}}}}", "{}"),
			`{"Item":{"properties":{"parts":{"type":"array","items":{"$ref":"#/components/schemas/Part"}}},"type":"object"},` +
				`"Part":{"properties":{"a":{"type":"string"}},"type":"object"}}`},
		"values and lists go where they are used": {item, shop("{properties: {kind: "+ref+"Kind'}, tags: "+ref+"Tags'}}}",
			"{Kind: {type: string, enum: [a]}, Tags: {type: array, items: "+ref+"Kind'}}}"),
			`{"Item":{"properties":{"kind":{"type":"string","enum":["a"]},"tags":{"type":"array","items":{"type":"string","enum":["a"]}}},"type":"object"}}`},
		"what is about the place stays there": {item + "Part:\n  - Item.part\n",
			shop("{properties: {part: {type: object, readOnly: true, properties: {a: {type: string}}}}}", "{}"),
			`{"Item":{"properties":{"part":{"readOnly":true,"allOf":[{"$ref":"#/components/schemas/Part"}]}},"type":"object"},"Part":{"type":"object",` +
				`"properties":{"a":{"type":"string"}}}}`},
		"an allOf of one and of several": {item + "Part:\n  - Item.part\n",
			shop("{allOf: ["+ref+"Base'}, {type: object, properties: {part: {allOf: ["+ref+"Other'}]}}}]}",
				"{Base: {type: object, required: [a], properties: {a: {type: string}}}, Other: {properties: {b: {type: string}}}}"),
			`{"Item":{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"part":{"$ref":"#/components/schemas/Part"}}},` +
				`"Part":{"properties":{"b":{"type":"string"}},"type":"object"}}`},
		"a value with what is said beside it": {item, shop("{properties: {kind: {allOf: ["+ref+"Kind'}], nullable: true}, "+
			"sure: {nullable: true, allOf: [{type: string}]}}}", "{Kind: {type: string, enum: [a]}}"),
			`{"Item":{"properties":{"kind":{"type":"string","enum":["a"],"nullable":true},"sure":{"type":"string","nullable":true}},"type":"object"}}`},
		"objects in values that allOf puts together": {item + "Part:\n  - Item.parts<all0>{}\n",
			shop("{properties: {parts: {allOf: [{type: object, additionalProperties: "+ref+"P'}}, {minProperties: 1}]}}}",
				"{P: {type: object, properties: {a: {type: string}}}}"),
			`{"Item":{"properties":{"parts":{"allOf":[{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Part"}},` +
				`{"minProperties":1}]}},"type":"object"},"Part":{"type":"object","properties":{"a":{"type":"string"}}}}`},
		"one that holds itself": {item, shop(ref+"Tree'}", "{Tree: {type: object, properties: {child: "+ref+"Tree'}, more: {type: array, items: "+ref+
			"Tree'}}}}}"),
			`{"Item":{"type":"object","properties":{"child":{"$ref":"#/components/schemas/Item"},"more":{"type":"array",` +
				`"items":{"$ref":"#/components/schemas/Item"}}}}}`},
		"a list that holds itself": {"", shop(ref+"Rows'}", "{Rows: {type: array, items: "+ref+"Rows'}}}"),
			`{"Rows":{"type":"array","items":{"$ref":"#/components/schemas/Rows"}}}`},
		"split": {item + "Part:\n  - Item.a\n  - Item.b\n", shop("{properties: {a: "+ref+"A'}, b: "+ref+"B'}}}",
			"{A: {type: object, required: [x], properties: {x: {type: string, enum: [p]}}}, B: {type: object, properties: {x: {type: string, enum: [q]}, "+
				"y: {type: integer}}}}"),
			`{"Item":{"properties":{"a":{"$ref":"#/components/schemas/Part"},"b":{"$ref":"#/components/schemas/Part"}},"type":"object"},` +
				`"Part":{"type":"object","properties":{"x":{"type":"string","enum":["p","q"]},"y":{"type":"integer"}}}}`},
		"merged": {item + "A:\n  - Item.a\nB:\n  - Item.b\n", shop("{properties: {a: "+ref+"AB'}, b: "+ref+"AB'}}}",
			"{AB: {type: object, properties: {x: {type: string}}}}"),
			`{"A":{"type":"object","properties":{"x":{"type":"string"}}},"B":{"type":"object","properties":{"x":{"type":"string"}}},` +
				`"Item":{"properties":{"a":{"$ref":"#/components/schemas/A"},"b":{"$ref":"#/components/schemas/B"}},"type":"object"}}`},
		"branches": {item + "Shape:\n  - Item.shape\nCircle:\n  - Shape<circle>\nBox:\n  - Shape<Square>\n",
			shop("{properties: {shape: {oneOf: ["+ref+"C'}, "+ref+
				"Square'}], discriminator: {propertyName: kind, mapping: {circle: '#/components/schemas/C'}}}}}",
				"{C: {type: object, properties: {kind: {type: string}}}, Square: {type: object, properties: {kind: {type: string}}}}"),
			`{"Box":{"type":"object","properties":{"kind":{"type":"string"}}},"Circle":{"type":"object","properties":{"kind":{"type":"string"}}},` +
				`"Item":{"properties":{"shape":{"$ref":"#/components/schemas/Shape"}},"type":"object"},` +
				`"Shape":{"oneOf":[{"$ref":"#/components/schemas/Circle"},{"$ref":"#/components/schemas/Box"}],"discriminator":{"propertyName":"kind",` +
				`"mapping":{"Square":"#/components/schemas/Box","circle":"#/components/schemas/Circle"}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, test.doc)
			_, err := table(t, test.table).Name(root, nil)
			require.NoError(t, err)
			require.JSONEq(t, test.want, string(document.JSON(document.Get(root, "components", "schemas"))))
		})
	}
}

func TestProposals(t *testing.T) {
	t.Parallel()
	root := tree(t, shop(`{properties: {owner: {$ref: '#/components/schemas/Person'}, maker: {$ref: '#/components/schemas/Person'},
	  taken: {$ref: '#/components/schemas/Extra'},
        seller: {type: object, properties: {address: {type: object, properties: {street: {type: string}, town: {type: string}}}}},
          buyer: {type: object, properties: {address: {type: object, properties: {street: {type: string}, town: {type: string},
          zip: {type: string}}}}}, sizes: {type: array, items: {properties: {w: {type: integer}}}}}}`,
		`{Person: {type: object, properties: {address: {$ref: '#/components/schemas/postal_address'}}}, postal_address: {type: object, properties: `+
			`{street: {type: string}, town: {type: string}}}, Extra: {type: object, properties: {e: {type: string}}}}`))
	r, err := table(t, item+"Owner:\n  - Item.owner\n").Name(root, []string{"Extra"})
	require.NoError(t, err)
	var got []string
	for _, e := range r.Added {
		got = append(got, e.Name+": "+e.Place.String())
	}
	require.Equal(t, []string{
		"ItemBuyer: Item.buyer",
		"ItemBuyerAddress: ItemBuyer.address", // has a member more
		"ItemSeller: Item.seller",             // inline: a name made of the place
		"ItemSize: Item.sizes[]",              // of one item
		"ItemTaken: Item.taken",               // the vendor's name is to be an overlay's
		"Owner: Item.maker",                   // what its component is called elsewhere
		"PostalAddress: ItemSeller.address",   // inline, and like another one under the same property
		"PostalAddress: Owner.address",        // the vendor's name
	}, got)
	require.Empty(t, r.Widened)
}

func TestTypes(t *testing.T) {
	t.Parallel()
	const both = item + "Kind:\n  - Item.a\n  - Item.b\n"
	for name, test := range map[string]struct{ table, schema, want, problem string }{
		"the first declares, the others use": {both, "{properties: {a: {type: string, enum: [x]}, b: {type: string, enum: [x]}}}",
			`{"a":{"type":"string","enum":["x"],"x-go-type-name":"Kind"},"b":{"type":"string","enum":["x"],"x-go-type":"Kind"}}`, ""},
		"one without values": {both, "{properties: {a: {type: string}, b: {type: string, enum: [x]}}}",
			`{"a":{"type":"string","x-go-type":"Kind"},"b":{"type":"string","enum":["x"],"x-go-type-name":"Kind"}}`, ""},
		"the values of all": {both, "{properties: {a: {type: string, enum: [x]}, b: {type: string, enum: [y, x]}}}",
			`{"a":{"type":"string","enum":["x","y"],"x-go-type-name":"Kind"},"b":{"type":"string","enum":["y","x"],"x-go-type":"Kind"}}`, ""},
		"no values at all": {both, "{properties: {a: {type: string}, b: {type: string}}}", `{"a":{"type":"string"},"b":{"type":"string"}}`, ""},
		"different types": {both, "{properties: {a: {type: string, enum: [x]}, b: {type: integer}}}", "",
			"spec/names.yaml:5: Kind names string at Item.a, and integer at Item.b: give one of them another name"},
		"an object and a value": {both, "{properties: {a: {type: string, enum: [x]}, b: {properties: {c: {type: string}}}}}", "",
			"spec/names.yaml:5: Kind names string at Item.a, and object at Item.b: give one of them another name"},
		"a list": {both, "{properties: {a: {type: array, items: {type: string}}, b: {type: array, items: {type: string}}}}", "",
			"spec/names.yaml:4: Item.a is a list, which has no name: name its items, Item.a[]\nspec/names.yaml:5: Item.b is a list, which has no name: " +
				"name its items, Item.b[]"},
		"an overlay names it too": {both, "{properties: {a: {type: string, enum: [x], x-go-type-name: K}, b: {type: string}}}", "",
			"spec/names.yaml:4: Item.a is called Kind here, and an overlay gives it a Go type: remove one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, shop(test.schema, "{}"))
			names := table(t, test.table)
			_, err := names.Name(root, nil)
			require.NoError(t, err)
			typed, err := names.Types(root)
			if err == nil {
				err = names.Unknown(typed, []string{"GET /items/{id}"})
			}
			if test.problem != "" {
				require.EqualError(t, err, test.problem)
				return
			}
			require.NoError(t, err)
			require.JSONEq(t, test.want, string(document.JSON(document.Get(root, "components", "schemas", "Item", "properties"))))
		})
	}
}

// An overlay that makes a place refer to another name than the table's is refused.
func TestTypesAgainstOverlays(t *testing.T) {
	t.Parallel()
	root := tree(t, shop("{properties: {part: {properties: {a: {type: string}}}}}", "{}"))
	names := table(t, item+"Part:\n  - Item.part\n")
	_, err := names.Name(root, nil)
	require.NoError(t, err)
	document.Set(document.Get(root, "components", "schemas", "Item", "properties", "part"), "$ref", document.String("#/components/schemas/Item"))
	_, err = names.Types(root)
	require.EqualError(t, err, "spec/names.yaml:4: Item.part is called Part here, and an overlay makes it Item: use one name in both")
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	root := tree(t, shop("{properties: {owners: {type: array, items: {properties: {a: {type: string}}}}}}", "{}"))
	names := table(t, item+"Owner:\n  - Item.owner[]\n  - Item.owners[]\nBox:\n  - GET /boxes response 200\n")
	_, err := names.Name(root, nil)
	require.NoError(t, err)
	typed, err := names.Types(root)
	require.NoError(t, err)
	require.EqualError(t, names.Unknown(typed, []string{"GET /items/{key}"}),
		`spec/names.yaml:4: the document has no place Item.owner[], which is to be Owner (the nearest is Item.owners[]): correct it, or move it below "unused"`+
			"\n"+
			`spec/names.yaml:7: Box has a place in GET /boxes, which is not selected: select it, or move the place below "unused"`)
}

func TestEdited(t *testing.T) {
	t.Parallel()
	entry := func(name, place string) names.Entry {
		p, err := names.ParsePlace(place)
		require.NoError(t, err)
		return names.Entry{Name: name, Place: p}
	}
	const text = "# Names.\n\n# The one.\nItem:\n  - GET /items/{id} response 200 # read\nPart: [Item.part, Item.spare]\n\n# Values.\nKind:\n  - " +
		"Item.kind\nunused:\n  # Was there once.\n  Old:\n    - Item.old\n"
	for name, test := range map[string]struct {
		text string
		edit names.Edit
		want string
	}{
		"nothing": {text, names.Edit{}, text},
		"a place and a name": {text, names.Edit{Add: []names.Entry{entry("New", "Item.new"), entry("Item", "POST /items response 200"),
			entry("Part", "Item.more[]")}},
			"# Names.\n\n# The one.\nItem:\n  - GET /items/{id} response 200 # read\n  - POST /items response 200\nPart:\n  - Item.part\n  - Item.spare\n  " +
				"- Item.more[]\n\n# Values.\nKind:\n  - Item.kind\nNew:\n  - Item.new\nunused:\n  # Was there once.\n  Old:\n    - Item.old\n"},
		"out of use and back": {text, names.Edit{Rest: []names.Entry{entry("Kind", "Item.kind"), entry("Part", "Item.spare")},
			Return: []names.Entry{entry("Old", "Item.old")}},
			"# Names.\n\n# The one.\nItem:\n  - GET /items/{id} response 200 # read\nPart:\n  - Item.part\n\n# Values.\nOld:\n  - Item.old\nunused:\n  # " +
				"Was there once.\n  Kind:\n    - Item.kind\n  Part:\n    - Item.spare\n"},
		"the first": {"# Names are added here.\n", names.Edit{Add: []names.Entry{entry("Item", `GET /items query "a b"`)}},
			"# Names are added here.\nItem:\n  - 'GET /items query \"a b\"'\n"},
		"more of the last": {text, names.Edit{Add: []names.Entry{entry("A", "Item.a"), entry("Kind", "Item.other")},
			Rest: []names.Entry{entry("Item", "GET /items/{id} response 200"), entry("Old", "Item.older")}},
			"# Names.\n\n# The one.\nPart: [Item.part, Item.spare]\n\n# Values.\nKind:\n  - Item.kind\n  - Item.other\nA:\n  - Item.a\nunused:\n  # Was " +
				"there once.\n  Old:\n    - Item.old\n    - Item.older\n  Item:\n    - GET /items/{id} response 200\n"},
		"before the comment of what is unused": {"# Names.\nItem:\n  - GET /items response 200\n\n# Out of use,\n\n# all of it.\nunused:\n  Old:\n    - Item.old\n",
			names.Edit{Add: []names.Entry{entry("New", "Item.new")}},
			"# Names.\nItem:\n  - GET /items response 200\nNew:\n  - Item.new\n\n# Out of use,\n\n# all of it.\nunused:\n  Old:\n    - Item.old\n"},
		"where all is unused": {"# Out of use.\nunused:\n  Old:\n    - Item.old\n", names.Edit{Add: []names.Entry{entry("New", "GET /n response 200")}},
			"New:\n  - GET /n response 200\n# Out of use.\nunused:\n  Old:\n    - Item.old\n"},
		"other line breaks": {strings.NewReplacer("# Names.\n", "# Names.\u0085", "# read\n", "# read\u2028").Replace(text),
			names.Edit{Add: []names.Entry{entry("Kind", "Item.other")}}, strings.Replace(text, "Item.kind\n", "Item.kind\n  - Item.other\n", 1)},
		"the first of unused": {item, names.Edit{Add: []names.Entry{entry("A", "Item.a")}, Rest: []names.Entry{entry("Item", "GET /items/{key} response 200")}},
			"A:\n  - Item.a\n\nunused:\n  Item:\n    - GET /items/{key} response 200\n"},
		"some of a list": {item + "Kind:\n  # The first.\n  - Item.kind\n  - Item.other # stays\n  - Item.third\n",
			names.Edit{Rest: []names.Entry{entry("Kind", "Item.third"), entry("Kind", "Item.kind")}},
			item + "Kind:\n  # The first.\n  - Item.other # stays\n\nunused:\n  Kind:\n    - Item.third\n    - Item.kind\n"},
		// Once all places below it are back, the key may still be there, and is used again.
		"all but a comment is back": {item + "unused:\n  # Was there once.\n  Old:\n    - Item.old\n", names.Edit{Return: []names.Entry{entry("Old", "Item.old")}},
			item + "Old:\n  - Item.old\nunused:\n  # Was there once.\n"},
		"where a comment is left": {item + "Old:\n  - Item.old\nunused:\n  # Was there once.\n", names.Edit{Rest: []names.Entry{entry("Old", "Item.old")}},
			item + "unused:\n  # Was there once.\n  Old:\n    - Item.old\n"},
		"where nothing is unused": {item + "A: Item.a\nunused: {} # nothing\n", names.Edit{Rest: []names.Entry{entry("A", "Item.a")}},
			item + "unused: # nothing\n  A:\n    - Item.a\n"},
		"nothing, where nothing is unused": {item + "unused: {}\n", names.Edit{}, item + "unused: {}\n"},
		"where null is unused": {item + "A: Item.a\nunused: ~\n", names.Edit{Rest: []names.Entry{entry("A", "Item.a")}},
			item + "unused:\n  A:\n    - Item.a\n"},
		"unused before the names": {"unused:\n  Old:\n    - Item.old\n\n# The one.\n" + item + "Kind:\n  - Item.kind\n",
			names.Edit{Add: []names.Entry{entry("New", "Item.new")}, Rest: []names.Entry{entry("Kind", "Item.kind"), entry("Old", "Item.older")}},
			"New:\n  - Item.new\nunused:\n  Old:\n    - Item.old\n    - Item.older\n  Kind:\n    - Item.kind\n\n# The one.\n" + item},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := table(t, test.text).Edited(test.edit)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
			again, err := names.Parse(project.NamesFile, got)
			require.NoError(t, err)
			require.Equal(t, strings.Count(test.want, "  - "), strings.Count(string(again.Bytes()), "  - "))
		})
	}
}

// Of inline objects that are alike under one property, the first by its place gives the name, however maps are walked.
func TestNamesOfAlikeInlineObjects(t *testing.T) {
	t.Parallel()
	const street = "{type: object, properties: {address: {type: object, properties: {street: {type: string}}}}}"
	for _, order := range []string{"{buyer: " + street + ", seller: " + street + "}", "{seller: " + street + ", buyer: " + street + "}"} {
		root := tree(t, shop("{properties: "+order+"}", "{}"))
		r, err := table(t, item).Name(root, nil)
		require.NoError(t, err)
		var got []string
		for _, e := range r.Added {
			got = append(got, e.Name+": "+e.Place.String())
		}
		require.Equal(t, []string{
			"ItemBuyer: Item.buyer", "ItemBuyerAddress: ItemBuyer.address", "ItemBuyerAddress: ItemSeller.address", "ItemSeller: Item.seller",
		}, got)
	}
}

// Every place of an operation where a type can be is named, and each status by itself; the first success by its schema.
func TestNamesOfEveryPlace(t *testing.T) {
	t.Parallel()
	object := func(member string) string { return "{type: object, properties: {" + member + ": {type: string}}}" }
	content := func(schema string) string {
		return "{description: d, content: {application/json: {schema: " + schema + "}}}"
	}
	root := tree(t, `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: shared, in: query, schema: `+object("h")+`}]
    post:
      operationId: makeItem
      parameters:
        - {name: filter, in: query, schema: `+object("f")+`}
        - {name: X-Trace, in: header, schema: `+object("t")+`}
      requestBody: `+content(object("r"))+`
      responses:
        '200': `+content(object("s"))+`
        '202': `+content("{allOf: [{$ref: '#/components/schemas/Late'}]}")+`
        '400': `+content(object("e"))+`
        default: `+content(object("d"))+`
      callbacks: {done: {'{$request.body#/url}': {post: {requestBody: `+content(object("c"))+`, responses: {'200': {description: d}}}}}}
components:
  schemas: {Late: `+object("l")+`}
`)
	r, err := table(t, "").Name(root, nil)
	require.NoError(t, err)
	var got []string
	for _, e := range r.Added {
		got = append(got, e.Name+": "+e.Place.String())
	}
	require.Equal(t, []string{
		"Late: POST /items/{id} response 202", "MakeItem: POST /items/{id} header X-Trace", "MakeItem2: POST /items/{id} query filter",
		"MakeItem3: POST /items/{id} query shared", "MakeItemRequest: POST /items/{id} request", "MakeItemResponse: POST /items/{id} response 200",
		"MakeItemResponse2: POST /items/{id} response 400", "MakeItemResponse3: POST /items/{id} response default",
	}, got)
	for name, member := range map[string]string{
		"Late": "l", "MakeItem": "t", "MakeItem2": "f", "MakeItem3": "h", "MakeItemRequest": "r", "MakeItemResponse": "s", "MakeItemResponse2": "e",
		"MakeItemResponse3": "d",
	} {
		require.NotNil(t, document.Get(root, "components", "schemas", name, "properties", member), name)
	}
}

// Whatever a document has in a path or a name, its place can be written and read.
func TestPlacesOfOddTexts(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{"a\u2028b", "a\nb", "a\x1bb", "a\u0085", `a"b`, `a'b`, `a\b`, "a: b", "a #b", "größe", "🎉"} {
		for _, place := range []names.Place{
			{Operation: "GET /" + odd + "/x", Part: "response 200"},
			{Operation: "GET /x", Part: "query " + names.Quoted(odd)},
			{Owner: "Item", Steps: "." + names.Quoted(odd)},
		} {
			text, err := table(t, item).Edited(names.Edit{Add: []names.Entry{{Name: "Thing", Place: place}}})
			require.NoError(t, err, "%q", place)
			again := table(t, string(text))
			edited, err := again.Edited(names.Edit{Rest: []names.Entry{{Name: "Thing", Place: place}}})
			require.NoError(t, err, "%q", place)
			require.NotContains(t, string(edited[:strings.Index(string(edited), "unused:")]), "Thing", "the place is known again")
		}
	}
}
