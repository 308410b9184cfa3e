/**
 * The gateway's meters: the only package that registers any. The list for operators is docs/metrics.md.
 *
 * <p>Calls are counted per event loop and summed up at a scrape; all else is Micrometer's. One Prometheus registry has both.
 */
@NullMarked
package io.leasegate.server.metrics;

import org.jspecify.annotations.NullMarked;
