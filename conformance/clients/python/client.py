"""gRPC's interop cases with grpcio: client.py DESCRIPTORS PORT CA CASE...

Plays each case against 127.0.0.1:PORT and prints "CASE ok" or "CASE failed: WHY". CA is the file with the authority of the server's certificate, or
empty for clear text. The cases are those of gRPC's interop test descriptions.
"""
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DEADLINE = 30
REQUEST_SIZES = (27182, 8, 1828, 45904)
RESPONSE_SIZES = (31415, 9, 2653, 58979)
INITIAL_KEY, INITIAL_VALUE = "x-grpc-test-echo-initial", "test_initial_metadata_value"
TRAILING_KEY, TRAILING_VALUE = "x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"
SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP \U0001f608\t\n"


class Service:
    """The methods of grpc.testing.TestService, and the message classes, from a descriptor set."""

    def __init__(self, channel, descriptors):
        files = descriptor_pb2.FileDescriptorSet()
        with open(descriptors, "rb") as f:
            files.ParseFromString(f.read())
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        self.channel, self.pool = channel, pool

    def message(self, name, **fields):
        cls = message_factory.GetMessageClass(self.pool.FindMessageTypeByName("grpc.testing." + name))
        return cls(**fields)

    def call(self, method, service="TestService"):
        found = self.pool.FindServiceByName("grpc.testing." + service).FindMethodByName(method)
        kind = {
            (False, False): self.channel.unary_unary,
            (False, True): self.channel.unary_stream,
            (True, False): self.channel.stream_unary,
            (True, True): self.channel.stream_stream,
        }[(found.client_streaming, found.server_streaming)]
        output = message_factory.GetMessageClass(found.output_type)
        return kind(
            "/grpc.testing.%s/%s" % (service, method),
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=output.FromString,
        )


