package io.leasegate.examples;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.examples.v1.Greeting;
import io.leasegate.examples.v1.ReceptionGrpc;
import io.leasegate.examples.v1.ReceptionGrpc.ReceptionBlockingStub;
import io.leasegate.examples.v1.WelcomeReply;
import io.leasegate.examples.v1.WelcomeRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls the reception service through the gateway and prints the answer, once or for each line on standard input. The exit code is 0, or
 * 1 after a call that failed, or 2 for a wrong command line.
 */
public final class GreetingClient {

    static final List<String> USUAL_GUESTS = List.of("Ada", "Grace", "Linus");

    private static final long DEADLINE_SECONDS = 5;

    private static final String USAGE = """
            Usage: ./leasegate demo call [--gateway HOST:PORT] [--lines] [GUEST...]

              --gateway HOST:PORT  where the gateway listens (default 127.0.0.1:8080)
              --lines              make a call for each line on standard input, which names the guests, separated by commas
              GUEST                whom to welcome (default Ada Grace Linus)
            """;

    private final ReceptionBlockingStub reception;
    private final PrintStream out;

    GreetingClient(ReceptionBlockingStub reception, PrintStream out) {
        this.reception = reception;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        String gateway = "127.0.0.1:8080";
        boolean lines = false;
        int i = 0;
        for (; i < args.length && args[i].startsWith("-"); i++) {
            if (args[i].equals("--gateway") && i + 1 < args.length) {
                i++;
                gateway = args[i];
            } else if (args[i].equals("--lines")) {
                lines = true;
            } else {
                boolean help = args[i].equals("--help") || args[i].equals("-h");
                (help ? System.out : System.err).print((help ? "" : args[i] + ": unknown option\n") + USAGE);
                System.exit(help ? 0 : 2);
            }
        }
        List<String> guests = args.length > i ? List.of(args).subList(i, args.length) : USUAL_GUESTS;
        // The gateway finds the service by the call's authority.
        ManagedChannel channel = NettyChannelBuilder.forTarget(gateway)
                .overrideAuthority("reception")
                .usePlaintext()
                .build();
        GreetingClient client = new GreetingClient(ReceptionGrpc.newBlockingStub(channel), System.out);
        boolean well = lines ? client.callForEachLine(guests) : client.call(guests);
        channel.shutdownNow();
        System.exit(well ? 0 : 1);
    }

    /** One answer, ended by an empty line, for each line of standard input until it ends; an empty line stands for the guests given. */
    private boolean callForEachLine(List<String> otherwise) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean well = true;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            well = call(guests(line, otherwise));
            out.println();
        }
        return well;
    }

    static List<String> guests(String line, List<String> otherwise) {
        List<String> named = Arrays.stream(line.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return named.isEmpty() ? otherwise : named;
    }

    /** Makes one call and prints its answer, or why there is none. Returns whether it went well. */
    boolean call(List<String> guests) {
        long began = System.nanoTime();
        try {
            WelcomeReply reply = reception
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .welcome(WelcomeRequest.newBuilder().addAllGuests(guests).build());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            out.println(reply.getInstance() + " welcomes " + guests.size() + (guests.size() == 1 ? " guest" : " guests")
                    + " (" + millis + " ms):");
            for (Greeting greeting : reply.getGreetingsList()) {
                out.println("  " + greeting.getText() + "  (from " + greeting.getInstance() + ")");
            }
            return true;
        } catch (StatusRuntimeException e) {
            out.println(
                    "failed: " + e.getStatus().getCode() + ": " + e.getStatus().getDescription());
            return false;
        }
    }
}
