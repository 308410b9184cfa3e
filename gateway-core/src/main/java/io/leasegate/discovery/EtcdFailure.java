package io.leasegate.discovery;

import io.grpc.Status;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why something asked of etcd did not work.
 *
 * @param kind what to do about it
 * @param message what happened, where, and what an operator can do
 */
record EtcdFailure(Kind kind, String message) {

    enum Kind {
        /** Another member, or the same one later. */
        UNREACHABLE,
        /** User or password or certificate are refused: later, and not often. */
        REFUSED,
        /** The revision that was asked for is gone: list anew. */
        COMPACTED,
        /** The answer would be too large: ask for less. */
        TOO_LARGE,
        /** Anything else: later. */
        OTHER
    }

    /**
     * What the status of a failed call means.
     *
     * @param username the configured user
     * @param answered whether etcd answered on this connection before
     */
    static EtcdFailure of(Status status, String endpoint, @Nullable String username, boolean answered) {
        String said = describe(status);
        String lower = said.toLowerCase(Locale.ROOT);
        String where = "etcd at " + endpoint;
        if (lower.contains("has been compacted")) {
            return new EtcdFailure(Kind.COMPACTED, where + ": " + said);
        }
        if (lower.contains("user name is empty")) {
            return new EtcdFailure(
                    Kind.REFUSED, where + " asks for a user: set username and password (it says: " + said + ")");
        }
        if (lower.contains("authentication failed")) {
            return new EtcdFailure(
                    Kind.REFUSED,
                    where + " refuses the user '" + username + "': check username and password (it says: " + said
                            + ")");
        }
        if (lower.contains("permission denied")) {
            return new EtcdFailure(
                    Kind.REFUSED,
                    where + " does not let the user '" + username
                            + "' read the configured prefixes: grant its role read"
                            + " permission on each, as in 'etcdctl role grant-permission ROLE read --prefix /'");
        }
        return switch (status.getCode()) {
            case UNAVAILABLE -> new EtcdFailure(Kind.UNREACHABLE, unavailable(where, said, lower, answered));
            case DEADLINE_EXCEEDED ->
                new EtcdFailure(
                        Kind.UNREACHABLE,
                        where
                                + " gives no answer in time: is it overloaded or stopped, or does the network drop packets?");
            case RESOURCE_EXHAUSTED -> new EtcdFailure(Kind.TOO_LARGE, where + ": " + said);
            case UNAUTHENTICATED -> new EtcdFailure(Kind.REFUSED, where + " refuses the token it gave: " + said);
            default -> new EtcdFailure(Kind.OTHER, where + ": " + status.getCode() + ": " + said);
        };
    }

    /** What it means that etcd ended a watch and gave this reason, which may be empty. */
    static EtcdFailure ofCancelledWatch(String reason, String endpoint) {
        Kind kind = reason.contains("permission denied") || reason.contains("auth") ? Kind.REFUSED : Kind.OTHER;
        return new EtcdFailure(
                kind,
                "etcd at " + endpoint + " cancelled the watch: " + (reason.isEmpty() ? "no reason given" : reason));
    }

    private static String unavailable(String where, String said, String lower, boolean answered) {
        if (lower.contains("no leader")) {
            return where + " has no leader: the cluster has lost its majority, or is choosing a new leader";
        }
        if (lower.contains("ssl") || lower.contains("certif") || lower.contains("pkix")) {
            return where + " and the gateway do not agree on TLS: check tls.ca, tls.certificate and the scheme of the"
                    + " endpoint (cause: " + said + ")";
        }
        if (lower.contains("unknownhost") || lower.contains("unable to resolve host")) {
            return where + ": the host name cannot be resolved: check endpoints and the name service";
        }
        if (answered) {
            return where + " ended the connection: did it stop? (cause: " + said + ")";
        }
        String hint = lower.contains("network closed") || lower.contains("connection reset")
                ? ": it ended the connection; does it expect TLS (https://)?"
                : ": is it running, and are the endpoints right?";
        return where + " is unreachable" + hint + " (cause: " + said + ")";
    }

    /** The words of the innermost cause say more than the outer ones. */
    private static String describe(Status status) {
        StringBuilder s = new StringBuilder(status.getDescription() == null ? "" : status.getDescription());
        Throwable cause = status.getCause();
        for (int depth = 0; cause != null && depth < 8; cause = cause.getCause(), depth++) {
            String message = cause.getMessage();
            if (message != null && s.indexOf(message) < 0) {
                s.append(s.isEmpty() ? "" : ": ").append(message);
            }
        }
        return s.isEmpty() ? status.getCode().toString() : s.toString().replace('\n', ' ');
    }
}
