package io.leasegate.registration;

import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format of the Go package go-kit/kit/sd/etcdv3: any text that leads to an instance, an address or a URL, under any key. Nothing in
 * it says so; it is accepted only where the configuration names it.
 *
 * <p>The service is the configured one; else what the key has between the prefix and its last part; else the last part of the prefix.
 */
final class GoKitFormat implements RegistrationFormat {

    private static final Evidence BY_NAME =
            Evidence.layout("the configuration names the format, and the value is an address or a URL");
    private static final Evidence BY_NAME_ALONE = Evidence.key("the configuration names the format");

    @Override
    public String name() {
        return "go-kit";
    }

    @Override
    public boolean isRecognisable() {
        return false;
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        String text = entry.valueLength() <= 4 * HostPort.MAX_CHARS ? entry.text() : null;
        EndpointUrl to = text == null ? null : endpoint(text);
        if (to == null) {
            String shown = text == null ? entry.valueLength() + " bytes" : text.isEmpty() ? "empty" : Quote.text(text);
            return entry.isNamed()
                    ? new ParseResult.Malformed(
                            "the value is " + shown + " (expected host:port, or a URL with host and port)",
                            BY_NAME_ALONE)
                    : new ParseResult.Foreign("the value is no address and no URL");
        }
        return Reading.of(
                BY_NAME,
                notes -> List.of(new Registration(
                        Fields.service(entry, "service (from the key)", service(entry)),
                        to.address().host(),
                        to.address().port(),
                        Traits.builder().protocol(to.scheme()).tls(to.tls()).build())));
    }

    private static @Nullable EndpointUrl endpoint(String text) {
        try {
            return text.contains("://")
                    ? EndpointUrl.parse(text)
                    : new EndpointUrl("", HostPort.parse(text), "", Map.of());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String service(RegistryEntry entry) {
        String prefix = entry.prefix().text();
        // What the prefix ends in without a slash belongs to the name of the next part.
        int from = prefix.lastIndexOf('/') + 1;
        boolean whole = prefix.endsWith("/") || entry.key().startsWith("/", prefix.length());
        String rest = entry.key()
                .substring(Math.min(whole ? prefix.length() : from, entry.key().length()));
        String between = new KeyPath(rest).parent();
        return between.isEmpty() ? new KeyPath(prefix.replaceFirst("/+$", "")).last() : between;
    }
}
