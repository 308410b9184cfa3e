package io.leasegate.routing;

import java.util.List;
import java.util.Map;

/**
 * What a route changes in the headers of its calls.
 *
 * @param request in what the instance gets
 * @param response in the headers that the client gets, not in trailers behind a body
 */
public record HeaderChanges(Edit request, Edit response) {

    /** Changes nothing. */
    public static final HeaderChanges NONE = new HeaderChanges(Edit.NONE, Edit.NONE);

    /**
     * The changes of one direction, in this order. Names are in lower case.
     *
     * @param remove drops all values
     * @param set replaces all values
     * @param add adds one value
     */
    public record Edit(List<String> remove, Map<String, String> set, Map<String, String> add) {

        static final Edit NONE = new Edit(List.of(), Map.of(), Map.of());

        public boolean isEmpty() {
            return remove.isEmpty() && set.isEmpty() && add.isEmpty();
        }
    }
}
