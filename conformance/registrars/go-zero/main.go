// Registers with go-zero's publisher, which is what its zrpc servers register with.
package main

import (
	"github.com/zeromicro/go-zero/core/discov"
	"leasegate.io/registrars/server"
)

func main() {
	settings := server.Flags()
	discov.TimeToLive = settings.Seconds()
	server.Run(func(address string) (func() error, error) {
		publisher := discov.NewPublisher([]string{settings.Etcd}, settings.Service, address)
		return func() error {
			publisher.Stop()
			return nil
		}, publisher.KeepAlive()
	})
}
