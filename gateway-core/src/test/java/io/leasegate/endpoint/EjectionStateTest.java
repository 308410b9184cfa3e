package io.leasegate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an endpoint's health and its ejection make together. */
class EjectionStateTest {

    private final Endpoint endpoint = new Endpoint(
            new Instance(new EndpointId("echo", "127.0.0.1", 1), 1, "", Map.of(), false, "static", "", 0, 0, 0));

    @Test
    void anEjectionHidesThatItLooksWell() {
        endpoint.state(EndpointState.HEALTHY, "", 10);
        endpoint.eject("5 calls failed", 20);
        assertThat(endpoint.state()).isEqualTo(EndpointState.EJECTED);
        assertThat(endpoint.shownState()).isEqualTo(EndpointState.EJECTED);
        assertThat(endpoint.shownReason()).isEqualTo("5 calls failed");
        endpoint.state(EndpointState.HEALTHY, "", 30);
        assertThat(endpoint.state()).as("health goes on").isEqualTo(EndpointState.EJECTED);
        endpoint.readmit(40);
        assertThat(endpoint.state()).isEqualTo(EndpointState.HEALTHY);
        assertThat(endpoint.stateReason()).isEmpty();
        assertThat(endpoint.healthySinceNanos()).isEqualTo(40);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNHEALTHY", "NOT_SERVING", "UNREACHABLE", "DRAINING"})
    void whatIsWorseHidesTheEjection(EndpointState found) {
        endpoint.state(EndpointState.HEALTHY, "", 10);
        endpoint.eject("5 calls failed", 20);
        endpoint.state(found, "found out", 30);
        assertThat(endpoint.state()).isEqualTo(found);
        assertThat(endpoint.stateReason()).isEqualTo("found out; 5 calls failed");
        endpoint.readmit(40);
        assertThat(endpoint.state()).isEqualTo(found);
        assertThat(endpoint.stateReason()).isEqualTo("found out");
    }

    @Test
    void whoGetsWellUnderAnEjectionIsStillOut() {
        endpoint.state(EndpointState.HEALTHY, "", 10);
        endpoint.eject("5 calls failed", 20);
        endpoint.state(EndpointState.UNREACHABLE, "cannot connect", 30);
        endpoint.state(EndpointState.HEALTHY, "", 40);
        assertThat(endpoint.state()).isEqualTo(EndpointState.EJECTED);
        assertThat(endpoint.stateReason()).isEqualTo("5 calls failed");
    }

    @Test
    void oneThatWasNotCheckedYetReturnsToThat() {
        endpoint.eject("5 calls failed", 20);
        assertThat(endpoint.state()).isEqualTo(EndpointState.EJECTED);
        endpoint.readmit(30);
        assertThat(endpoint.state()).isEqualTo(EndpointState.UNCHECKED);
        assertThat(endpoint.stateReason()).isEqualTo("not checked yet");
    }
}
