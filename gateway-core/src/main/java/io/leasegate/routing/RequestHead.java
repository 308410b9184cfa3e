package io.leasegate.routing;

import io.leasegate.balance.PickRequest;
import org.jspecify.annotations.Nullable;

/** What routing reads of a request. Not kept after the match. */
public interface RequestHead extends PickRequest {

    @Override
    CharSequence authority();

    /** The value of {@code :path}. */
    CharSequence path();

    /** 64 random bits that stay the same for the request: a call that is routed again falls to the same share of a split. */
    long choice();

    /** The name of the listener that the request came in by, empty when it is not known. */
    default CharSequence listener() {
        return "";
    }

    /** The client's IP address, 4 or 16 bytes; empty when it has none. Borrowed: not to be changed. */
    default byte[] sourceAddress() {
        return new byte[0];
    }

    /** Who the client's certificate speaks for, null when it showed none. */
    @Nullable
    CharSequence identity();
}
