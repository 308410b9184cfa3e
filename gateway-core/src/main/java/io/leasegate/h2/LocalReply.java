package io.leasegate.h2;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * An answer that the gateway gives itself: trailers-only, in one HEADERS frame (gRPC's HTTP/2 protocol document, "Responses"). A
 * request that is not gRPC gets the HTTP status that says the same, and the gRPC fields besides.
 */
public final class LocalReply {

    private static final HeaderField STATUS_200 = HeaderField.constant(HeaderNames.STATUS, AsciiString.cached("200"));
    private static final HeaderField GRPC =
            HeaderField.constant(HeaderNames.CONTENT_TYPE, AsciiString.cached("application/grpc"));
    private static final HeaderField NO_CONTENT =
            HeaderField.constant(HeaderNames.CONTENT_LENGTH, AsciiString.cached("0"));
    private static final AsciiString GRPC_PREFIX = AsciiString.cached("application/grpc");
    private static final int MAX_MESSAGE_BYTES = 1024;

    private LocalReply() {}

    /** Whether a request's content type is gRPC's (not gRPC-Web's, whose errors have another form). */
    public static boolean isGrpc(HeaderBlock request) {
        AsciiString type = request.get(HeaderNames.CONTENT_TYPE);
        return type != null
                && type.startsWith(GRPC_PREFIX)
                && (type.length() == GRPC_PREFIX.length() || type.byteAt(GRPC_PREFIX.length()) != '-');
    }

    /** The header section of the reply to a request; it carries END_STREAM. */
    public static HeaderBlock headers(HeaderBlock request, GrpcStatus status, String message, AsciiString outcomeCode) {
        HeaderBlock h = new HeaderBlock(6);
        if (isGrpc(request)) {
            h.add(STATUS_200).add(contentType(request));
        } else {
            h.add(HeaderNames.STATUS, AsciiString.cached(Integer.toString(httpStatus(status))))
                    .add(NO_CONTENT);
        }
        return addStatus(h, status, message, outcomeCode);
    }

    /** That of the request: a client that speaks application/grpc+json refuses an answer in another one. */
    private static HeaderField contentType(HeaderBlock request) {
        AsciiString type = request.get(HeaderNames.CONTENT_TYPE);
        if (type == null || type.length() == GRPC_PREFIX.length()) {
            return GRPC;
        }
        byte next = type.byteAt(GRPC_PREFIX.length());
        return next == '+' || next == ';' ? HeaderField.of(HeaderNames.CONTENT_TYPE, type) : GRPC;
    }

    /** Trailers that end a response whose headers have gone out already. */
    public static HeaderBlock trailers(GrpcStatus status, String message, AsciiString outcomeCode) {
        return addStatus(new HeaderBlock(4), status, message, outcomeCode);
    }

    private static HeaderBlock addStatus(HeaderBlock h, GrpcStatus status, String message, AsciiString outcomeCode) {
        h.add(HeaderNames.GRPC_STATUS, status.text());
        if (!message.isEmpty()) {
            h.add(HeaderNames.GRPC_MESSAGE, percentEncode(message));
        }
        return h.add(HeaderNames.X_LEASEGATE_OUTCOME, outcomeCode);
    }

    /** The inverse of the mapping "HTTP to gRPC status codes" of the gRPC documentation, as far as it has one. */
    private static int httpStatus(GrpcStatus status) {
        return switch (status) {
            case UNIMPLEMENTED, NOT_FOUND -> 404;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case RESOURCE_EXHAUSTED -> 429;
            case DEADLINE_EXCEEDED -> 504;
            case UNAVAILABLE -> 503;
            case CANCELLED -> 499;
            default -> 500;
        };
    }

    /** Percent-encodes a status message: bytes outside of %x20-%x7E, and the percent sign (protocol document, "Status-Message"). */
    public static AsciiString percentEncode(String message) {
        byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
        int n = Math.min(utf8.length, MAX_MESSAGE_BYTES);
        byte[] out = new byte[n * 3];
        int length = 0;
        for (int i = 0; i < n; i++) {
            byte b = utf8[i];
            if (b >= ' ' && b <= '~' && b != '%') {
                out[length++] = b;
            } else {
                out[length++] = '%';
                out[length++] = hexDigit(b >> 4 & 0xf);
                out[length++] = hexDigit(b & 0xf);
            }
        }
        return new AsciiString(out, 0, length, true);
    }

    private static byte hexDigit(int nibble) {
        return (byte) Character.toUpperCase(Character.forDigit(nibble, 16));
    }
}
