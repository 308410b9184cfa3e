// Registers as the demo does that Leasegate's format `seed` comes from: a JSON value under a lease that is kept alive; when that fails, a new
// lease and the same key; in the end the key is deleted, then the lease revoked.
package main

import (
	"context"
	"encoding/json"
	"log"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"leasegate.io/registrars/server"
)

type instance struct {
	Name    string `json:"name"`
	Addr    string `json:"addr"`
	Version string `json:"version"`
	Weight  int64  `json:"weight"`
}

type registration struct {
	client  *clientv3.Client
	seconds int64
	key     string
	value   string
	lease   clientv3.LeaseID
	alive   <-chan *clientv3.LeaseKeepAliveResponse
	stop    chan chan error
}

func main() {
	settings := server.Flags()
	server.Run(func(address string) (func() error, error) {
		self := instance{Name: settings.Service, Addr: address, Version: "1.0.0", Weight: 1}
		value, err := json.Marshal(self)
		server.Must(err)
		r := &registration{
			client:  settings.Client(),
			seconds: settings.Seconds(),
			key:     "/" + self.Name + "/" + self.Version + "/" + self.Addr,
			value:   string(value),
			stop:    make(chan chan error),
		}
		if err := r.register(); err != nil {
			return nil, err
		}
		go r.keep()
		return func() error {
			done := make(chan error)
			r.stop <- done
			return <-done
		}, nil
	})
}

func (r *registration) register() error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	lease, err := r.client.Grant(ctx, r.seconds)
	if err != nil {
		return err
	}
	r.lease = lease.ID
	if r.alive, err = r.client.KeepAlive(context.Background(), r.lease); err != nil {
		return err
	}
	_, err = r.client.Put(ctx, r.key, r.value, clientv3.WithLease(r.lease))
	return err
}

func (r *registration) keep() {
	retry := time.NewTicker(time.Second)
	defer retry.Stop()
	for {
		select {
		case done := <-r.stop:
			_, err := r.client.Delete(context.Background(), r.key)
			if err == nil {
				_, err = r.client.Revoke(context.Background(), r.lease)
			}
			done <- err
			return
		case _, ok := <-r.alive:
			if !ok {
				log.Print("the lease is lost")
				r.alive = nil
			}
		case <-retry.C:
			if r.alive == nil {
				if err := r.register(); err != nil {
					log.Print(err)
					r.alive = nil
				}
			}
		}
	}
}
