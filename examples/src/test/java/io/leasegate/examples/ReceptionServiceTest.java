package io.leasegate.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.examples.v1.Greeting;
import io.leasegate.examples.v1.ReceptionGrpc;
import io.leasegate.examples.v1.WelcomeReply;
import io.leasegate.examples.v1.WelcomeRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceptionServiceTest {

    private final DemoFixture fixture = new DemoFixture();

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void hasEachGuestGreetedInTheirOrder() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.greeter("greeter-1"));
        WelcomeReply reply = ReceptionGrpc.newBlockingStub(reception).welcome(guests("Ada", "Grace", "Linus"));
        assertThat(reply.getInstance()).isEqualTo("reception-3");
        assertThat(reply.getGreetingsList())
                .extracting(Greeting::getText)
                .containsExactly("Hello, Ada!", "Hello, Grace!", "Hello, Linus!");
        assertThat(reply.getGreetingsList()).extracting(Greeting::getInstance).containsOnly("greeter-1");
    }

    @Test
    void streamsEachGreetingOnce() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.greeter("greeter-1"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            names.add("guest " + i);
        }
        List<String> texts = new ArrayList<>();
        ReceptionGrpc.newBlockingStub(reception)
                .welcomeAsTheyCome(guests(names.toArray(String[]::new)))
                .forEachRemaining(greeting -> texts.add(greeting.getText()));
        assertThat(texts)
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> "Hello, " + name + "!").toList());
    }

    @Test
    void refusesNoGuestAndTooMany() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.greeter("greeter-1"));
        assertThatThrownBy(() -> ReceptionGrpc.newBlockingStub(reception).welcome(guests()))
                .hasMessage("INVALID_ARGUMENT: guests: 0 of them (expected 1 to 100)");
        assertThatThrownBy(() -> ReceptionGrpc.newBlockingStub(reception)
                        .welcome(guests(Collections.nCopies(101, "Ada").toArray(String[]::new))))
                .hasMessage("INVALID_ARGUMENT: guests: 101 of them (expected 1 to 100)");
    }

    @Test
    void passesTheGreetersStatusOn() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.greeter("greeter-1"));
        assertThatThrownBy(() -> ReceptionGrpc.newBlockingStub(reception).welcome(guests("Ada", "")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    assertThat(e.getStatus().getDescription())
                            .isEqualTo("calling the greeter service through the gateway: "
                                    + "name: empty (expected the name of whom to greet)");
                });
    }

    @Test
    void saysThatTheGreeterIsNotThere() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.nowhere());
        assertThatThrownBy(() -> ReceptionGrpc.newBlockingStub(reception)
                        .welcomeAsTheyCome(guests("Ada", "Grace"))
                        .next())
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    assertThat(e.getStatus().getDescription())
                            .startsWith("calling the greeter service through the gateway: ");
                });
    }

    @Test
    void theClientPrintsTheAnswer() throws IOException {
        ManagedChannel reception = fixture.reception("reception-3", fixture.greeter("greeter-1"));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        GreetingClient client = client(reception, printed);
        assertThat(client.call(List.of("Ada", "Grace"))).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        first -> assertThat(first).matches("reception-3 welcomes 2 guests \\(\\d+ ms\\):"),
                        ada -> assertThat(ada).isEqualTo("  Hello, Ada!  (from greeter-1)"),
                        grace -> assertThat(grace).isEqualTo("  Hello, Grace!  (from greeter-1)"));
    }

    @Test
    void theClientPrintsWhyThereIsNoAnswer() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        assertThat(client(fixture.nowhere(), printed).call(List.of("Ada"))).isFalse();
        assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("failed: UNAVAILABLE: ");
    }

    private static GreetingClient client(ManagedChannel reception, ByteArrayOutputStream printed) {
        return new GreetingClient(
                ReceptionGrpc.newBlockingStub(reception), new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private static WelcomeRequest guests(String... names) {
        return WelcomeRequest.newBuilder().addAllGuests(List.of(names)).build();
    }
}
