package io.leasegate.reflection;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Which of the names that an instance gives calls may be routed by. Stateless. */
final class GrpcServiceNames {

    private static final int MAX_CHARS = 500;

    private GrpcServiceNames() {}

    /** Those that are names of gRPC services, without what every server has for its operation; sorted, each once. */
    static List<String> routable(Collection<String> names) {
        TreeSet<String> routable = new TreeSet<>();
        for (String name : names) {
            if (isName(name) && !isInfrastructure(name)) {
                routable.add(name);
            }
        }
        return List.copyOf(routable);
    }

    /** Whether each instance has it for itself, so that asking any of them would tell nothing of the others. */
    private static boolean isInfrastructure(String name) {
        return name.startsWith("grpc.reflection.")
                || name.startsWith("grpc.channelz.")
                || name.equals("grpc.health.v1.Health");
    }

    /** Whether it is a full name as protobuf has it. */
    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MAX_CHARS) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }
}
