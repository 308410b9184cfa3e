package io.leasegate.discovery;

import io.leasegate.registration.KeyPrefix;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.tls.ClientTls;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which etcd is followed, which part of it, and how. Immutable; every value is checked by the constructor, whose exceptions name the
 * field, the value and what was expected.
 *
 * @param endpoints client addresses of the members: {@code http://host:port}, {@code https://host:port} or {@code host:port}
 * @param prefixes what keys begin with to be looked at, and how what is there is read; the closest one counts for a key
 * @param formats names of registration formats, {@code auto} for all; for prefixes that have none of their own
 * @param username the user, null when etcd asks for none
 * @param password the user's password, null when etcd asks for none
 * @param tls TLS settings, null for none; without them an {@code https} endpoint is checked against the JVM's certificates; the files
 *     are read anew for each connection
 * @param timings time limits
 * @param pageKeys how many keys one answer may hold when everything is listed
 * @param hold when vanished instances are held
 * @param leases what is found out about leases
 * @param savedTable the file in which the last table is kept for a start without etcd, null for none
 */
public record EtcdSettings(
        List<String> endpoints,
        List<KeyPrefix> prefixes,
        List<String> formats,
        @Nullable String username,
        @Nullable String password,
        @Nullable ClientTls tls,
        EtcdTimings timings,
        int pageKeys,
        HoldSettings hold,
        LeaseSettings leases,
        @Nullable Path savedTable) {

    /** The default prefix: every key that begins with a slash. */
    public static final List<String> DEFAULT_PREFIXES = List.of("/");

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
        prefixes = List.copyOf(prefixes);
        formats = List.copyOf(formats);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints: none (expected at least one, as http://127.0.0.1:2379)");
        }
        for (String endpoint : endpoints) {
            EtcdEndpoint.parse(endpoint, tls != null);
        }
        if (prefixes.isEmpty()) {
            throw new IllegalArgumentException("prefixes: none (expected at least one, as \"/\")");
        }
        RegistrationFormats.of(formats);
        if (prefixes.stream().map(KeyPrefix::text).distinct().count() < prefixes.size()) {
            throw new IllegalArgumentException("prefixes: one is there twice (expected each once)");
        }
        if ((username == null) != (password == null)) {
            throw new IllegalArgumentException("username and password belong together (expected both or neither)");
        }
        if (pageKeys < 1) {
            throw new IllegalArgumentException("pageKeys: " + pageKeys + " (expected 1 or more)");
        }
    }

    /** Settings with every default: prefix {@code /}, all formats, no user. */
    public static EtcdSettings of(List<String> endpoints) {
        return new EtcdSettings(
                endpoints,
                DEFAULT_PREFIXES.stream().map(KeyPrefix::of).toList(),
                List.of(RegistrationFormats.AUTO),
                null,
                null,
                null,
                EtcdTimings.DEFAULT,
                1_000,
                HoldSettings.OFF,
                LeaseSettings.OFF,
                null);
    }

    /** The same with prefixes of which nothing else is said. */
    public EtcdSettings withPrefixes(List<String> newPrefixes) {
        return withKeyPrefixes(
                newPrefixes.stream().distinct().map(KeyPrefix::of).toList());
    }

    public EtcdSettings withKeyPrefixes(List<KeyPrefix> newPrefixes) {
        return new EtcdSettings(
                endpoints, newPrefixes, formats, username, password, tls, timings, pageKeys, hold, leases, savedTable);
    }

    public EtcdSettings withFormats(List<String> newFormats) {
        return new EtcdSettings(
                endpoints, prefixes, newFormats, username, password, tls, timings, pageKeys, hold, leases, savedTable);
    }

    public EtcdSettings withUser(@Nullable String newUsername, @Nullable String newPassword) {
        return new EtcdSettings(
                endpoints,
                prefixes,
                formats,
                newUsername,
                newPassword,
                tls,
                timings,
                pageKeys,
                hold,
                leases,
                savedTable);
    }

    public EtcdSettings withTls(@Nullable ClientTls newTls) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, newTls, timings, pageKeys, hold, leases, savedTable);
    }

    public EtcdSettings withTimings(EtcdTimings newTimings) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, tls, newTimings, pageKeys, hold, leases, savedTable);
    }

    public EtcdSettings withPageKeys(int newPageKeys) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, tls, timings, newPageKeys, hold, leases, savedTable);
    }

    public EtcdSettings withHold(HoldSettings newHold) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, tls, timings, pageKeys, newHold, leases, savedTable);
    }

    public EtcdSettings withLeases(LeaseSettings newLeases) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, tls, timings, pageKeys, hold, newLeases, savedTable);
    }

    public EtcdSettings withSavedTable(@Nullable Path file) {
        return new EtcdSettings(
                endpoints, prefixes, formats, username, password, tls, timings, pageKeys, hold, leases, file);
    }

    /** What a key is read by. */
    RegistrationFormats registrationFormats() {
        return RegistrationFormats.of(formats, prefixes);
    }

    /** The parts of the key space to follow; no key is in two of them. */
    List<KeyRange> ranges() {
        return KeyRange.ofPrefixes(prefixes.stream().map(KeyPrefix::text).toList());
    }

    List<EtcdEndpoint> members() {
        return endpoints.stream().map(e -> EtcdEndpoint.parse(e, tls != null)).toList();
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "EtcdSettings[endpoints=" + endpoints + ", prefixes=" + prefixes + ", formats=" + formats
                + (username == null ? "" : ", username=" + username) + (tls == null ? "" : ", tls=" + tls) + ']';
    }
}