class Requests:
    """An iterator of requests that is fed while the call runs."""

    def __init__(self):
        self.items, self.changed, self.done = [], threading.Condition(), False

    def send(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify()

    def close(self):
        with self.changed:
            self.done = True
            self.changed.notify()

    def __iter__(self):
        return self

    def __next__(self):
        with self.changed:
            while not self.items and not self.done:
                self.changed.wait()
            if self.items:
                return self.items.pop(0)
            raise StopIteration


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(got, wanted, what):
    check(got == wanted, "%s: got %r, wanted %r" % (what, got, wanted))


def failure(code, action):
    try:
        action()
    except grpc.RpcError as e:
        equal(e.code(), code, "status")
        return e
    raise AssertionError("the call went well, wanted %s" % code)


def zeros(s, size):
    return s.message("Payload", body=b"\0" * size)


def large_request(s):
    return s.message("SimpleRequest", response_size=314159, payload=zeros(s, 271828))


def empty_unary(s):
    equal(s.call("EmptyCall")(s.message("Empty"), timeout=DEADLINE), s.message("Empty"), "response")


def large_unary(s):
    equal(s.call("UnaryCall")(large_request(s), timeout=DEADLINE).payload.body, b"\0" * 314159, "response")


def client_streaming(s):
    requests = (s.message("StreamingInputCallRequest", payload=zeros(s, n)) for n in REQUEST_SIZES)
    response = s.call("StreamingInputCall")(requests, timeout=DEADLINE)
    equal(response.aggregated_payload_size, sum(REQUEST_SIZES), "sum of sizes")


def output_request(s, request_size, *response_sizes):
    request = s.message("StreamingOutputCallRequest", payload=zeros(s, request_size))
    for size in response_sizes:
        request.response_parameters.add(size=size)
    return request


def server_streaming(s):
    responses = s.call("StreamingOutputCall")(output_request(s, 0, *RESPONSE_SIZES), timeout=DEADLINE)
    equal([len(r.payload.body) for r in responses], list(RESPONSE_SIZES), "sizes")


def ping_pong(s):
    requests = Requests()
    responses = s.call("FullDuplexCall")(requests, timeout=DEADLINE)
    for request_size, response_size in zip(REQUEST_SIZES, RESPONSE_SIZES):
        requests.send(output_request(s, request_size, response_size))
        equal(len(next(responses).payload.body), response_size, "size")
    requests.close()
    equal(list(responses), [], "what is left")
    equal(responses.code(), grpc.StatusCode.OK, "status")


def empty_stream(s):
    equal(list(s.call("FullDuplexCall")(iter(()), timeout=DEADLINE)), [], "responses")


def cancel_after_begin(s):
    requests = Requests()
    call = s.call("StreamingInputCall").future(requests, timeout=DEADLINE)
    call.cancel()
    requests.close()
    check(call.cancelled(), "the call is not cancelled")
    equal(call.code(), grpc.StatusCode.CANCELLED, "status")


def cancel_after_first_response(s):
    requests = Requests()
    responses = s.call("FullDuplexCall")(requests, timeout=DEADLINE)
    requests.send(output_request(s, REQUEST_SIZES[0], RESPONSE_SIZES[0]))
    equal(len(next(responses).payload.body), RESPONSE_SIZES[0], "size")
    responses.cancel()
    failure(grpc.StatusCode.CANCELLED, lambda: next(responses))
    requests.close()


def timeout_on_sleeping_server(s):
    requests = Requests()
    responses = s.call("FullDuplexCall")(requests, timeout=0.001)
    requests.send(output_request(s, 27182))
    failure(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(responses))
    requests.close()


def custom_metadata(s):
    metadata = ((INITIAL_KEY, INITIAL_VALUE), (TRAILING_KEY, TRAILING_VALUE))
    _, call = s.call("UnaryCall").with_call(large_request(s), metadata=metadata, timeout=DEADLINE)
    echoed(call)
    requests = Requests()
    responses = s.call("FullDuplexCall")(requests, metadata=metadata, timeout=DEADLINE)
    requests.send(output_request(s, 271828, 314159))
    equal(len(next(responses).payload.body), 314159, "size")
    requests.close()
    equal(list(responses), [], "what is left")
    echoed(responses)


def echoed(call):
    equal(dict(call.initial_metadata()).get(INITIAL_KEY), INITIAL_VALUE, "initial metadata")
    equal(dict(call.trailing_metadata()).get(TRAILING_KEY), TRAILING_VALUE, "trailing metadata")


def status_code_and_message(s):
    status = s.message("EchoStatus", code=2, message="test status message")
    e = failure(
        grpc.StatusCode.UNKNOWN,
        lambda: s.call("UnaryCall")(s.message("SimpleRequest", response_status=status), timeout=DEADLINE),
    )
    equal(e.details(), status.message, "message")
    request = s.message("StreamingOutputCallRequest", response_status=status)
    e = failure(grpc.StatusCode.UNKNOWN, lambda: list(s.call("FullDuplexCall")(iter((request,)), timeout=DEADLINE)))
    equal(e.details(), status.message, "message")


def special_status_message(s):
    status = s.message("EchoStatus", code=2, message=SPECIAL_MESSAGE)
    e = failure(
        grpc.StatusCode.UNKNOWN,
        lambda: s.call("UnaryCall")(s.message("SimpleRequest", response_status=status), timeout=DEADLINE),
    )
    equal(e.details(), SPECIAL_MESSAGE, "message")


def unimplemented_method(s):
    failure(
        grpc.StatusCode.UNIMPLEMENTED, lambda: s.call("UnimplementedCall")(s.message("Empty"), timeout=DEADLINE)
    )


def unimplemented_service(s):
    failure(
        grpc.StatusCode.UNIMPLEMENTED,
        lambda: s.call("UnimplementedCall", "UnimplementedService")(s.message("Empty"), timeout=DEADLINE),
    )


CASES = {
    f.__name__: f
    for f in (
        empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, cancel_after_begin,
        cancel_after_first_response, timeout_on_sleeping_server, custom_metadata, status_code_and_message,
        special_status_message, unimplemented_method, unimplemented_service,
    )
}


def connect(port, ca):
    if not ca:
        return grpc.insecure_channel("127.0.0.1:" + port)
    with open(ca, "rb") as f:
        credentials = grpc.ssl_channel_credentials(f.read())
    return grpc.secure_channel(
        "127.0.0.1:" + port, credentials, (("grpc.ssl_target_name_override", "foo.test.google.fr"),)
    )


def main(descriptors, port, ca, *cases):
    failed = 0
    for name in cases:
        with connect(port, ca) as channel:
            try:
                CASES[name](Service(channel, descriptors))
                print(name, "ok", flush=True)
            except Exception as e:  # whatever it is, it is what the case came to
                failed += 1
                print(name, "failed:", " ".join(("%s: %s" % (type(e).__name__, e)).split()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
