package io.leasegate.registration;

import java.util.ArrayList;
import java.util.List;

/** Collects what in an entry is odd but does no harm, a bounded number of times. For use by one thread. */
final class Notes {

    private static final int MAX = 8;

    private final List<String> all = new ArrayList<>();

    void add(String note) {
        if (all.size() < MAX) {
            all.add(note);
        }
    }

    List<String> all() {
        return all;
    }
}
