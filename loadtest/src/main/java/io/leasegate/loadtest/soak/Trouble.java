package io.leasegate.loadtest.soak;

/** What goes wrong in a soak. */
public enum Trouble {
    /** An instance is killed with SIGKILL and, after a time, started again. */
    KILL("kill -9", Target.INSTANCE, 15, 0, 1500),
    /** An instance is stopped with SIGTERM and started again. */
    RESTART("restart", Target.INSTANCE, 15, 0, 500),
    /** An instance gets SIGSTOP and, after a time, SIGCONT. */
    FREEZE("freeze", Target.INSTANCE, 8, 300, 5000),
    /** A scripted instance answers late, some calls after their deadline. */
    SLOW("slow", Target.SCRIPTED, 8, 2000, 6000),
    /** A scripted instance answers some calls with bytes that are no frames. */
    GARBAGE("garbage", Target.SCRIPTED, 8, 2000, 6000),
    /** A scripted instance sends GOAWAY on all of its connections every second. */
    GOAWAY("GOAWAY every second", Target.SCRIPTED, 8, 2000, 6000),
    /** A scripted instance refuses half of the streams. */
    REFUSE("refuse streams", Target.SCRIPTED, 8, 2000, 6000),
    /** A scripted instance breaks the connection at some calls after it has executed them. */
    CUT("cut connections", Target.SCRIPTED, 8, 2000, 6000),
    /** A client cancels all calls of one of its connections. */
    CANCEL("cancel all calls", Target.CLIENT, 3, 0, 0),
    /** A client reads nothing from one of its connections for a time. */
    STALL("stall", Target.CLIENT, 5, 200, 2500),
    /** A client resets one of its connections. */
    VANISH("vanish", Target.CLIENT, 4, 0, 0),
    /** etcd is stopped with SIGTERM and, after a time, started again with its data. */
    ETCD_RESTART("restart", Target.ETCD, 30, 200, 3000),
    /** The same with SIGKILL. */
    ETCD_KILL("kill -9", Target.ETCD, 30, 200, 3000),
    /** The gateway is drained with SIGTERM and started again. */
    DRAIN("drain and restart", Target.GATEWAY, 25, 0, 500);

    /** Who is in trouble. */
    public enum Target {
        INSTANCE("greeter-"),
        SCRIPTED("scripted-"),
        CLIENT("connection-"),
        ETCD("etcd"),
        GATEWAY("gateway");

        private final String title;

        Target(String title) {
            this.title = title;
        }
    }

    private final String title;
    private final Target target;
    private final int everySeconds;
    private final int leastMillis;
    private final int mostMillis;

    /**
     * @param everySeconds how often it happens, on the average
     * @param leastMillis how long it lasts at least
     * @param mostMillis how long at most
     */
    Trouble(String title, Target target, int everySeconds, int leastMillis, int mostMillis) {
        this.title = title;
        this.target = target;
        this.everySeconds = everySeconds;
        this.leastMillis = leastMillis;
        this.mostMillis = mostMillis;
    }

    public Target target() {
        return target;
    }

    int everySeconds() {
        return everySeconds;
    }

    int leastMillis() {
        return leastMillis;
    }

    int mostMillis() {
        return mostMillis;
    }

    /** What happens to whom, as in "kill -9 greeter-2". */
    String titleOf(int number) {
        String whom = target == Target.ETCD || target == Target.GATEWAY ? target.title : target.title + (number + 1);
        return whom + ": " + title;
    }
}
