// Package server is what the registrars have in common: their command line, and a gRPC server with one method and the health service.
package server

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Linger is how long a server answers on after it has deregistered: time for those who route to it to learn of that.
const Linger = 2 * time.Second

// Settings are what the command line says.
type Settings struct {
	Etcd    string // host:port
	Service string
	TTL     time.Duration // of the lease, whole seconds
}

// Flags reads the command line.
func Flags() Settings {
	etcd := flag.String("etcd", "127.0.0.1:2379", "`host:port` of etcd")
	service := flag.String("service", "echo", "the `name` to register under")
	ttl := flag.Int("ttl", 10, "of the lease, in `seconds`")
	flag.Parse()
	return Settings{Etcd: *etcd, Service: *service, TTL: time.Duration(*ttl) * time.Second}
}

// Client connects to etcd.
func (s Settings) Client() *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Etcd}, DialTimeout: 3 * time.Second})
	Must(err)
	return client
}

// Seconds is the TTL as etcd takes it.
func (s Settings) Seconds() int64 { return int64(s.TTL / time.Second) }

// Must ends the program on an error.
func Must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Say answers with the process and what it was told, so that a caller knows who has answered.
func Say(_ context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	return wrapperspb.String(fmt.Sprintf("%d: %s", os.Getpid(), in.GetValue())), nil
}

// Echo describes the service `leasegate.Echo` with its method `Say`, as generated code would.
var Echo = grpc.ServiceDesc{
	ServiceName: "leasegate.Echo",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Say",
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.StringValue)
			if err := decode(in); err != nil {
				return nil, err
			}
			return Say(ctx, in)
		},
	}},
}

// Run serves on a free port, registers its address, and on SIGTERM deregisters, answers on for a while, and ends.
func Run(register func(address string) (deregister func() error, err error)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(err)
	grpcServer := grpc.NewServer()
	grpcServer.RegisterService(&Echo, nil)
	grpc_health_v1.RegisterHealthServer(grpcServer, health.NewServer())
	go func() { Must(grpcServer.Serve(listener)) }()

	term := Term()
	deregister, err := register(listener.Addr().String())
	Must(err)
	log.Printf("registered %s", listener.Addr())
	<-term
	Must(deregister())
	time.Sleep(Linger)
	grpcServer.Stop()
}

// Term tells of SIGTERM, which from now on does not end the program.
func Term() <-chan os.Signal {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	return term
}
