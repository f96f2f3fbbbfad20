//go:build tools

// Package tools pins the CoreDNS of the test clusters.
package tools

import _ "github.com/coredns/coredns"
