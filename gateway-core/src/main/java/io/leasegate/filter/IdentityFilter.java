package io.leasegate.filter;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.util.AsciiString;
import java.util.Collection;
import java.util.List;

/**
 * Tells instances who a client's certificate speaks for, in a header that no client can forge: what callers send under its name is
 * removed, whichever listener they come by, since an instance cannot see which one it was. Stateless.
 */
public final class IdentityFilter implements RequestFilter {

    private final List<AsciiString> names;

    /** @param names the identity headers of all listeners, in lower case */
    public IdentityFilter(Collection<AsciiString> names) {
        this.names = List.copyOf(names);
    }

    @Override
    public void onRequest(RequestContext context, HeaderBlock headers) {
        strip(headers);
        HeaderField identity = context.identityField();
        if (identity != null) {
            headers.add(identity);
        }
    }

    @Override
    public void onTrailers(HeaderBlock trailers) {
        strip(trailers);
    }

    private void strip(HeaderBlock block) {
        for (int i = 0; i < names.size(); i++) {
            block.removeNamed(names.get(i));
        }
    }
}
