package io.leasegate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SearchListTest {

    @Test
    void withoutAFileNamesAreTakenAsTheyAre() {
        SearchList none = SearchList.parse(List.of());
        assertThat(none.candidates("greeter")).containsExactly("greeter.");
        assertThat(none.candidates("greeter.lab.test.")).containsExactly("greeter.lab.test.");
    }

    @Test
    void aNameWithEnoughDotsIsFirstTriedAsItIs() {
        SearchList list = SearchList.parse(List.of(
                "# a comment",
                "nameserver 10.0.0.2",
                "domain first.test",
                "search  svc.test\tcluster.test. ",
                "options timeout:1 ndots:2 rotate"));
        assertThat(list.candidates("greeter"))
                .containsExactly("greeter.svc.test.", "greeter.cluster.test.", "greeter.");
        assertThat(list.candidates("greeter.ns"))
                .containsExactly("greeter.ns.svc.test.", "greeter.ns.cluster.test.", "greeter.ns.");
        assertThat(list.candidates("a.b.c")).containsExactly("a.b.c.", "a.b.c.svc.test.", "a.b.c.cluster.test.");
    }

    @Test
    void oddOptionsAreBoundedOrPassedOver() {
        assertThat(SearchList.parse(List.of("options ndots:9999")).dots()).isEqualTo(15);
        assertThat(SearchList.parse(List.of("options ndots:x ndots", "", "search ."))
                        .dots())
                .isEqualTo(1);
        assertThat(SearchList.parse(List.of("search .")).domains()).isEmpty();
    }
}
