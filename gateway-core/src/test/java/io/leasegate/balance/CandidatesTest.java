package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who can get calls, by the states of all. H healthy, U unhealthy, X unreachable, E ejected, N not checked yet. */
class CandidatesTest {

    private static List<Endpoint> inStates(String states) {
        List<Endpoint> all = Instances.alike(states.length());
        for (int i = 0; i < states.length(); i++) {
            all.get(i)
                    .state(
                            switch (states.charAt(i)) {
                                case 'H' -> EndpointState.HEALTHY;
                                case 'U' -> EndpointState.UNHEALTHY;
                                case 'X' -> EndpointState.UNREACHABLE;
                                case 'E' -> EndpointState.EJECTED;
                                default -> EndpointState.UNCHECKED;
                            },
                            "");
        }
        return all;
    }

    @ParameterizedTest(name = "{0} with a panic threshold of {1}: {2}")
    @CsvSource({
        // enough healthy ones
        "HHHH, 0.5, HHHH",
        "HHUU, 0.5, HH",
        "HHXE, 0.5, HH",
        "HNNN, 0.5, H",
        "HHUU, 0, HH",
        "HUUU, 0, H",
        // panic
        "HUUU, 0.5, HUUU",
        "HHUUU, 0.5, HHUUU",
        "HEEE, 0.5, HEEE",
        "HUEX, 0.5, HUE",
        "HHHU, 1, HHHU",
        // those that cannot be reached count as lost, and are
        "HXXX, 0.5, H",
        "HUXX, 0.5, HU",
        // nobody knows of the others yet
        "HUNN, 0.5, H",
        "HUUNN, 0.5, HUU",
        // none is healthy
        "UUNN, 0.5, NN",
        "NN, 0, NN",
        "UUUU, 0.5, ''",
        "XXXX, 0.5, ''",
        "UUXE, 0.5, E",
        "UUXE, 0, ''",
    })
    void whoCanGetCalls(String states, double panicThreshold, String expected) {
        List<Endpoint> all = inStates(states);
        Candidates candidates = Candidates.of(all, panicThreshold, 0);
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < candidates.size(); i++) {
            found.append(states.charAt(all.indexOf(candidates.get(i))));
        }
        assertThat(found).hasToString(expected);
        assertThat(candidates.members()).isEqualTo(all);
    }

    /** Two of weight 0, one that is healthy and one that is not, are none of the two that count. */
    @Test
    void whoHasNoWeightNeitherGetsCallsNorCounts() {
        List<Endpoint> all = Instances.weighing(0, 0, 1, 1);
        all.get(1).state(EndpointState.UNHEALTHY, "");
        all.get(2).state(EndpointState.UNHEALTHY, "");
        assertThat(Candidates.of(all, 0.5, 0).isPanic()).isFalse();
        Candidates panic = Candidates.of(all, 0.51, 0);
        assertThat(panic.isPanic()).isTrue();
        assertThat(panic.size()).isEqualTo(2);
        assertThat(panic.members()).containsExactly(all.get(2), all.get(3));
    }

    @ParameterizedTest
    @EnumSource
    void inPanicAllThatCanBeReachedAreUsed(BalancePolicy policy) {
        List<Endpoint> all = inStates("HUUEX");
        Picker picker = Instances.balancer(Instances.settings(policy).withPanicThreshold(0.5))
                .picker(all);
        assertThat(picked(picker)).containsExactlyInAnyOrderElementsOf(all.subList(0, 4));
        all.get(1).state(EndpointState.UNREACHABLE, "after the picker was made");
        assertThat(picked(picker)).containsExactlyInAnyOrder(all.get(0), all.get(2), all.get(3));
        List<Endpoint> well = new ArrayList<>(inStates("HHUE"));
        assertThat(picked(Instances.balancer(Instances.settings(policy).withPanicThreshold(0.5))
                        .picker(well)))
                .containsExactlyInAnyOrder(well.get(0), well.get(1));
    }

    private static Set<Endpoint> picked(Picker picker) {
        SeededRequest request = new SeededRequest(9);
        Set<Endpoint> picked = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            picked.add(picker.pick(request));
        }
        return picked;
    }
}
