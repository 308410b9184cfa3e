// go-micro's gRPC server, which registers itself with the registry for etcd, renews that, and deregisters when it stops. It has no
// grpc.health.v1.
package main

import (
	"context"

	"github.com/go-micro/plugins/v4/registry/etcd"
	grpcserver "github.com/go-micro/plugins/v4/server/grpc"
	"go-micro.dev/v4/registry"
	"go-micro.dev/v4/server"
	"google.golang.org/protobuf/types/known/wrapperspb"
	common "leasegate.io/registrars/server"
)

// Echo is called as leasegate.Echo.
type Echo struct{}

// Say answers with the process and what it was told.
func (*Echo) Say(ctx context.Context, in, out *wrapperspb.StringValue) error {
	answer, err := common.Say(ctx, in)
	out.Value = answer.GetValue()
	return err
}

func main() {
	settings := common.Flags()
	s := grpcserver.NewServer(
		server.Name(settings.Service),
		server.Address("127.0.0.1:0"),
		server.Registry(etcd.NewRegistry(registry.Addrs(settings.Etcd))),
		server.RegisterTTL(settings.TTL),
		server.RegisterInterval(settings.TTL/3),
	)
	common.Must(s.Handle(s.NewHandler(new(Echo))))
	term := common.Term()
	common.Must(s.Start())
	<-term
	common.Must(s.Stop())
}
