package io.leasegate.server.config;

import java.util.Map;

/**
 * Settings per service.
 *
 * @param defaults what holds for a service that is not named
 * @param byName the services that are named, the defaults filled in
 */
public record ServicesConfig(ServiceConfig defaults, Map<String, ServiceConfig> byName) {

    public ServicesConfig {
        byName = Ordered.copy(byName);
    }

    /** The settings of the service with the given name. */
    public ServiceConfig of(String name) {
        return byName.getOrDefault(name, defaults);
    }
}
