package io.leasegate.balance;

import org.jspecify.annotations.Nullable;

/** What a {@link Picker} may know of the call that it picks for. Not kept after the pick. */
public interface PickRequest {

    /** The value of a request header, or null. The name is in lower case. */
    @Nullable
    CharSequence header(String name);
}
