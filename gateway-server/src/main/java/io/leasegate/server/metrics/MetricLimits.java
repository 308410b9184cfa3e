package io.leasegate.server.metrics;

/**
 * How many series calls may make. Method names come from callers; what goes beyond a bound is counted under {@code other}.
 *
 * @param services services with series of their own
 * @param methodsPerService methods of one service that an instance has answered
 * @param unansweredMethodsPerService methods of one service that get series although no instance has answered them yet, so that
 *     failures from the start on show their method
 * @param methods methods of all services
 */
public record MetricLimits(int services, int methodsPerService, int unansweredMethodsPerService, int methods) {

    public static final MetricLimits DEFAULT = new MetricLimits(1000, 200, 20, 2000);

    public MetricLimits {
        if (services < 1
                || methodsPerService < 1
                || unansweredMethodsPerService < 0
                || unansweredMethodsPerService > methodsPerService
                || methods < 1
                || methods > 1 << 20) {
            throw new IllegalArgumentException("metric limits: services " + services + ", methods per service "
                    + methodsPerService + ", unanswered ones " + unansweredMethodsPerService + ", methods " + methods
                    + " (expected positive numbers, the unanswered ones at most those per service)");
        }
    }
}
