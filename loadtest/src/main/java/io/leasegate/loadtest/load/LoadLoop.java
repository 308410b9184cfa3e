package io.leasegate.loadtest.load;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An event loop with a thread of its own that can also spin: while somebody has an errand at exact times, it never sleeps, so that neither a timer
 * nor waking up is a part of what is measured. {@link #spin} and {@link #rest} are called on the loop.
 */
final class LoadLoop extends ManualIoEventLoop {

    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Runnable> spinners = new ArrayList<>();

    LoadLoop(IoEventLoopGroup parent, IoHandlerFactory factory, int number) {
        super(parent, null, factory);
        Thread thread = new Thread(this::drive, "bench-load-" + number);
        thread.setDaemon(true);
        setOwningThread(thread);
        thread.start();
    }

    private void drive() {
        while (!isTerminated()) {
            if (spinners.isEmpty()) {
                run(LONGEST_WAIT_NANOS);
            } else {
                runNow();
                // By index: an errand may end itself.
                for (int i = spinners.size() - 1; i >= 0; i--) {
                    spinners.get(i).run();
                }
            }
        }
    }

    /** Has the errand run again and again between the loop's turns. */
    void spin(Runnable errand) {
        spinners.add(errand);
    }

    void rest(Runnable errand) {
        spinners.remove(errand);
    }
}
