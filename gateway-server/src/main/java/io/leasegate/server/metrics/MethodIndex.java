package io.leasegate.server.metrics;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.Outcome;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a call is counted under without making a string, and bounds how many there are.
 *
 * <p>Callers invent method names freely, so a name earns its series: an instance has answered it with another status than
 * UNIMPLEMENTED. A name that failed before it reached an instance gets series only while few names of the service have any. All
 * other calls of a service count under the method {@code other}; a service beyond the bound counts under the service {@code other};
 * a call without a service under empty names.
 *
 * <p>The table is a fixed array with open addressing, at most half full, where entries come and never go: event loops read it without
 * a lock, and the few additions take one.
 */
final class MethodIndex {

    static final String OTHER = "other";

    private static final int MAX_METHOD_CHARS = 200;

    /** The methods of one service. */
    private static final class Service {

        final Method other;
        volatile int methods;

        Service(Method other) {
            this.other = other;
        }
    }

    private record Entry(int hash, String service, String path, Method method) {

        boolean is(int otherHash, String otherService, CharSequence otherPath) {
            return hash == otherHash && service.equals(otherService) && path.contentEquals(otherPath);
        }
    }

    private final MetricLimits limits;
    private final AtomicReferenceArray<@Nullable Entry> slots;
    private final int mask;
    private final ConcurrentMap<String, Service> services = new ConcurrentHashMap<>();
    private final List<Method> all = new CopyOnWriteArrayList<>();
    private final Method unrouted;
    private final Service otherServices;
    private volatile int methods;

    MethodIndex(MetricLimits limits) {
        this.limits = limits;
        int capacity = Integer.highestOneBit(limits.methods() * 2) << 1;
        slots = new AtomicReferenceArray<>(capacity);
        mask = capacity - 1;
        unrouted = newMethod("", "");
        otherServices = new Service(newMethod(OTHER, OTHER));
        otherServices.methods = Integer.MAX_VALUE;
    }

    private Method newMethod(String service, String method) {
        Method next = new Method(all.size(), service, method);
        all.add(next);
        return next;
    }

    /** How many methods there can be: the given ones, one more per service, and those for calls that have neither. */
    int capacity() {
        return limits.methods() + limits.services() + 2;
    }

    /** All methods so far, by their index. Any thread. */
    List<Method> all() {
        return all;
    }

    Method of(AccessRecord call) {
        String service = call.service();
        if (service == null) {
            return unrouted;
        }
        CharSequence path = call.path();
        if (path.length() > MAX_METHOD_CHARS) {
            return service(service).other;
        }
        int hash = hash(service, path);
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            Entry entry = slots.get(i);
            if (entry == null) {
                return unseen(call, service, path, hash);
            }
            if (entry.is(hash, service, path)) {
                return entry.method;
            }
        }
    }

    private Method unseen(AccessRecord call, String service, CharSequence path, int hash) {
        Service s = service(service);
        return s.methods < bound(call) && methods < limits.methods() && isMethod(path)
                ? add(s, service, path, hash)
                : s.other;
    }

    /** How many methods a service may have for this call to bring another one. */
    private int bound(AccessRecord call) {
        if (call.outcome() != Outcome.OK || call.grpcStatus() < 0) {
            return limits.unansweredMethodsPerService();
        }
        return call.grpcStatus() == GrpcStatus.UNIMPLEMENTED.code() ? 0 : limits.methodsPerService();
    }

    private Service service(String name) {
        Service known = services.get(name);
        return known != null ? known : addService(name);
    }

    private synchronized Service addService(String name) {
        if (services.size() >= limits.services() && !services.containsKey(name)) {
            return otherServices;
        }
        return services.computeIfAbsent(name, n -> new Service(newMethod(n, OTHER)));
    }

    /** Adds the method, or finds that another loop has, or that the bound is reached by now. */
    private synchronized Method add(Service s, String service, CharSequence path, int hash) {
        int i = hash & mask;
        for (Entry entry = slots.get(i); entry != null; entry = slots.get(i)) {
            if (entry.is(hash, service, path)) {
                return entry.method;
            }
            i = (i + 1) & mask;
        }
        if (methods >= limits.methods()) {
            return s.other;
        }
        String text = path.toString();
        Method method = newMethod(service, text.substring(1));
        slots.set(i, new Entry(hash, service, text, method));
        s.methods = s.methods + 1;
        methods = methods + 1;
        return method;
    }

    /** Whether the path has the form {@code /service/method} in printable ASCII: anything else makes an unreadable label. */
    private static boolean isMethod(CharSequence path) {
        int n = path.length();
        if (n < 4 || path.charAt(0) != '/') {
            return false;
        }
        int slash = -1;
        for (int i = 1; i < n; i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
            if (c == '/' && slash < 0) {
                slash = i;
            }
        }
        return slash > 1 && slash < n - 1;
    }

    private static int hash(String service, CharSequence path) {
        int h = service.hashCode();
        for (int i = 0; i < path.length(); i++) {
            h = 31 * h + path.charAt(i);
        }
        h *= 0x9E3779B9;
        return h ^ h >>> 16;
    }
}
