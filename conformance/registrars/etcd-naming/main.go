// Registers with etcd's own package for gRPC names. That package knows no leases of its own: the lease and its renewal are the caller's.
package main

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
	"leasegate.io/registrars/server"
)

func main() {
	settings := server.Flags()
	server.Run(func(address string) (func() error, error) {
		ctx := context.Background()
		client := settings.Client()
		manager, err := endpoints.NewManager(client, settings.Service)
		if err != nil {
			return nil, err
		}
		lease, err := client.Grant(ctx, settings.Seconds())
		if err != nil {
			return nil, err
		}
		alive, err := client.KeepAlive(ctx, lease.ID)
		if err != nil {
			return nil, err
		}
		go func() {
			for range alive {
			}
		}()
		key := settings.Service + "/" + address
		err = manager.AddEndpoint(ctx, key, endpoints.Endpoint{Addr: address}, clientv3.WithLease(lease.ID))
		return func() error { return manager.DeleteEndpoint(ctx, key) }, err
	})
}
