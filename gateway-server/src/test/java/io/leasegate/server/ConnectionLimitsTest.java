package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.ConnectionLimits;
import io.leasegate.server.config.ConnectionsConfig;
import org.junit.jupiter.api.Test;

/** What {@code auto} in {@code connections} comes to. */
class ConnectionLimitsTest {

    private static final ConnectionsConfig AUTO =
            new ConnectionsConfig(ConnectionsConfig.AUTO, ConnectionsConfig.AUTO, ConnectionsConfig.NONE);

    @Test
    void autoFollowsFromTheLimitOfFiles() {
        assertThat(ConfigMapping.connections(AUTO, 1_000, 1)).isEqualTo(new ConnectionLimits(800, 400, 0));
        assertThat(ConfigMapping.connections(AUTO, 1_000, 2)).isEqualTo(new ConnectionLimits(400, 200, 0));
        assertThat(ConfigMapping.connections(AUTO, 1_048_576, 1)).isEqualTo(new ConnectionLimits(838_860, 10_000, 0));
    }

    @Test
    void withoutALimitOfFilesThereIsOnlyTheOnePerAddress() {
        assertThat(ConfigMapping.connections(AUTO, 0, 1)).isEqualTo(new ConnectionLimits(0, 10_000, 0));
        assertThat(ConfigMapping.connections(AUTO, Long.MAX_VALUE, 1))
                .isEqualTo(new ConnectionLimits(Integer.MAX_VALUE, 10_000, 0));
    }

    @Test
    void whatIsWrittenHolds() {
        assertThat(ConfigMapping.connections(new ConnectionsConfig(3, ConnectionsConfig.NONE, 9), 1_000, 1))
                .isEqualTo(new ConnectionLimits(3, 0, 9));
        assertThat(ConfigMapping.connections(new ConnectionsConfig(1, ConnectionsConfig.AUTO, 0), 1_000, 1))
                .isEqualTo(new ConnectionLimits(1, 1, 0));
        assertThat(ConfigMapping.connections(new ConnectionsConfig(ConnectionsConfig.NONE, 5, 0), 1_000, 1))
                .isEqualTo(new ConnectionLimits(0, 5, 0));
    }
}
