package names_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
)

// to is a reference to a component, in a document and as JSON.
func to(name string) string { return `{"$ref": "#/components/schemas/` + name + `"}` }

// added are the places that got a name.
func added(r *names.Result) (list []string) {
	for _, e := range r.Added {
		list = append(list, e.Name+": "+e.Place.String())
	}
	return list
}

func TestNameAtItsEdges(t *testing.T) {
	t.Parallel()
	const a, b = "properties: {a: {type: string}}", "properties: {b: {type: string}}"
	for name, test := range map[string]struct{ table, doc, want string }{
		"each part requires": {item, shop("{allOf: [{type: object, required: [a, c], "+a+"}, {required: [c, b], title: t, "+b+"}]}", "{}"),
			`{"Item": {"type": "object", "required": ["a", "c", "b"], "title": "t", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}`},
		"a part admits other members": {item, shop("{allOf: [{"+a+", additionalProperties: true}, {"+b+"}]}", "{}"),
			`{"Item": {"type": "object", "additionalProperties": true, "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}`},
		// All of them are to hold: the whole has no other member, and is not null, as soon as one part says so.
		"a part admits no other members": {item, shop("{allOf: [{"+a+", additionalProperties: false}, {"+b+"}]}", "{}"),
			`{"Item": {"allOf": [` + to("ItemAll0") + `, ` + to("ItemAll1") + `]}, "ItemAll0": {"type": "object", "additionalProperties": false, ` +
				`"properties": {"a": {"type": "string"}}}, "ItemAll1": {"type": "object", "properties": {"b": {"type": "string"}}}}`},
		"a part may be null": {item, shop("{allOf: [{"+a+", nullable: true}, {"+b+"}]}", "{}"),
			`{"Item": {"allOf": [{"nullable": true, "allOf": [` + to("ItemAll0") + `]}, ` + to("ItemAll1") + `]}, "ItemAll0": {"type": "object", ` +
				`"properties": {"a": {"type": "string"}}}, "ItemAll1": {"type": "object", "properties": {"b": {"type": "string"}}}}`},
		"the whole may be null": {item + "Part:\n  - Item.part\n", shop("{properties: {part: {nullable: true, allOf: [{"+a+"}, {"+b+"}]}}}", "{}"),
			`{"Item": {"type": "object", "properties": {"part": {"nullable": true, "allOf": [` + to("Part") + `]}}}, ` +
				`"Part": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}`},
		"one that is a part of itself": {item, shop(to("A"), "{A: {allOf: ["+to("A")+", {"+a+"}]}}"),
			`{"Item": {"allOf": [` + to("Item") + `, ` + to("ItemAll1") + `]}, "ItemAll1": {"type": "object", "properties": {"a": {"type": "string"}}}}`},
		"no properties make no object": {item, shop("{properties: {free: {type: object, properties: {}}, any: {properties: {}}}}", "{}"),
			`{"Item": {"type": "object", "properties": {"free": {"type": "object", "properties": {}}, "any": {"properties": {}}}}}`},
		"inline branches have no values": {item + "Shape:\n  - Item.shape\nA:\n  - Shape<0>\nB:\n  - Shape<1>\n",
			shop("{properties: {shape: {oneOf: [{"+a+"}, {"+b+"}], discriminator: {propertyName: a}}}}", "{}"),
			`{"Item": {"type": "object", "properties": {"shape": ` + to("Shape") + `}}, "Shape": {"oneOf": [` + to("A") + `, ` + to("B") + `], ` +
				`"discriminator": {"propertyName": "a"}}, "A": {"type": "object", "properties": {"a": {"type": "string"}}}, ` +
				`"B": {"type": "object", "properties": {"b": {"type": "string"}}}}`},
		"a branch that may be null": {item + "Shape:\n  - Item.shape\nCircle:\n  - Shape<C>\n",
			shop("{properties: {shape: {oneOf: ["+to("C")+"], discriminator: {propertyName: a}}}}", "{C: {nullable: true, type: object, "+a+"}}"),
			`{"Item": {"type": "object", "properties": {"shape": ` + to("Shape") + `}}, "Shape": {"oneOf": [{"nullable": true, "allOf": [` +
				to("Circle") + `]}], "discriminator": {"propertyName": "a", "mapping": {"C": "#/components/schemas/Circle"}}}, ` +
				`"Circle": {"type": "object", "properties": {"a": {"type": "string"}}}}`},
		"a list that a reference into a component leads back to": {item,
			shop(to("Rows"), "{Rows: {properties: {x: {type: array, items: "+to("Rows/properties/x")+"}}}}"),
			`{"Item": {"type": "object", "properties": {"x": {"type": "array", "items": {"type": "array", "items": ` + to("RowsPropertiesX") + `}}}}, ` +
				`"RowsPropertiesX": {"type": "array", "items": {"type": "array", "items": ` + to("RowsPropertiesX") + `}}}`},
		"a list with something beside it that holds itself": {item,
			shop("{properties: {w: "+to("W")+"}}", "{W: {nullable: true, allOf: [{type: array, items: "+to("W")+"}]}}"),
			`{"Item": {"type": "object", "properties": {"w": {"nullable": true, "type": "array", "items": {"nullable": true, "allOf": [` + to("W") +
				`]}}}}, "W": {"allOf": [{"type": "array", "items": {"nullable": true, "type": "array", "items": {"nullable": true, "allOf": [` + to("W") +
				`]}}}]}}`},
		// Each of these holds, by its first part, one that says the same, without end.
		"an inline object inside of one like it": {item, shop("{allOf: ["+to("Base")+", {"+a+"}]}",
			"{Base: {type: object, properties: {child: {allOf: ["+to("Base")+", {"+a+"}]}}}}"),
			`{"Item": {"type": "object", "properties": {"child": ` + to("Item") + `, "a": {"type": "string"}}}}`},
		"and further inside": {item, shop("{allOf: ["+to("Base")+", {"+a+"}]}",
			"{Base: {type: object, properties: {mid: {type: object, properties: {child: {allOf: ["+to("Base")+", {"+a+"}]}}}}}}"),
			`{"Item": {"type": "object", "properties": {"mid": ` + to("ItemMid") + `, "a": {"type": "string"}}}, ` +
				`"ItemMid": {"type": "object", "properties": {"child": ` + to("Item") + `}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, test.doc)
			_, err := table(t, test.table).Name(root, nil)
			require.NoError(t, err)
			require.JSONEq(t, test.want, string(document.JSON(document.Get(root, "components", "schemas"))))
		})
	}
}

// Parts in parts are one object down to a hundred of them.
func TestPartsInParts(t *testing.T) {
	t.Parallel()
	for depth, flat := range map[int]bool{100: true, 101: false} {
		schema := strings.Repeat("{type: object, allOf: [", depth) + "{type: object, properties: {a: {type: string}}}" + strings.Repeat("]}", depth)
		root := tree(t, shop(schema, "{}"))
		_, err := table(t, item).Name(root, nil)
		require.NoError(t, err)
		require.Equal(t, flat, document.Get(root, "components", "schemas", "Item", "allOf") == nil, depth)
	}
}

// The fields of a form stay in their place, whatever its component is called; what they hold has names.
func TestNamesOfForms(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"multipart/form-data", "application/x-www-form-urlencoded; charset=utf-8"} {
		root := tree(t, `openapi: 3.0.3
paths:
  /items:
    post:
      operationId: makeItem
      requestBody:
        content:
          multipart/mixed: {}
          application/xml: {}
          `+media+`: {schema: {$ref: '#/components/schemas/Form'}}
      responses: {'204': {description: d}}
components:
  schemas: {Form: {type: object, properties: {file: {type: string}, at: {type: object, properties: {a: {type: string}}}}}}
`)
		r, err := table(t, "Address:\n  - POST /items request.at\n").Name(root, nil)
		require.NoError(t, err)
		require.Empty(t, r.Added)
		require.JSONEq(t, `{"type": "object", "properties": {"file": {"type": "string"}, "at": `+to("Address")+`}}`,
			string(document.JSON(document.Get(root, "paths", "/items", "post", "requestBody", "content", media, "schema"))))
		require.JSONEq(t, `{"Address": {"type": "object", "properties": {"a": {"type": "string"}}}}`,
			string(document.JSON(document.Get(root, "components", "schemas"))))
	}
}

// What is in a parameter's content is named like its schema, and a document without components gets some if it needs them.
func TestNamesWithoutComponents(t *testing.T) {
	t.Parallel()
	const start = "openapi: 3.0.3\npaths: {/items: {get: {operationId: listItems, parameters: [{name: f, in: query"
	root := tree(t, start+", content: {application/xml: {}, application/json: {schema: {properties: {a: {type: string}}}}}}]}}}\n")
	r, err := table(t, "").Name(root, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"ListItems: GET /items query f"}, added(r))
	require.JSONEq(t, `{"schemas": {"ListItems": {"type": "object", "properties": {"a": {"type": "string"}}}}}`,
		string(document.JSON(document.Get(root, "components"))))

	root = tree(t, start+", schema: {type: string}}]}}}\n")
	_, err = table(t, "").Name(root, nil)
	require.NoError(t, err)
	require.Nil(t, document.Get(root, "components"))
}

// Callbacks and the headers of a form's parts refer to the vendor's components, also by way of other components. They
// follow these to their new names, and never to another component that has got the vendor's name.
func TestNamesOfLeftovers(t *testing.T) {
	t.Parallel()
	object := func(member string) string { return "{type: object, properties: {" + member + ": {type: string}}}" }
	root := tree(t, `openapi: 3.0.3
paths:
  /items:
    post:
      operationId: makeItem
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {a: `+to("B")+`}}
            encoding: {a: {headers: {X-A: {schema: `+to("Extra")+`}, X-B: {$ref: '#/components/headers/Shared'}}}}
      callbacks:
        done:
          '{$request.body#/url}':
            post:
              requestBody: {$ref: '#/components/requestBodies/Done'}
              responses: {'200': {description: d, content: {application/json: {schema: `+to("A")+`}, application/xml: {schema: `+to("A")+`}}}}
        gone: {$ref: '#/components/callbacks/Gone'}
        again: {$ref: '#/components/callbacks/Gone'}
        lost: {$ref: '#/components/callbacks/Lost'}
      responses: {'204': {description: d}}
  /parts:
    post: {operationId: makePart, requestBody: {content: {application/json: {schema: `+to("Shared")+`}}}, responses: {'204': {description: d}}}
components:
  headers: {Shared: {schema: `+to("Count")+`}}
  requestBodies: {Done: {content: {application/json: {schema: `+to("B")+`}}}}
  callbacks: {Gone: {'{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: `+to("C/properties/c")+`}}}}}}}
  schemas: {A: `+object("a")+`, B: `+object("b")+`, C: {properties: {c: `+object("c")+`}}, Count: {type: integer}, Extra: `+object("e")+`, Shared: `+
		object("s")+`}
`)
	_, err := table(t, "A:\n  - POST /items request.a\n").Name(root, nil)
	require.NoError(t, err)
	member := func(path ...string) string { return string(document.JSON(document.Get(root, path...))) }
	post := []string{"paths", "/items", "post"}
	done := slices.Concat(post, []string{"callbacks", "done", "{$request.body#/url}", "post", "responses", "200", "content"})
	form := slices.Concat(post, []string{"requestBody", "content", "multipart/form-data"})
	for _, test := range []struct {
		path []string
		want string
	}{
		{slices.Concat(form, []string{"schema", "properties", "a"}), "A"},
		{slices.Concat(form, []string{"encoding", "a", "headers", "X-A", "schema"}), "Extra"},
		{[]string{"components", "headers", "Shared", "schema"}, "Count"},
		{[]string{"components", "requestBodies", "Done", "content", "application/json", "schema"}, "A"}, // the vendor's B
		{slices.Concat(done, []string{"application/json", "schema"}), "Object"},                         // the vendor's A
		{slices.Concat(done, []string{"application/xml", "schema"}), "Object"},
		{[]string{"components", "callbacks", "Gone", "{$request.body#/url}", "post", "requestBody", "content", "application/json", "schema"},
			"CPropertiesC"},
		{[]string{"paths", "/parts", "post", "requestBody", "content", "application/json", "schema"}, "Shared"},
	} {
		require.JSONEq(t, to(test.want), member(test.path...), test.path)
	}
	require.JSONEq(t, `{"A": {"type": "object", "properties": {"b": {"type": "string"}}}, "Object": {"type": "object", "properties": {"a": {"type": `+
		`"string"}}}, "CPropertiesC": {"type": "object", "properties": {"c": {"type": "string"}}}, "Count": {"type": "integer"}, "Extra": {"type": `+
		`"object", "properties": {"e": {"type": "string"}}}, "Shared": {"type": "object", "properties": {"s": {"type": "string"}}}}`,
		member("components", "schemas"))
}

// Inline objects say the same whatever the objects and lists of objects in them say, but not if a value differs.
func TestNamesOfAlikeObjectsThatHoldOthers(t *testing.T) {
	t.Parallel()
	holder := func(street, owner, point string) string {
		return "{type: object, properties: {address: {type: object, properties: {street: {type: " + street + "}, owner: " + owner +
			", line: {type: array, items: {properties: {lat: {type: number}" + point + "}}}}}}}"
	}
	root := tree(t, shop("{properties: {buyer: "+holder("string", to("Person"), "")+", seller: "+
		holder("string", "{properties: {name: {type: string}}}", ", long: {type: number}")+", other: "+holder("integer", to("Person"), "")+"}}",
		"{Person: {type: object, properties: {name: {type: string}}}}"))
	r, err := table(t, item).Name(root, nil)
	require.NoError(t, err)
	require.Equal(t, []string{
		"ItemBuyer: Item.buyer",
		"ItemBuyerAddress: ItemBuyer.address",
		"ItemBuyerAddress: ItemSeller.address",
		"ItemBuyerAddressLine: ItemBuyerAddress.line[]",
		"ItemBuyerAddressLine: ItemOtherAddress.line[]",
		"ItemOther: Item.other",
		"ItemOtherAddress: ItemOther.address",
		"ItemSeller: Item.seller",
		"Person: ItemBuyerAddress.owner",
		"Person: ItemOtherAddress.owner",
	}, added(r))
	require.Len(t, r.Widened, 1)
	require.Equal(t, "ItemBuyerAddressLine", r.Widened[0].Name)
	require.Len(t, facts(r.Widened), 1)
	require.Contains(t, facts(r.Widened)[0], ".long: only in ")
}

// Of the two inline objects of one body, that of the first media type comes first.
func TestNamesOfTwoMediaTypes(t *testing.T) {
	t.Parallel()
	root := tree(t, "openapi: 3.0.3\npaths: {/items: {get: {operationId: listItems, responses: {'200': {description: d, content: {"+
		"application/json: {schema: {properties: {z: {type: string}}}}, application/xml: {schema: {properties: {a: {type: string}}}}}}}}}}\n")
	_, err := table(t, "").Name(root, nil)
	require.NoError(t, err)
	require.Equal(t, `{"ListItemsResponse":{"properties":{"z":{"type":"string"},"a":{"type":"string"}},"type":"object"}}`,
		string(document.JSON(document.Get(root, "components", "schemas"))))
}

// facts are what differs, in words.
func facts(widened []names.Widening) (list []string) {
	for _, w := range widened {
		for _, f := range w.Facts {
			list = append(list, f.String())
		}
	}
	return list
}

// A name is made of the letters and digits of an operation's id; it begins with a capital letter.
func TestNamesOfOddIds(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"get2fa": "Get2faResponse", "2nd-place of 3": "NdPlaceOf3Response", "日本": "X日本Response", "404": "Response", "": "Response",
	} {
		root := tree(t, strings.Replace(shop("{properties: {a: {type: string}}}", "{}"), "readItem", "'"+id+"'", 1))
		r, err := table(t, "").Name(root, nil)
		require.NoError(t, err)
		require.Equal(t, []string{want + ": GET /items/{id} response 200"}, added(r), id)
	}
}

// The body of the one success has its place whatever status it has, in the table and in the document.
func TestNamesOfTheOneSuccess(t *testing.T) {
	t.Parallel()
	const own = "ReadItemResponse"
	for name, test := range map[string]struct{ table, statuses, want string }{
		"another success":          {item, "'201'", "Item"},
		"a class of them":          {item, "2XX", "Item"},
		"by default":               {item, "default", "Item"},
		"by default, in the table": {"Item:\n  - GET /items/{key} response default\n", "'200'", "Item"},
		"out of use":               {"unused:\n  Item:\n    - GET /items/{key} response 202\n", "'200'", "Item"},
		"and a default":            {item, "'200', default", "Item " + own},
		"the default and an error": {item, "default, '404'", "Item " + own},
		"an error":                 {item, "'404'", own},
		"two of them":              {item, "'201', '202'", own + " " + own + "2"},
		"an error, in the table":   {"Item:\n  - GET /items/{id} response 404\n", "'200'", own},
		"a header, in the table":   {"Item:\n  - GET /items/{id} response 200 header A\n", "'201'", own},
		"another operation":        {"Item:\n  - GET /other/{id} response 200\n", "'201'", own},
		"a request":                {"Item:\n  - GET /items/{id} request\n", "'201'", own},
		"and an extension":         {item, "'201', x-2: {}", "Item"},
	} {
		t.Run(name, func(t *testing.T) {
			var responses, got []string
			statuses := strings.Split(test.statuses, ", ")
			for i, status := range statuses {
				if !strings.Contains(status, ":") {
					status += ": {description: d, content: {application/json: {schema: {properties: {p" + string(rune('a'+i)) + ": {type: string}}}}}}"
				}
				responses = append(responses, status)
			}
			root := tree(t, "openapi: 3.0.3\npaths: {'/items/{id}': {get: {operationId: readItem, responses: {"+strings.Join(responses, ", ")+"}}}}\n")
			names := table(t, test.table)
			_, err := names.Name(root, nil)
			require.NoError(t, err)
			for i, status := range statuses {
				ref := document.Text(document.Get(root, "paths", "/items/{id}", "get", "responses", strings.Trim(status, "'"), "content", "application/json",
					"schema"), "$ref")
				if name := strings.TrimPrefix(ref, "#/components/schemas/"); name != "" {
					require.NotNil(t, document.Get(root, "components", "schemas", name, "properties", "p"+string(rune('a'+i))))
					got = append(got, name)
				}
			}
			require.Equal(t, test.want, strings.Join(got, " "))
		})
	}
}

// A document is written in one way: parts stand in their operation, and what nothing refers to any more is gone.
func TestNormalised(t *testing.T) {
	t.Parallel()
	root := tree(t, `openapi: 3.0.3
x-kept: 1
gone: 1
servers: [{url: 'https://a.example//'}, {url: 'https://a.example', description: again}, {url: /}, {url: 'https://b.example/v1'}, {description: none}]
paths:
  /items/{id}:
    parameters: [{$ref: '#/components/parameters/Id'}, {name: page, in: query, schema: {type: string}}, {$ref: '#/none'}, {$ref: '#/none'}]
    get:
      operationId: readItem
      parameters: [{name: page, in: query, schema: {type: integer}}, {name: page, in: header, schema: {type: number}}]
      responses: {'204': {$ref: '#/components/responses/Done'}}
    put:
      operationId: putItem
      requestBody: {$ref: '#/components/requestBodies/Alias'}
      responses: {'204': {description: d}}
      callbacks: {done: {'{$url}': {post: {responses: {'200': {$ref: '#/components/responses/Heard'}}}}}}
  /others:
    get: {operationId: readOther, parameters: [{$ref: '#/components/parameters/Id'}], responses: {'204': {description: d}}}
components:
  parameters: {Id: {name: id, in: path, required: true, schema: {type: string}}}
  requestBodies: {Alias: {$ref: '#/components/requestBodies/Real'}, Real: {content: {text/plain: {schema: {type: string}}}}}
  headers: {Age: {schema: {type: integer}}, Near: {schema: {type: string}}, Far: {schema: {type: string}}}
  responses:
    Done: {description: d, headers: {Age: {$ref: '#/components/headers/Age'}}}
    Heard: {description: d, headers: {Near: {$ref: '#/components/headers/Near'}}}
    Never: {description: d, headers: {Far: {$ref: '#/components/headers/Far'}}}
  schemas: {}
`)
	_, err := table(t, "").Name(root, nil)
	require.NoError(t, err)
	const id, lost = `{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}`, `{"$ref": "#/none"}`
	const page = `{"name": "page", "in": "query", "schema": {"type": "string"}}`
	require.JSONEq(t, `{
		"openapi": "3.0.3", "x-kept": 1,
		"servers": [{"url": "https://a.example"}, {"url": "/"}, {"url": "https://b.example/v1"}, {"description": "none"}],
		"paths": {
			"/items/{id}": {
				"get": {
					"operationId": "readItem",
					"parameters": [`+id+`, `+lost+`, `+lost+`, {"name": "page", "in": "query", "schema": {"type": "integer"}},
						{"name": "page", "in": "header", "schema": {"type": "number"}}],
					"responses": {"204": {"description": "d", "headers": {"Age": {"schema": {"type": "integer"}}}}}},
				"put": {
					"operationId": "putItem",
					"parameters": [`+id+`, `+page+`, `+lost+`, `+lost+`],
					"requestBody": {"content": {"text/plain": {"schema": {"type": "string"}}}},
					"responses": {"204": {"description": "d"}},
					"callbacks": {"done": {"{$url}": {"post": {"responses": {"200": {"$ref": "#/components/responses/Heard"}}}}}}}},
			"/others": {"get": {"operationId": "readOther", "parameters": [`+id+`], "responses": {"204": {"description": "d"}}}}},
		"components": {
			"headers": {"Near": {"schema": {"type": "string"}}},
			"responses": {"Heard": {"description": "d", "headers": {"Near": {"$ref": "#/components/headers/Near"}}}},
			"schemas": {}}}`, string(document.JSON(root)))
}

// A name is reached from an operation if one of its places is, in use or not.
func TestOwners(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"in an operation, and once below itself":     "A:\n  - GET /a response 200\nunused:\n  A:\n    - A.child\n",
		"below itself, and once in an operation":     "A:\n  - A.child\nunused:\n  A:\n    - GET /a response 200\n",
		"in a circle, and once below one outside":    item + "A:\n  - B.b\nB:\n  - A.a\nunused:\n  A:\n    - Item.a\n",
		"below what the table does not know":         "A:\n  - Other.a\n",
		"out of use, where a circle does not matter": "unused:\n  A:\n    - A.child\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := names.Parse("names.yaml", []byte(text))
			require.NoError(t, err)
		})
	}
}

// A name with a type is met at each place where there can be one.
func TestTypesOfEveryPlace(t *testing.T) {
	t.Parallel()
	const value = "{type: string, enum: [x]}"
	root := tree(t, `openapi: 3.0.3
paths:
  /items:
    get:
      operationId: listItems
      parameters: [{name: sort, in: query, schema: `+value+`}]
      responses:
        '201':
          description: d
          headers: {Age: {schema: `+value+`}}
          content: {application/json: {schema: {type: array, items: `+value+`}}}
        '404': {description: d, content: {application/json: {schema: `+value+`}}}
components:
  schemas:
    Item:
      type: object
      properties:
        map: {type: object, additionalProperties: `+value+`}
        no: {not: `+value+`}
        all: {allOf: [{minLength: 1}, `+value+`]}
        any: {anyOf: [`+value+`, {type: integer}]}
        none: {oneOf: [`+value+`], allOf: {}, anyOf: {}, discriminator: {propertyName: k, mapping: {odd: ''}}}
    Shape:
      oneOf: [`+to("Item")+`, {properties: {a: `+value+`}}, {nullable: true, allOf: [`+to("Item")+`]}, `+to("Other")+`]
      discriminator: {propertyName: k, mapping: {an<item>: '#/components/schemas/Item', another: '#/components/schemas/Item'}}
    Other: {type: object}
`)
	kinds := table(t, `
Kind:
  - GET /items query sort
  - GET /items response 200 header Age
  - GET /items response 200[]
  - GET /items response 404
  - Item.map{}
  - Item.no<not>
  - Item.all<all1>
  - Item.any<0>
  - Item.none<0>
  - Shape<1>.a
Item:
  - Shape<an(item)>
Other:
  - Shape<3>
`)
	typed, err := kinds.Types(root)
	require.NoError(t, err)
	require.Empty(t, typed.Missing)
	require.Empty(t, typed.Widened)
	require.Equal(t, []string{
		"GET /items query sort", "GET /items response 200", "GET /items response 200 header Age", "GET /items response 200[]", "GET /items response 404",
		"Item.all", "Item.all<all0>", "Item.all<all1>", "Item.any", "Item.any<0>", "Item.any<1>", "Item.map", "Item.map{}", "Item.no", "Item.no<not>",
		"Item.none", "Item.none<0>", "Shape<1>", "Shape<1>.a", "Shape<3>", "Shape<an(item)>", "Shape<an(item)><all0>",
	}, typed.Known)
	text := string(document.JSON(root))
	require.Equal(t, 1, strings.Count(text, `"x-go-type-name":"Kind"`))
	require.Equal(t, 9, strings.Count(text, `"x-go-type":"Kind"`))
	for _, test := range []struct {
		place, name string
		want        bool
	}{
		{"Shape<an(item)>", "Item", true},
		{"Shape<3>", "Other", true},
		{"Shape<3>", "Item", false},
		{"Shape<1>.a", "Kind", false}, // a Go type is no reference
		{"Shape<4>", "Item", false},   // there is no such place
		{"Shape<4>", "", false},
	} {
		place, err := names.ParsePlace(test.place)
		require.NoError(t, err)
		require.Equal(t, test.want, typed.Refers(place, test.name), test.place)
	}
}

// Values that differ are told, and a place out of use that the name does not fit stays there.
func TestTypesThatDiffer(t *testing.T) {
	t.Parallel()
	root := tree(t, shop("{properties: {a: {type: string, enum: [x]}, b: {type: string, enum: [y]}, old: {type: array, items: {type: string}}, "+
		"older: {type: string}, oldest: {type: integer}}}", "{}"))
	names := table(t, item+"Kind:\n  - Item.a\n  - Item.b\nunused:\n  Kind:\n    - Item.old\n    - Item.older\n    - Item.oldest\n    - Item.none\n")
	_, err := names.Name(root, nil)
	require.NoError(t, err)
	typed, err := names.Types(root)
	require.NoError(t, err)
	require.Empty(t, typed.Missing)
	require.Len(t, typed.Returned, 1)
	require.Equal(t, "Item.older", typed.Returned[0].Place.String())
	require.Len(t, typed.Widened, 1)
	require.Equal(t, []string{"the object: Item.a also has the value y of Item.b"}, facts(typed.Widened))
}

// The type of a name that stands for several schemas admits what any of them admits, and the rest is told.
func TestWidened(t *testing.T) {
	t.Parallel()
	const bound = " differs between A and B: the weaker holds"
	for name, test := range map[string]struct {
		a, b, want string
		facts      []string
	}{
		"lower bounds": {"minimum: 1, minLength: 20", "minimum: 2, minLength: 3", `"minimum": 1, "minLength": 3`,
			[]string{".p: minimum" + bound, ".p: minLength" + bound}},
		"upper bounds": {"maximum: 1.5, maxItems: 20", "maximum: 2, maxItems: 3", `"maximum": 2, "maxItems": 20`,
			[]string{".p: maximum" + bound, ".p: maxItems" + bound}},
		"bounds of one of them": {"minimum: 1, maxLength: 2", "maximum: 1, minLength: 2", ``,
			[]string{".p: minimum" + bound, ".p: maxLength" + bound, ".p: maximum" + bound, ".p: minLength" + bound}},
		"bounds that are no numbers": {"minimum: low, maximum: 1", "minimum: 1, maximum: high", ``, []string{".p: minimum" + bound, ".p: maximum" + bound}},
		"some is required by both": {"required: [x, y, z]", "required: [z, w, x]", `"required": ["x", "z"]`,
			[]string{".p: what is required differs between A and B: only what both require is"}},
		"nothing is required by both": {"required: [x]", "required: [y]", ``,
			[]string{".p: what is required differs between A and B: only what both require is"}},
		"one requires": {"type: object", "type: object, required: [y]", `"type": "object"`,
			[]string{".p: required differs between A and B: it is left out"}},
		"values": {"enum: [x, 1]", "enum: [y, '1', x]", `"enum": ["x", 1, "y", "1"]`,
			[]string{".p: its values differ between A and B: all are admitted"}},
		"values of one of them": {"enum: [x]", "format: f", ``,
			[]string{".p: enum differs between A and B: it is left out", ".p: format differs between A and B: it is left out"}},
		"items": {"items: {type: string}", "items: {type: integer}", `"items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}`,
			[]string{".p[]: string in A, integer in B: either is admitted"}},
		"items of items": {"items: {minimum: 1, maximum: 3}", "items: {minimum: 1, maximum: 2}", `"items": {"minimum": 1, "maximum": 3}`,
			[]string{".p[]: maximum" + bound}},
		"items of the first":  {"pattern: a, items: {type: string}", "pattern: a", `"pattern": "a"`, []string{".p: items differs between A and B: it is left out"}},
		"items of the second": {"pattern: a", "pattern: a, items: {type: string}", `"pattern": "a"`, []string{".p: items differs between A and B: it is left out"}},
		"words": {"description: a, pattern: a", "description: b, title: t, nullable: true, pattern: a",
			`"description": "a", "title": "t", "nullable": true, "pattern": "a"`, nil},
		"a value of no type": {"type: string", "pattern: a", `"anyOf": [{"type": "string"}, {"pattern": "a"}]`,
			[]string{".p: string in A, another schema in B: either is admitted"}},
		"an object and a value": {"properties: {x: {type: string}}", "type: string", `"anyOf": [` + to("PartP") + `, {"type": "string"}]`,
			[]string{".p: PartP in A, string in B: either is admitted"}},
		"a union": {"not: {type: string}", "pattern: a", `"anyOf": [{"not": {"type": "string"}}, {"pattern": "a"}]`,
			[]string{".p: another schema in A, another schema in B: either is admitted"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, shop("{properties: {a: "+to("A")+", b: "+to("B")+"}}",
				"{A: {properties: {p: {"+test.a+"}}}, B: {properties: {p: {"+test.b+"}}}}"))
			r, err := table(t, item+"Part:\n  - Item.a\n  - Item.b\n").Name(root, nil)
			require.NoError(t, err)
			require.JSONEq(t, "{"+test.want+"}", string(document.JSON(document.Get(root, "components", "schemas", "Part", "properties", "p"))))
			require.Equal(t, test.facts, facts(r.Widened))
		})
	}
}

