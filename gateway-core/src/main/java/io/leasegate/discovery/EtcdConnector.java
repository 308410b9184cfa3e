package io.leasegate.discovery;

/** Makes connections. Control loop only. */
interface EtcdConnector {

    /**
     * A new connection, which connects with its first call.
     *
     * @param attempt counts the attempts, so that each goes to the next member
     */
    EtcdConnection connect(int attempt);
}
