package io.leasegate.reflection;

import io.leasegate.endpoint.Endpoint;
import java.util.List;

/** Takes what a {@link ServiceLearner} finds out. Called on the control loop; must not block. */
public interface ReflectionListener {

    /** An instance was asked. */
    void onAsked(Endpoint endpoint, ReflectionAnswer answer);

    /**
     * What the instances of one version of a service serve by now, in the place of what was learned before.
     *
     * @param grpcServices full names of gRPC services in alphabetical order; none when nothing is known any more
     */
    void onLearned(String service, String version, List<String> grpcServices);

    /** An instance named more gRPC services than are kept of its service. */
    void onCut(Endpoint endpoint, int named, int kept);
}
