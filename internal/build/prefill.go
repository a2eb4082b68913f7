package build

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// prefill resolves the references that lead to a schema of the components. kin-openapi resolves them as well, but
// walks through the schema for each of them: its time grows with the references times what they lead to.
func prefill(doc *openapi3.T) {
	p := prefiller{}
	if doc.Components != nil {
		p.schemas = doc.Components.Schemas
		p.all(p.schemas)
		p.parameters(doc.Components.Parameters)
		p.headers(doc.Components.Headers)
		for _, body := range doc.Components.RequestBodies {
			p.body(body)
		}
		for _, response := range doc.Components.Responses {
			p.response(response)
		}
		for _, callback := range doc.Components.Callbacks {
			p.callback(callback)
		}
	}
	p.paths(doc.Paths.Map())
}

type prefiller struct{ schemas openapi3.Schemas }

func (p prefiller) schema(s *openapi3.SchemaRef) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/")
		if target := p.schemas[name]; ok && target != nil && target.Ref == "" {
			s.Value = target.Value
		}
		return
	}
	if s.Value == nil {
		return
	}
	p.all(s.Value.Properties)
	for _, list := range []openapi3.SchemaRefs{s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf} {
		for _, branch := range list {
			p.schema(branch)
		}
	}
	for _, inner := range []*openapi3.SchemaRef{s.Value.Items, s.Value.Not, s.Value.AdditionalProperties.Schema} {
		p.schema(inner)
	}
}

func (p prefiller) all(schemas openapi3.Schemas) {
	for _, s := range schemas {
		p.schema(s)
	}
}

func (p prefiller) content(content openapi3.Content) {
	for _, media := range content {
		if media == nil {
			continue
		}
		p.schema(media.Schema)
		for _, encoding := range media.Encoding {
			if encoding != nil {
				p.headers(encoding.Headers)
			}
		}
	}
}

func (p prefiller) parameter(parameter *openapi3.Parameter) {
	p.schema(parameter.Schema)
	p.content(parameter.Content)
}

func (p prefiller) parameters(parameters openapi3.ParametersMap) {
	for _, parameter := range parameters {
		if parameter != nil && parameter.Value != nil {
			p.parameter(parameter.Value)
		}
	}
}

func (p prefiller) headers(headers openapi3.Headers) {
	for _, header := range headers {
		if header != nil && header.Value != nil {
			p.parameter(&header.Value.Parameter)
		}
	}
}

func (p prefiller) body(body *openapi3.RequestBodyRef) {
	if body != nil && body.Value != nil {
		p.content(body.Value.Content)
	}
}

func (p prefiller) response(response *openapi3.ResponseRef) {
	if response != nil && response.Value != nil {
		p.headers(response.Value.Headers)
		p.content(response.Value.Content)
	}
}

func (p prefiller) callback(callback *openapi3.CallbackRef) {
	if callback != nil && callback.Value != nil {
		p.paths(callback.Value.Map())
	}
}

func (p prefiller) paths(paths map[string]*openapi3.PathItem) {
	list := func(parameters openapi3.Parameters) {
		for _, parameter := range parameters {
			if parameter != nil && parameter.Value != nil {
				p.parameter(parameter.Value)
			}
		}
	}
	for _, item := range paths {
		if item == nil {
			continue
		}
		list(item.Parameters)
		for _, op := range item.Operations() {
			list(op.Parameters)
			p.body(op.RequestBody)
			for _, response := range op.Responses.Map() {
				p.response(response)
			}
			for _, callback := range op.Callbacks {
				p.callback(callback)
			}
		}
	}
}
