package io.leasegate.registrar;

import static java.util.Objects.requireNonNull;

import io.grpc.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A grpc-java server with its registration, in the right order: the server listens before it is registered, and it goes on serving for
 * a while after it was deregistered, so that gateways hear of it first and no call is refused.
 *
 * <pre>{@code
 * RegisteredServer.start(server, Registrar.builder()...address("10.0.0.7:0"), Duration.ofSeconds(1))
 *         .shutdownWithJvm(Duration.ofSeconds(20))
 *         .awaitTermination();
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class RegisteredServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RegisteredServer.class);
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    private final Server server;
    private final Registrar registrar;
    private final Duration pause;
    private final AtomicReference<Thread> shutdownHook = new AtomicReference<>();
    private final Object shutdown = new Object();
    // Guarded by shutdown.
    private boolean shutDown;

    private RegisteredServer(Server server, Registrar registrar, Duration pause) {
        this.server = server;
        this.registrar = registrar;
        this.pause = pause;
    }

    /**
     * Starts the server, then its registration. Returns as soon as the server listens; the registration goes on in the background, see
     * {@link #registrar()}.
     *
     * @param server built and not started
     * @param registration what to register; port 0 in its address stands for the port that the server listens on
     * @param pause how long to go on serving between deregistration and shutdown, time for gateways to see it; zero for none
     * @throws IllegalArgumentException if the registration cannot work, before the server is started
     * @throws IOException if the server cannot listen
     */
    public static RegisteredServer start(Server server, RegistrarBuilder registration, Duration pause)
            throws IOException {
        requireNonNull(server, "server");
        if (pause.isNegative()) {
            throw new IllegalArgumentException("pause: " + pause + " (expected zero or more)");
        }
        // Mistakes show before anything runs; the port is known only after.
        registration.settings(true);
        server.start();
        try {
            Registrar registrar = withPortOf(server, registration).build();
            registrar.start();
            return new RegisteredServer(server, registrar, pause);
        } catch (RuntimeException e) {
            server.shutdownNow();
            throw e;
        }
    }

    /** The server. */
    public Server server() {
        return server;
    }

    /** The registration: its status, its weight. */
    public Registrar registrar() {
        return registrar;
    }

    /**
     * Has {@link #shutdown} called when the JVM ends, by SIGTERM for instance.
     *
     * @param grace as for {@link #shutdown}
     * @return this
     */
    public RegisteredServer shutdownWithJvm(Duration grace) {
        Thread hook = new Thread(() -> shutdown(grace), "registered-server-shutdown");
        if (shutdownHook.compareAndSet(null, hook)) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
        return this;
    }

    /**
     * Deregisters, goes on serving for the pause, then takes no new calls, lets those in flight finish, and returns when the server has
     * ended. Never longer than the registrar's dial timeout, the pause and the grace together, plus a few seconds. A second caller waits
     * for the first. If the thread is interrupted, what is left is cut short.
     *
     * @param grace how long calls in flight have before they are cancelled
     */
    public void shutdown(Duration grace) {
        synchronized (shutdown) {
            if (shutDown) {
                return;
            }
            shutDown = true;
            registrar.close();
            try {
                Thread.sleep(pause.toMillis());
                server.shutdown();
                if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                    log.warn("Calls are still in flight {} after the shutdown began; cancelling them", grace);
                    server.shutdownNow();
                    server.awaitTermination(2, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                server.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
        removeHook();
    }

    /** {@link #shutdown} with a grace of 30 s. */
    @Override
    public void close() {
        shutdown(DEFAULT_GRACE);
    }

    /** Waits until the server has ended. */
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    private void removeHook() {
        Thread hook = shutdownHook.get();
        if (hook == null || hook == Thread.currentThread()) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("The JVM is ending; the hook finds the server shut down", e);
        }
    }

    private static RegistrarBuilder withPortOf(Server server, RegistrarBuilder registration) {
        String address = registration.address();
        if (!address.endsWith(":0")) {
            return registration;
        }
        return registration.withAddress(address.substring(0, address.length() - 1) + tcpPort(server));
    }

    private static int tcpPort(Server server) {
        int port = server.getPort();
        if (port < 1) {
            throw new IllegalArgumentException(
                    "address: port 0 stands for the server's port, but this server does not listen on TCP; name the port");
        }
        return port;
    }
}
