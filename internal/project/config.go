package project

import (
	"bytes"
	"errors"
	"fmt"
	"go/token"
	"io"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Config is what of a vendor no API description says, from spec/project.yaml. What the file does not say is as with
// RingCentral, but for Watch, which is nobody's then.
type Config struct {
	Package    string `yaml:"package"`    // the client's package, and the last part of its folder
	API        string `yaml:"api"`        // what the API is called in the client's documentation
	Watch      string `yaml:"watch"`      // the URL of the vendor's present document
	RequestID  string `yaml:"requestId"`  // the response header that the vendor's support asks for
	Throttling string `yaml:"throttling"` // the extension that names an operation's usage-plan group
	Getters    bool   `yaml:"getters"`    // whether the types have methods that may be called on nil
	Errors     struct {
		Code    string `yaml:"code"`    // the member of an error's body, and of an entry, that holds the code
		Message string `yaml:"message"` // the same for the message
		List    string `yaml:"list"`    // the member that holds the entries
	} `yaml:"errors"`
}

// PackageDir is the folder of the client.
func (c Config) PackageDir() string { return generatedDir + "/" + c.Package }

// Generated is what a build owns, as a pattern.
func (c Config) Generated() string { return c.PackageDir() + "/*.gen.go" }

// DefaultConfig is that of a project without spec/project.yaml.
func DefaultConfig() Config {
	c := Config{Package: "ringcentral", API: "RingCentral", RequestID: "RCRequestId", Throttling: "x-throttling-group"}
	c.Errors.Code, c.Errors.Message, c.Errors.List = "errorCode", "message", "errors"
	return c
}

var (
	packageName = regexp.MustCompile(`^[a-z][a-z0-9]{0,39}$`)
	headerName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,99}$`)
	extension   = regexp.MustCompile(`^x-[A-Za-z0-9-]{1,98}$`)
	memberName  = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$.-]{0,99}$`)
	apiName     = regexp.MustCompile(`^[\pL\pN][\pL\pN .,&+'()-]{0,59}$`)
)

// LoadConfig reads spec/project.yaml, which need not be there. All problems are reported together, each with its line.
func LoadConfig(files fs.FS) (Config, error) {
	c := DefaultConfig()
	data, err := fs.ReadFile(files, ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	root, err := document.ParseOwn(ConfigFile, data)
	if err != nil {
		return c, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf(
			"%s: %w: it has package, api, watch, requestId, throttling, getters, and errors with code, message and list",
			ConfigFile,
			err,
		)
	}
	var problems []error
	check := func(ok bool, value, want string, keys ...string) {
		if ok {
			return
		}
		at := document.Get(root, keys...)
		if at == nil {
			at = root
		}
		problems = append(
			problems,
			document.Errorf(ConfigFile, at, "%s: %q: want %s", strings.Join(keys, "."), value, want),
		)
	}
	check(
		packageName.MatchString(c.Package) && !token.IsKeyword(c.Package) && !slices.Contains(takenNames, c.Package) &&
			module.CheckImportPath("example.com/"+c.Package) == nil, // names of devices
		c.Package,
		"the name of a Go package that a program may import, in lower-case letters and digits",
		"package",
	)
	check(apiName.MatchString(c.API), c.API, "a name of at most 60 letters, digits and spaces", "api")
	u, err := url.Parse(c.Watch)
	check(
		c.Watch == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil,
		c.Watch,
		"an https URL without user",
		"watch",
	)
	check(headerName.MatchString(c.RequestID), c.RequestID, "the name of a header", "requestId")
	check(extension.MatchString(c.Throttling), c.Throttling, "an extension, x-…", "throttling")
	check(memberName.MatchString(c.Errors.Code), c.Errors.Code, "the name of a member", "errors", "code")
	check(memberName.MatchString(c.Errors.Message), c.Errors.Message, "the name of a member", "errors", "message")
	check(memberName.MatchString(c.Errors.List), c.Errors.List, "the name of a member", "errors", "list")
	return c, errors.Join(problems...)
}

// takenNames are packages that the client itself imports, or that no program may import, or the go command passes over.
var takenNames = []string{
	"context", "fmt", "http", "init", "internal", "iter", "json", "main", "testdata", "vendor",
}