// What two schemas differ in is not told again for the third.
func TestWidenedByThree(t *testing.T) {
	t.Parallel()
	root := tree(t, shop("{properties: {a: "+to("A")+", b: "+to("B")+", c: "+to("C")+"}}", "{A: {properties: {p: {minimum: 3}}}, "+
		"B: {properties: {p: {minimum: 2}}}, C: {properties: {p: {minimum: 1}, q: {type: string}}}}"))
	r, err := table(t, item+"Part:\n  - Item.a\n  - Item.b\n  - Item.c\n").Name(root, nil)
	require.NoError(t, err)
	require.JSONEq(t, `{"p": {"minimum": 1}, "q": {"type": "string"}}`,
		string(document.JSON(document.Get(root, "components", "schemas", "Part", "properties"))))
	require.Equal(t, []string{".p: minimum differs between A and B: the weaker holds", ".q: only in C"}, facts(r.Widened))
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	one := []names.Entry{{Name: "A"}}
	require.True(t, names.Edit{}.Empty())
	for _, e := range []names.Edit{
		{Add: one}, {Rest: one}, {Return: one}, {Add: one, Rest: one}, {Rest: one, Return: one}, {Add: one, Return: one}, {Add: one, Rest: one, Return: one},
	} {
		require.False(t, e.Empty(), e)
	}
}
