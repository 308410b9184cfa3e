package io.leasegate.server.admin;

import java.util.List;

/** Whether the gateway takes calls. Asked on the admin thread at each {@code GET /ready}; must not block. */
@FunctionalInterface
public interface Readiness {

    /**
     * What keeps the gateway from taking calls, in words for an operator, one entry per cause: for example {@code etcd unreachable at
     * http://127.0.0.1:2379: connection refused; retrying since 12 s}. Empty when it is ready.
     */
    List<String> obstacles();

    /** What is wrong although calls are taken, in the same form; shown by {@code GET /api/services}. Must not block. */
    default List<String> alarms() {
        return List.of();
    }
}
