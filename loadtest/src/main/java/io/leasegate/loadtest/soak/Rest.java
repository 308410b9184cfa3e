package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.host.Scrape;

/**
 * What a gateway holds while nobody calls. Immutable.
 *
 * @param files open ones that are no connections of clients or instances
 * @param directMib memory for messages under way, in MiB
 * @param rssMib in memory as the system counts it, in MiB
 */
public record Rest(long files, long directMib, long rssMib) {

    static Rest of(Scrape scrape, long residentBytes) {
        double files = scrape.sum("process_files_open_files")
                - scrape.sum("leasegate_downstream_connections")
                - scrape.sum("leasegate_upstream_connections");
        double direct = scrape.sum("netty_allocator_memory_used", "memory_type=\"direct\"");
        return new Rest(Math.round(files), Math.round(direct) >> 20, residentBytes >> 20);
    }
}
