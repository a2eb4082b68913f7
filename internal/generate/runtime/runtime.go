// Package runtime is the part of the generated package that does not depend on the specification: client, errors,
// uploads and ids. It is ordinary Go that is compiled, vetted and tested here, and copied into the generated package,
// with another package clause and without the declarations that are not used there. What it needs of the generated part
// is declared in this file, which is not copied.
package runtime

// The documented rows by operation id, and those of the whole platform.
var (
	documentedErrors map[string][]DocumentedError
	platformErrors   []DocumentedError
)

// What the project's file says.
const (
	requestIDHeader = "RCRequestId"
	errorList       = "errors"
	errorCode       = "errorCode"
	errorMessage    = "message"
)

// The first server of the description.
var defaultServer = ""

// What generated methods call.
var (
	_ = newRequest
	_ = CallOption(callOption(nil))
	_ = (*request).fail
	_ = (*request).setPath
	_ = setPathList[ID]
	_ = (*request).addQuery
	_ = (*request).setHeader
	_ = (*request).setJSON
	_ = (*request).setBytes
	_ = (*request).setForm
	_ = joined[ID]
	_ = addQueryList[ID]
	_ = newURLForm
	_ = (*form).addFileAs
	_ = download
	_ = none
	_ = newForm
	_ = (*form).addField
	_ = (*form).addJSON
	_ = (*form).addFile
	_ = call
	_ = fetch[ID]
	_ = pages[ID]
)
