package io.leasegate.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of TLS every few seconds, has them loaded again when their content differs, and warns of certificates that end
 * soon. Content is compared and not times, so it does not matter how a file is replaced: written over, renamed into its place, or
 * behind a link that now leads elsewhere. All of it happens on one thread of its own; the methods are for any thread.
 *
 * <p>A certificate and its key are two files and seldom change in one instant. So what cannot be used is tried a second time, one
 * interval later, before it is called bad.
 */
public final class CertificateWatch implements AutoCloseable {

    /** How long before its end a certificate is warned of. */
    static final Duration WARNING = Duration.ofDays(14);

    private static final Duration WARNING_PAUSE = Duration.ofDays(1);
    private static final long CLOSE_SECONDS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

    private final Duration interval;
    private final TlsListener listener;
    private final InstantSource clock;
    private final List<Watched> watched = new CopyOnWriteArrayList<>();
    private final Map<Path, Instant> warnedAt = new HashMap<>();
    private final ScheduledExecutorService thread;

    /** @param interval between two looks */
    public CertificateWatch(Duration interval, TlsListener listener) {
        this(interval, listener, InstantSource.system());
    }

    CertificateWatch(Duration interval, TlsListener listener, InstantSource clock) {
        this.interval = interval;
        this.listener = listener;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread t = new Thread(task, "leasegate-tls");
            t.setDaemon(true);
            return t;
        });
    }

    /** Begins to look. */
    public void start() {
        long nanos = interval.toNanos();
        thread.scheduleWithFixedDelay(this::lookAndGoOn, 0, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Watches the files of a client that reads them by itself, whenever it connects: tells of files that it could not use, and of ends.
     *
     * @param owner what they are for
     * @throws IOException when they cannot be used now
     */
    public void watch(String owner, ClientTls settings) throws IOException {
        add(new ClientFiles(owner, settings) {
            @Override
            void loaded(ClientTls readable) {
                // The next connection takes them.
            }
        });
    }

    /**
     * Loads a source, and watches it from now on.
     *
     * @throws IOException when it cannot be loaded; it is not watched then
     */
    void add(TlsFileSource source) throws IOException {
        String fingerprint = fingerprint(source.files());
        source.load();
        watched.add(new Watched(source, fingerprint));
    }

    /** Runs a task that reads files, soon, on the watch's thread; not after {@link #close}. */
    void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed: nobody waits for the files any more.
        }
    }

    /** All files with certificates in use, each once. */
    public List<CertificateFile> certificates() {
        Map<Path, CertificateFile> byFile = new LinkedHashMap<>();
        for (Watched w : watched) {
            w.source.certificates().forEach(c -> byFile.putIfAbsent(c.file(), c));
        }
        return new ArrayList<>(byFile.values());
    }

    /** How many sets of files cannot be used as they are now, by owner; every owner is there. */
    public Map<String, Integer> rejected() {
        Map<String, Integer> byOwner = new LinkedHashMap<>();
        for (Watched w : watched) {
            byOwner.merge(w.source.owner(), w.rejected.isEmpty() ? 0 : 1, Integer::sum);
        }
        return byOwner;
    }

    /** An exception would end the schedule, and nobody would hear of it. */
    private void lookAndGoOn() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("the look at the files of TLS failed; it is tried again", e);
        }
    }

    /** One look at everything. On the watch's thread. */
    void look() {
        for (Watched w : watched) {
            w.look();
        }
        for (CertificateFile c : certificates()) {
            warn(c);
        }
    }

    private void warn(CertificateFile c) {
        Instant now = clock.instant();
        Duration left = Duration.between(now, c.notAfter());
        if (left.compareTo(WARNING) >= 0) {
            warnedAt.remove(c.file());
            return;
        }
        Instant before = warnedAt.get(c.file());
        if (before == null || !now.isBefore(before.plus(WARNING_PAUSE))) {
            warnedAt.put(c.file(), now);
            listener.onExpiring(c, left);
        }
    }

    /** Ends the thread, and waits for what it is doing: what was made of files may be given back then. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("reading the files of TLS takes more than {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A digest of what is in the files, and of what keeps them from being read. */
    private static String fingerprint(List<Path> files) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        for (Path file : files) {
            byte[] content;
            try {
                content = Files.readAllBytes(file);
            } catch (IOException e) {
                content = e.getClass().getName().getBytes(StandardCharsets.UTF_8);
            }
            digest.update((content.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        }
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    /** What is known of one source; the thread's, except for {@code rejected}. */
    private final class Watched {

        private final TlsFileSource source;
        private String applied;
        private String tried;
        /** The fingerprint that was called bad, empty while there is none. */
        private volatile String rejected = "";

        Watched(TlsFileSource source, String applied) {
            this.source = source;
            this.applied = applied;
            this.tried = applied;
        }

        void look() {
            String now = fingerprint(source.files());
            if (now.equals(applied)) {
                tried = now;
                recovered();
            } else if (!now.equals(rejected)) {
                load(now);
            }
        }

        private void load(String now) {
            boolean again = now.equals(tried);
            tried = now;
            try {
                source.load();
                applied = now;
                recovered();
                listener.onReloaded(source.owner(), source.content());
            } catch (IOException | RuntimeException e) {
                if (again) {
                    rejected = now;
                    listener.onRejected(source.owner(), String.valueOf(e.getMessage()));
                }
            }
        }

        private void recovered() {
            if (!rejected.isEmpty()) {
                rejected = "";
                listener.onRecovered(source.owner());
            }
        }
    }
}
