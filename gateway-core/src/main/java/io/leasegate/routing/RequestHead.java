package io.leasegate.routing;

import io.leasegate.balance.PickRequest;

/** What routing reads of a request. Not kept after the match. */
public interface RequestHead extends PickRequest {

    /** The value of {@code :authority}, empty when there is none. */
    CharSequence authority();

    /** The value of {@code :path}. */
    CharSequence path();
}
