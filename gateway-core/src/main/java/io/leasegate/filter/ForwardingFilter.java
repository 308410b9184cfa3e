package io.leasegate.filter;

import io.leasegate.h2.FieldTraits;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.netty.util.AsciiString;

/**
 * What every hop owes the next: {@code te: trailers}, the caller's address in {@code x-forwarded-for}, that it came over TLS in
 * {@code x-forwarded-proto}, a request id, the right {@code :scheme}, and no field that was meant for this hop alone (RFC 9110 section 7.6.1). Stateless.
 */
public final class ForwardingFilter implements RequestFilter {

    private static final int MAX_FORWARDED_BYTES = 2048;

    private static final HeaderField TE_TRAILERS = HeaderField.constant(HeaderNames.TE, AsciiString.cached("trailers"));
    private static final HeaderField FORWARDED_HTTPS =
            HeaderField.constant(HeaderNames.X_FORWARDED_PROTO, AsciiString.cached("https"));
    private static final HeaderField REQUEST_ID = HeaderField.of(HeaderNames.X_REQUEST_ID, AsciiString.EMPTY_STRING);
    private static final HeaderField SCHEME_HTTP = HeaderField.constant(HeaderNames.SCHEME, AsciiString.cached("http"));
    private static final HeaderField SCHEME_HTTPS =
            HeaderField.constant(HeaderNames.SCHEME, AsciiString.cached("https"));

    @Override
    public void onRequest(RequestContext context, HeaderBlock headers) {
        headers.set(context.upstreamTls() ? SCHEME_HTTPS : SCHEME_HTTP);
        useOneAuthority(headers);
        headers.removeAllWith(FieldTraits.CONNECTION_SPECIFIC);
        // Servers of gRPC take its absence as a sign of a proxy that drops trailers, and some refuse the call.
        headers.set(TE_TRAILERS);
        headers.set(forwardedFor(context, headers));
        if (context.downstreamTls()) {
            headers.set(FORWARDED_HTTPS);
        }
        headers.set(REQUEST_ID.withValue(context.requestId()));
    }

    /** {@code :authority} stands for {@code host}; two of them could be made to disagree (RFC 9113 section 8.3.1). */
    private static void useOneAuthority(HeaderBlock headers) {
        headers.remove(HeaderNames.HOST);
    }

    /** All hops before, of however many fields, and the caller as the last. */
    private static HeaderField forwardedFor(RequestContext context, HeaderBlock headers) {
        HeaderField caller = context.forwardedFor();
        AsciiString before = headers.get(HeaderNames.X_FORWARDED_FOR);
        if (before == null || before.isEmpty()) {
            return caller;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < headers.size(); i++) {
            HeaderField f = headers.field(i);
            if (f.name().equals(HeaderNames.X_FORWARDED_FOR)) {
                text.append(f.value()).append(", ");
            }
        }
        text.append(caller.value());
        return text.length() > MAX_FORWARDED_BYTES ? caller : caller.withValue(new AsciiString(text));
    }
}
