package io.leasegate.server.accesslog;

/** The form of a line. */
public enum AccessLogFormat {
    /** For people and for {@code grep}: fixed columns, then {@code key=value}. */
    TEXT,
    /** For machines: one JSON object per line, the same members in each. */
    JSON
}
