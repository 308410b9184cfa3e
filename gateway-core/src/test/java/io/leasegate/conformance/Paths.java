package io.leasegate.conformance;

/** Names that the tests share. */
final class Paths {

    /** The authority that clients ask for, which is at the same time the service's name. */
    static final String AUTHORITY = "echo";

    static final String UNARY = "/leasegate.test.Echo/Unary";
    static final String BIDI = "/leasegate.test.Echo/Bidi";

    private Paths() {}
}
