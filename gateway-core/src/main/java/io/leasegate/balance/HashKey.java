package io.leasegate.balance;

import org.jspecify.annotations.Nullable;

/** What of a call is hashed. */
public sealed interface HashKey {

    /** The part of the call, or null or nothing when it has none. */
    @Nullable
    CharSequence of(PickRequest request);

    /** Which part it is, in words. */
    String describe();

    /** Equal for calls that belong together; any number for a call without the part that is hashed (gRFC A42). */
    default long hash(PickRequest request) {
        CharSequence part = of(request);
        return part == null || part.isEmpty() ? request.random() : XxHash64.hash(part, 0);
    }

    /**
     * The value of a request header.
     *
     * @param name in lower case
     */
    record Header(String name) implements HashKey {
        @Override
        public @Nullable CharSequence of(PickRequest request) {
            return request.header(name);
        }

        @Override
        public String describe() {
            return "header " + name;
        }
    }

    /** The {@code :authority}. */
    record Authority() implements HashKey {
        @Override
        public CharSequence of(PickRequest request) {
            return request.authority();
        }

        @Override
        public String describe() {
            return "the authority";
        }
    }

    /** The client's IP address. */
    record Source() implements HashKey {
        @Override
        public CharSequence of(PickRequest request) {
            return request.source();
        }

        @Override
        public String describe() {
            return "the client's address";
        }
    }
}
