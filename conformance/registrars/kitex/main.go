// Registers with Kitex's registry for etcd. The server is a plain gRPC one: a Kitex server needs code that Kitex generates, and what it
// registers is the same.
package main

import (
	"net"
	"os"
	"strconv"
	"time"

	"github.com/cloudwego/kitex/pkg/registry"
	etcd "github.com/kitex-contrib/registry-etcd"
	"github.com/kitex-contrib/registry-etcd/retry"
	"leasegate.io/registrars/server"
)

func main() {
	settings := server.Flags()
	server.Must(os.Setenv("KITEX_ETCD_REGISTRY_LEASE_TTL", strconv.FormatInt(settings.Seconds(), 10)))
	server.Run(func(address string) (func() error, error) {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			return nil, err
		}
		// It looks every 30 s whether its key is still there, too long for a test.
		often := retry.NewRetryConfig(retry.WithObserveDelay(time.Second), retry.WithRetryDelay(time.Second))
		r, err := etcd.NewEtcdRegistryWithRetry([]string{settings.Etcd}, often)
		if err != nil {
			return nil, err
		}
		info := &registry.Info{ServiceName: settings.Service, Addr: tcp, Weight: 10}
		return func() error { return r.Deregister(info) }, r.Register(info)
	})
}
