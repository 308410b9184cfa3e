package io.leasegate.h2;

/** What a peer did against the rules or beyond a limit. The labels are those of the metrics and the manual. */
public enum Violation {
    /** A frame or header section that is an error of its stream alone; the stream was reset. */
    STREAM_ERROR("stream_error"),
    /** A stream above SETTINGS_MAX_CONCURRENT_STREAMS; it was refused. */
    TOO_MANY_STREAMS("too_many_streams"),
    /** One of the streams of a connection that holds more than its share of what may be queued; the stream was reset. */
    QUEUE_SHARE("queue_share"),
    /** Informational responses without end on one stream; the stream was reset. */
    INFORMATIONAL_FLOOD("informational_flood"),
    /** An error of the whole connection, as of all that follow. */
    PROTOCOL_ERROR("protocol_error"),
    /** What came is not HTTP/2. */
    OTHER_PROTOCOL("other_protocol"),
    /** Too many streams that were reset, by the peer or because of it. */
    RAPID_RESET("rapid_reset"),
    /** Too many frames that move nothing. */
    FRAME_FLOOD("frame_flood"),
    /** A header section in too many frames. */
    CONTINUATION_FLOOD("continuation_flood"),
    /** A header section so large that not even its refusal is worth reading it. */
    HEADER_FLOOD("header_flood"),
    /** The peer asks for answers and does not read them. */
    UNREAD_ANSWERS("unread_answers"),
    /** No connection preface with SETTINGS in time. */
    PREFACE_TIMEOUT("preface_timeout"),
    /** No acknowledgement of SETTINGS in time. */
    SETTINGS_TIMEOUT("settings_timeout"),
    /** The rest of a frame or header section did not come in time. */
    HEADER_TIMEOUT("header_timeout"),
    /** The socket took nothing for too long while bytes waited for it. */
    WRITE_TIMEOUT("write_timeout");

    private final String label;

    Violation(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
