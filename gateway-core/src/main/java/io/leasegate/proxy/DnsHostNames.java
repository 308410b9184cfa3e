package io.leasegate.proxy;

import io.leasegate.dns.DnsClient;
import io.leasegate.dns.DnsSettings;
import io.leasegate.dns.DnsType;
import io.leasegate.dns.FollowedName;
import io.leasegate.dns.FollowedName.Knowledge;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Host names by DNS and the hosts file. One answer per name serves all event loops for its time to live, within the bounds of the
 * settings. While the name servers fail, the last one goes on to do so. Safe from any thread; the names are kept on the DNS client's event loop.
 */
final class DnsHostNames implements HostNames {

    /** How long one family of addresses waits for the other (RFC 8305 section 3, "Resolution Delay"). */
    private static final int RESOLUTION_DELAY_MILLIS = 50;

    /**
     * How long a question waits where there are addresses of an earlier answer (RFC 8767 section 5). Connecting has its time-out: who
     * waited for all name servers to be silent would have none of it left.
     */
    private static final int STALE_ANSWER_DELAY_MILLIS = 500;

    private final DnsClient dns;
    private final Map<String, Host> hosts = new HashMap<>();

    DnsHostNames(DnsSettings settings) {
        this.dns = new DnsClient(settings);
    }

    @Override
    public Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port) {
        Promise<List<InetSocketAddress>> promise = loop.newPromise();
        dns.execute(() -> host(host).answer(new Question(promise, port)));
        return promise;
    }

    @Override
    public void forget(String host) {
        dns.execute(() -> {
            Host h = hosts.get(host);
            if (h != null) {
                h.name.expire();
            }
        });
    }

    @Override
    public Following follow(EventLoop loop, String host, Consumer<Set<InetAddress>> listener) {
        Follower follower = new Follower(loop, listener);
        dns.execute(() -> host(host).add(follower));
        return () -> dns.execute(() -> {
            Host h = hosts.get(host);
            if (h != null) {
                h.remove(follower);
            }
        });
    }

    private Host host(String host) {
        return hosts.computeIfAbsent(host, Host::new);
    }

    @Override
    public void close() {
        dns.close();
    }

    /** Who waits for addresses. */
    private record Question(Promise<List<InetSocketAddress>> promise, int port) {}

    /** Who wants to hear of each answer; equal to itself alone. */
    private static final class Follower {

        final EventLoop loop;
        final Consumer<Set<InetAddress>> listener;

        Follower(EventLoop loop, Consumer<Set<InetAddress>> listener) {
            this.loop = loop;
            this.listener = listener;
        }

        void tell(Set<InetAddress> addresses) {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> listener.accept(addresses));
            }
        }
    }

    /** One name. On the DNS client's event loop. */
    private final class Host implements FollowedName.Listener<InetAddress> {

        private final String host;
        private final FollowedName<InetAddress> name;
        private final List<Question> questions = new ArrayList<>();
        private final Set<Follower> followers = new LinkedHashSet<>();
        private int lookUps;
        /** What the look-up that is under way has found, once others need not be waited for. */
        private @Nullable Knowledge<InetAddress> soFar;

        Host(String host) {
            this.host = host;
            this.name = new FollowedName<>(dns, host, List.of(DnsType.AAAA, DnsType.A), this);
        }

        void answer(Question q) {
            if (name.isFresh()) {
                answer(q, name.knowledge());
            } else if (soFar != null) {
                answer(q, soFar);
            } else {
                questions.add(q);
                name.ask();
                if (!name.knowledge().records().isEmpty()) {
                    dns.schedule(() -> answer(q, name.knowledge()), STALE_ANSWER_DELAY_MILLIS);
                }
            }
        }

        void add(Follower f) {
            followers.add(f);
            name.follow();
        }

        void remove(Follower f) {
            followers.remove(f);
            if (followers.isEmpty()) {
                name.unfollow();
                dropWhenUnused();
            }
        }

        @Override
        public void onSome(Knowledge<InetAddress> knowledge) {
            int lookUp = lookUps;
            dns.schedule(
                    () -> {
                        if (lookUp == lookUps) {
                            soFar = knowledge;
                            answerAll(knowledge);
                        }
                    },
                    RESOLUTION_DELAY_MILLIS);
        }

        @Override
        public void onLookedUp(Knowledge<InetAddress> knowledge) {
            lookUps++;
            soFar = null;
            answerAll(knowledge);
            if (!knowledge.records().isEmpty()) {
                Set<InetAddress> addresses = Set.copyOf(knowledge.records());
                followers.forEach(f -> f.tell(addresses));
            }
            dropWhenUnused();
        }

        private void answerAll(Knowledge<InetAddress> knowledge) {
            List<Question> all = List.copyOf(questions);
            questions.clear();
            all.forEach(q -> answer(q, knowledge));
        }

        private void answer(Question q, Knowledge<InetAddress> k) {
            if (k.records().isEmpty()) {
                q.promise.tryFailure(
                        new UnknownHostException(host + ": " + (k.trouble().isEmpty() ? k.absence() : k.trouble())));
            } else {
                q.promise.trySuccess(k.records().stream()
                        .map(a -> new InetSocketAddress(a, q.port))
                        .toList());
            }
        }

        /** Names come from registrations, which come and go: what nobody uses any more is forgotten when its time is over. */
        private void dropWhenUnused() {
            if (followers.isEmpty()) {
                dns.schedule(
                        () -> {
                            if (followers.isEmpty() && questions.isEmpty() && !name.isFresh() && !name.isAsking()) {
                                hosts.remove(host, this);
                                name.close();
                            }
                        },
                        dns.settings().maxIntervalMillis());
            }
        }
    }
}
