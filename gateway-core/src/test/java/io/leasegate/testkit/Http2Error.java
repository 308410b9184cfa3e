package io.leasegate.testkit;

/** The error codes of RFC 9113 section 7, in the order of their numbers. */
public enum Http2Error {
    NO_ERROR,
    PROTOCOL_ERROR,
    INTERNAL_ERROR,
    FLOW_CONTROL_ERROR,
    SETTINGS_TIMEOUT,
    STREAM_CLOSED,
    FRAME_SIZE_ERROR,
    REFUSED_STREAM,
    CANCEL,
    COMPRESSION_ERROR,
    CONNECT_ERROR,
    ENHANCE_YOUR_CALM,
    INADEQUATE_SECURITY,
    HTTP_1_1_REQUIRED;

    public int code() {
        return ordinal();
    }

    /** The name of a code on the wire, for messages. */
    public static String describe(long code) {
        return code >= 0 && code < values().length ? values()[(int) code].name() : "error code " + code;
    }
}
