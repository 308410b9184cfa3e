/** Real and scripted counterparts for tests: an etcd process, raw HTTP/2 peers, instances and clients. */
package io.leasegate.testkit;
