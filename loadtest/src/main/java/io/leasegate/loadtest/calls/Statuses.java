package io.leasegate.loadtest.calls;

import io.leasegate.loadtest.wire.ClientStream;
import java.util.List;

/** Names of gRPC's status codes. */
final class Statuses {

    static final String OK = "OK";

    private static final List<String> NAMES = List.of(
            OK,
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private Statuses() {}

    /** Of a response that has ended; empty for one without a status. */
    static String of(ClientStream call) {
        String code = call.grpcStatus();
        if (code.isEmpty()) {
            return "";
        }
        try {
            int number = Integer.parseInt(code);
            if (number == 0 && call.receivedBytes() == 0) {
                return "OK without a message";
            }
            return number >= 0 && number < NAMES.size() ? NAMES.get(number) : "status " + code;
        } catch (NumberFormatException e) {
            return "status '" + code + "'";
        }
    }
}
