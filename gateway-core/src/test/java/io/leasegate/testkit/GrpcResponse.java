package io.leasegate.testkit;

import java.util.List;

/**
 * Everything that came back on one stream.
 *
 * @param informational the 1xx header blocks
 * @param headers the response headers, null when there were none
 * @param body all DATA, padding left out
 * @param trailers the second header block, null when there was none
 * @param resetCode the code of RST_STREAM, -1 without
 * @param ended whether END_STREAM came
 * @param frames the frames in their order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record GrpcResponse(
        List<HeaderFields> informational,
        HeaderFields headers,
        byte[] body,
        HeaderFields trailers,
        long resetCode,
        boolean ended,
        List<RawFrame> frames) {

    /** Whether the response is one HEADERS frame with END_STREAM. */
    public boolean trailersOnly() {
        return ended && trailers == null && body.length == 0;
    }

    /** Where the status stands: the trailers, or the headers of a trailers-only response. */
    public HeaderFields status() {
        return trailers != null ? trailers : headers;
    }

    /** The number in {@code grpc-status}, -1 without one. */
    public int grpcStatus() {
        HeaderFields fields = status();
        String value = fields == null ? null : fields.get("grpc-status");
        return value == null ? -1 : Integer.parseInt(value);
    }

    /** The decoded {@code grpc-message}, empty without one. */
    public String grpcMessage() {
        HeaderFields fields = status();
        String value = fields == null ? null : fields.get("grpc-message");
        return value == null ? "" : Grpc.percentDecode(value);
    }

    /** The gateway's own word on the outcome, null in what an instance answered. */
    public String outcome() {
        HeaderFields fields = status();
        return fields == null ? null : fields.get("x-leasegate-outcome");
    }

    public List<byte[]> messages() {
        return Grpc.messages(body);
    }
}
