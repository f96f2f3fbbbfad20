//go:build tools

// Package tools pins the csi-sanity that the drivers are tested with.
package tools

import _ "github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity"
