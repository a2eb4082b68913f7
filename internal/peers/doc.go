// Package peers holds ringbasic against software that others wrote: a second overlay implementation, readers of SARIF
// and Markdown, a browser, and, in its folder bench, the tools whose speed ours is compared with.
//
// It is a module of its own, so that what only these tests need is in nobody else's module graph: the go.mod of the
// project is read by every service that requires the client.
package peers
