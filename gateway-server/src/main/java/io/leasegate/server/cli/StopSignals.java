package io.leasegate.server.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a first SIGTERM or SIGINT from a further one, which the JVM's own handling does not: it ignores all after the first. Each signal
 * is handled on a thread of its own, one at a time.
 */
final class StopSignals {

    /** A terminal and a supervisor may both deliver what was one wish. */
    private static final long SAME_WISH_NANOS = 300_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private final LongSupplier nanoTime;
    private final Runnable onFirst;
    private final Runnable onFurther;
    private boolean stopping;
    private long firstNanos;

    StopSignals(LongSupplier nanoTime, Runnable onFirst, Runnable onFurther) {
        this.nanoTime = nanoTime;
        this.onFirst = onFirst;
        this.onFurther = onFurther;
    }

    /**
     * Handles the signals from now on. Where the JVM lets nobody do that (as with {@code -Xrs}, or where a signal is ignored by inheritance),
     * its own handling stays.
     *
     * <p>By reflection: the one way to hear of signals is {@code sun.misc.Signal} of the module {@code jdk.unsupported}, whose direct use is
     * a warning that cannot be silenced.
     */
    void install() {
        for (String name : new String[] {"TERM", "INT"}) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                Object ours = Proxy.newProxyInstance(
                        StopSignals.class.getClassLoader(),
                        new Class<?>[] {handler},
                        (proxy, method, arguments) -> answer(proxy, method, arguments, name));
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            } catch (InvocationTargetException e) {
                LOG.debug("SIG{} is left to the JVM: {}", name, String.valueOf(e.getCause()));
            } catch (ReflectiveOperationException e) {
                LOG.debug("SIG{} is left to the JVM: {}", name, e.toString());
            }
        }
    }

    private Object answer(Object proxy, Method method, Object[] arguments, String name) {
        return switch (method.getName()) {
            case "handle" -> {
                onSignal(name);
                yield proxy; // not looked at: the method returns nothing
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "leasegate's handler of SIG" + name;
        };
    }

    /** What a signal leads to. */
    void onSignal(String name) {
        boolean first;
        synchronized (this) {
            first = !stopping;
            if (first) {
                stopping = true;
                firstNanos = nanoTime.getAsLong();
            } else if (nanoTime.getAsLong() - firstNanos < SAME_WISH_NANOS) {
                return;
            }
        }
        if (first) {
            LOG.info("SIG{}: stopping (a second signal ends what is in flight)", name);
            onFirst.run();
        } else {
            LOG.warn("SIG{} again: stopping at once", name);
            onFurther.run();
        }
    }
}
