package io.leasegate.routing;

import io.leasegate.balance.PickRequest;
import org.jspecify.annotations.Nullable;

/** What routing reads of a request. Not kept after the match. */
public interface RequestHead extends PickRequest {

    @Override
    CharSequence authority();

    /** The value of {@code :path}. */
    CharSequence path();

    /** Who the client's certificate speaks for, null when it showed none. */
    @Nullable
    CharSequence identity();
}
