// Command coredns is upstream CoreDNS with only the plugins that the local cluster's Corefile names.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
)

func init() {
	// Upstream generates this order from plugin.cfg; a plugin that is not listed here is never called.
	dnsserver.Directives = []string{"errors", "health", "ready", "cache", "loadbalance", "kubernetes", "forward"}
}

func main() {
	coremain.Run()
}
