package traffic

import (
	"maps"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// keepsFormat reports whether text has a format. One that is not known has every text.
func keepsFormat(format, s string) bool {
	var err error
	switch format {
	case "date-time":
		_, err = time.Parse(time.RFC3339, s)
	case "date":
		_, err = time.Parse(time.DateOnly, s)
	case "uri":
		var u *url.URL
		if u, err = url.Parse(s); err == nil && u.Scheme == "" {
			return false
		}
	case "email":
		_, err = mail.ParseAddress(s)
	case "ipv4", "ipv6":
		_, err = netip.ParseAddr(s)
	}
	return err == nil
}

func parseInt(s, format string) (int64, error) {
	if format == "int32" {
		return strconv.ParseInt(s, 10, 32)
	}
	return strconv.ParseInt(s, 10, 64)
}

var patterns sync.Map // of *regexp.Regexp by pattern

// pattern compiles an expression once; nil where Go cannot read it.
func pattern(expression string) *regexp.Regexp {
	if re, ok := patterns.Load(expression); ok {
		return re.(*regexp.Regexp)
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		re = nil
	}
	patterns.Store(expression, re)
	return re
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
