package io.leasegate.server.admin;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes the metrics as text. Called on the admin thread; must not wait for the event loops. */
@FunctionalInterface
public interface MetricsScrape {

    /**
     * Writes all metrics in the text format that the {@code Accept} header asks for.
     *
     * @param accept the header's value, null when there was none
     * @return the content type of what was written
     * @throws IOException when {@code out} fails
     */
    String write(@Nullable String accept, OutputStream out) throws IOException;
}
