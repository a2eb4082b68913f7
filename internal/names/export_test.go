package names

var Quoted = quoted
