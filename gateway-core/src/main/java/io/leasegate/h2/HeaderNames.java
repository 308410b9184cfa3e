package io.leasegate.h2;

import io.netty.util.AsciiString;
import java.util.List;

/** The header names that the gateway itself reads or writes, as canonical instances. */
public final class HeaderNames {

    public static final AsciiString METHOD = AsciiString.cached(":method");
    public static final AsciiString PATH = AsciiString.cached(":path");
    public static final AsciiString SCHEME = AsciiString.cached(":scheme");
    public static final AsciiString AUTHORITY = AsciiString.cached(":authority");
    public static final AsciiString STATUS = AsciiString.cached(":status");
    public static final AsciiString HOST = AsciiString.cached("host");
    public static final AsciiString TE = AsciiString.cached("te");
    public static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    public static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    public static final AsciiString CONNECTION = AsciiString.cached("connection");
    public static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    public static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    public static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    public static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    public static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
    public static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
    public static final AsciiString PROXY_AUTHORIZATION = AsciiString.cached("proxy-authorization");
    public static final AsciiString COOKIE = AsciiString.cached("cookie");
    public static final AsciiString SET_COOKIE = AsciiString.cached("set-cookie");
    public static final AsciiString X_FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    public static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    public static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");
    public static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
    public static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    public static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    public static final AsciiString GRPC_ENCODING = AsciiString.cached("grpc-encoding");
    public static final AsciiString GRPC_ACCEPT_ENCODING = AsciiString.cached("grpc-accept-encoding");
    public static final AsciiString GRPC_PREVIOUS_RPC_ATTEMPTS = AsciiString.cached("grpc-previous-rpc-attempts");
    public static final AsciiString GRPC_RETRY_PUSHBACK_MS = AsciiString.cached("grpc-retry-pushback-ms");
    public static final AsciiString X_LEASEGATE_OUTCOME = AsciiString.cached("x-leasegate-outcome");
    public static final AsciiString X_LEASEGATE_MIRROR = AsciiString.cached("x-leasegate-mirror");
    public static final AsciiString X_LEASEGATE_REVISION = AsciiString.cached("x-leasegate-revision");

    private static final List<AsciiString> ALL = List.of(
            METHOD,
            PATH,
            SCHEME,
            AUTHORITY,
            STATUS,
            HOST,
            TE,
            CONTENT_TYPE,
            CONTENT_LENGTH,
            CONNECTION,
            KEEP_ALIVE,
            PROXY_CONNECTION,
            TRANSFER_ENCODING,
            UPGRADE,
            USER_AGENT,
            AUTHORIZATION,
            PROXY_AUTHORIZATION,
            COOKIE,
            SET_COOKIE,
            X_FORWARDED_FOR,
            X_FORWARDED_PROTO,
            X_REQUEST_ID,
            GRPC_TIMEOUT,
            GRPC_STATUS,
            GRPC_MESSAGE,
            GRPC_ENCODING,
            GRPC_ACCEPT_ENCODING,
            GRPC_PREVIOUS_RPC_ATTEMPTS,
            GRPC_RETRY_PUSHBACK_MS,
            X_LEASEGATE_OUTCOME,
            X_LEASEGATE_MIRROR,
            X_LEASEGATE_REVISION);

    private HeaderNames() {}

    static List<AsciiString> all() {
        return ALL;
    }
}
