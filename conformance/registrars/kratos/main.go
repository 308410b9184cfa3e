// A whole Kratos application: its gRPC server, its registry for etcd, its own handling of SIGTERM.
package main

import (
	"github.com/go-kratos/kratos/contrib/registry/etcd/v2"
	"github.com/go-kratos/kratos/v2"
	"github.com/go-kratos/kratos/v2/transport/grpc"
	"leasegate.io/registrars/server"
)

func main() {
	settings := server.Flags()
	grpcServer := grpc.NewServer(grpc.Address("127.0.0.1:0"))
	grpcServer.RegisterService(&server.Echo, nil)
	server.Must(kratos.New(
		kratos.Name(settings.Service),
		kratos.Version("v1.0.0"),
		kratos.Metadata(map[string]string{"weight": "20"}),
		kratos.Server(grpcServer),
		kratos.Registrar(etcd.New(settings.Client(), etcd.RegisterTTL(settings.TTL))),
	).Run())
}
