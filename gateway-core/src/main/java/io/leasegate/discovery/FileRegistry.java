package io.leasegate.discovery;

import static java.util.Objects.requireNonNull;

import io.leasegate.endpoint.Instance;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances from a file that is watched. While the file is gone or cannot be used, what it said last stays in force. The file is read
 * and parsed on a thread of its own; what it lists is applied on the control loop.
 */
public final class FileRegistry implements Registry {

    private static final Logger LOG = LoggerFactory.getLogger(FileRegistry.class);
    private static final String NAME = "file";

    /** No key of etcd begins so; one key per service, so that a change costs what it changes. */
    private static final String KEY_PREFIX = "\0file ";

    private final FileSettings settings;
    private final ControlLoop loop;
    private final DiscoveryListener listener;
    private final WatchedFile file;
    private final Map<String, List<Instance>> services = new HashMap<>();
    private @Nullable RegistrySink sink;
    private boolean closed;
    private volatile State state = new State(false, "not read yet", System.currentTimeMillis());
    private volatile long confirmedNanos;
    private volatile int listedServices;
    private volatile long reads;
    private volatile long failures;

    /** What is told of the file belongs together. */
    private record State(boolean synced, String error, long sinceEpochMillis) {}

    public FileRegistry(FileSettings settings, ControlLoop loop, DiscoveryListener listener) {
        this.settings = settings;
        this.loop = loop;
        this.listener = listener;
        this.file = new WatchedFile(settings.path(), settings.intervalMillis(), new Reader());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start(RegistrySink newSink) {
        sink = newSink;
        file.start();
    }

    /** On the thread of the file. */
    private final class Reader implements WatchedFile.Listener {

        /** Whether the file is as it should be, by what was found last. */
        private boolean good;

        @Override
        public void onContent(byte[] content) {
            StaticSettings read;
            try {
                read = settings.format().read(content);
            } catch (IOException e) {
                fail(String.valueOf(e.getMessage()));
                return;
            }
            good = true;
            loop.execute(() -> apply(read));
        }

        @Override
        public void onUnreadable(String reason) {
            fail(settings.path() + ": " + reason);
        }

        private void fail(String reason) {
            good = false;
            loop.execute(() -> onFailed(reason));
        }

        @Override
        public void onUnchanged() {
            if (good) {
                confirmedNanos = loop.nanoTime();
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the control loop alone
    private void apply(StaticSettings read) {
        if (closed) {
            return;
        }
        RegistrySink to = requireNonNull(sink);
        boolean removal = false;
        Map<String, List<Instance>> listed =
                read.instances(NAME, settings.path().toString());
        for (String gone : List.copyOf(services.keySet())) {
            if (!listed.containsKey(gone)) {
                removal |= !requireNonNull(services.remove(gone)).isEmpty();
                to.change(KEY_PREFIX + gone, List.of());
            }
        }
        for (Map.Entry<String, List<Instance>> e : listed.entrySet()) {
            List<Instance> before = services.put(e.getKey(), e.getValue());
            if (!e.getValue().equals(before)) {
                removal |= before != null && KeyMap.removesAddress(before, e.getValue());
                to.change(KEY_PREFIX + e.getKey(), e.getValue());
            }
        }
        to.expect(listed.keySet());
        reads++;
        listedServices = listed.size();
        confirmedNanos = loop.nanoTime();
        String trouble = state.error();
        if (!state.synced() || !trouble.isEmpty()) {
            state = new State(true, "", System.currentTimeMillis());
        }
        LOG.info(
                "{} lists {} instances of {} services",
                settings.path(),
                listed.values().stream().mapToInt(List::size).sum(),
                listed.size());
        to.commit(0, removal, loop.nanoTime());
        listener.onSourceRead(NAME, SourceRead.OK);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the control loop alone
    private void onFailed(String reason) {
        State before = state;
        long since = before.error().isEmpty() ? System.currentTimeMillis() : before.sinceEpochMillis();
        state = new State(before.synced(), reason, since);
        failures++;
        LOG.warn(
                before.synced()
                        ? "the file of instances cannot be used, what it said before stays in force: {}"
                        : "the file of instances cannot be used, waiting until it can: {}",
                reason);
        listener.onSourceRead(NAME, SourceRead.FAILED);
    }

    @Override
    public RegistryStatus status() {
        State now = state;
        return new RegistryStatus(
                NAME,
                now.synced(),
                now.error().isEmpty(),
                now.error(),
                0,
                now.sinceEpochMillis(),
                now.synced() ? (loop.nanoTime() - confirmedNanos) / 1_000_000 : -1,
                listedServices,
                0,
                reads,
                failures,
                0,
                0);
    }

    @Override
    public List<Refusal> refusals() {
        return List.of();
    }

    @Override
    public void close() {
        closed = true;
        file.close();
    }
}
