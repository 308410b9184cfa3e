package io.leasegate.server.cli;

import java.util.Comparator;

/**
 * Something in the registry that is wrong or odd.
 *
 * @param severity how bad it is
 * @param code the kind of finding, in kebab case, for machines
 * @param key the registry key, empty where the finding is about several
 * @param service the service, empty where there is none
 * @param address the address, empty where the finding is not about one
 * @param message what it is, for people
 */
record Finding(Severity severity, String code, String key, String service, String address, String message) {

    /** The worst first, and then those of one kind together. */
    static final Comparator<Finding> ORDER = Comparator.comparing(Finding::severity)
            .thenComparing(Finding::code)
            .thenComparing(Finding::service)
            .thenComparing(Finding::address)
            .thenComparing(Finding::key);

    /** How bad a finding is. */
    enum Severity {
        /** Calls fail, or an instance is missing. */
        ERROR,
        /** It works, but is hardly meant to be so. */
        WARNING
    }

    static Finding error(String code, String key, String service, String address, String message) {
        return new Finding(Severity.ERROR, code, key, service, address, message);
    }

    static Finding warning(String code, String key, String service, String address, String message) {
        return new Finding(Severity.WARNING, code, key, service, address, message);
    }
}
