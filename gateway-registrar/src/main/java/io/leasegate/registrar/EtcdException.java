package io.leasegate.registrar;

import io.grpc.Status;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A call to etcd that failed; the message says which call, to which member, and why. */
final class EtcdException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Status.Code code;
    private final String description;

    EtcdException(String call, String endpoint, Status status) {
        super(call + " at " + endpoint + ": " + text(status), status.getCause());
        this.code = status.getCode();
        this.description =
                status.getDescription() == null ? "" : status.getDescription().toLowerCase(Locale.ROOT);
    }

    /** The lease that the call named does not exist (any more). */
    boolean leaseNotFound() {
        return code == Status.Code.NOT_FOUND && description.contains("lease not found");
    }

    /** The token is no longer good: it ran out, etcd restarted, or users or roles changed since it was issued. */
    boolean tokenRefused() {
        return code == Status.Code.UNAUTHENTICATED
                || description.contains("invalid auth token")
                || description.contains("revision of auth store is old");
    }

    /** A name and password were sent to an etcd that does not ask for any. */
    boolean authenticationNotEnabled() {
        return description.contains("authentication is not enabled");
    }

    private static String text(Status status) {
        StringBuilder out = new StringBuilder(status.getCode().name());
        if (status.getDescription() != null) {
            out.append(": ").append(status.getDescription().lines().findFirst().orElse(""));
        }
        Throwable root = rootCause(status.getCause());
        if (root != null && root.getMessage() != null) {
            out.append(" (").append(root.getMessage()).append(')');
        }
        if (out.indexOf("user name is empty") >= 0) {
            out.append("; etcd asks for a user: set credentials(user, password)");
        }
        return out.toString();
    }

    private static @Nullable Throwable rootCause(@Nullable Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; root != null && root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root;
    }
}
