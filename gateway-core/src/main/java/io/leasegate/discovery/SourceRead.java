package io.leasegate.discovery;

/** What one reading of a file, or one look-up of a name, came to. The names in lower case are what metrics show. */
public enum SourceRead {
    /** Instances, or a file that says that there are none. */
    OK,
    /** The name servers say that there is no such name, or no address for it. */
    EMPTY,
    /** Nothing that could be used. */
    FAILED
}
