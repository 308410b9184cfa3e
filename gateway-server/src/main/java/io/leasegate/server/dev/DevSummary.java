package io.leasegate.server.dev;

import io.leasegate.server.dev.DemoClient.Answer;
import io.leasegate.server.dev.DevLayout.DemoInstance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** The text that tells the user what runs where, and what to try with it. */
record DevSummary(DevLayout layout, Path home, Path folder) {

    /**
     * Prints it.
     *
     * @param answer of the first call
     * @param parts the processes of the instances, in the layout's order
     * @param tookMillis from the start until now
     */
    void print(PrintWriter out, Answer answer, List<Part> parts, long tookMillis) {
        out.printf(
                "%nReady after %.1f s. One call to the reception service, which became three to the greeter service,%n",
                tookMillis / 1000.0);
        out.println("each of them through the gateway:");
        out.println();
        answer.lines().forEach(line -> out.println("  " + line));
        out.println();
        row(out, "gateway", layout.gateway(), "gRPC, HTTP/2 in clear text");
        row(out, "what it routes to", layout.admin() + "/api/services", "instances, and what they serve");
        row(out, "its metrics", layout.admin() + "/metrics", "");
        row(out, "whether it is ready", layout.admin() + "/ready", "");
        if (layout.etcdPort() != 0) {
            row(out, "etcd", layout.etcd(), "");
        }
        for (int i = 0; i < parts.size(); i++) {
            DemoInstance instance = layout.instances().get(i);
            row(out, instance.name(), instance.address(), "pid " + parts.get(i).pid());
        }
        row(out, "logs, configuration", folder.toString(), "deleted at the end");
        out.println();
        out.println("Try, in another terminal:");
        hint(out, "a call", home.resolve("leasegate") + " demo call --gateway " + layout.gateway() + " You Me");
        hint(
                out,
                "the same with grpcurl",
                "grpcurl -plaintext -authority reception -d '{\"guests\":[\"You\",\"Me\"]}' " + layout.gateway()
                        + " leasegate.examples.v1.Reception/Welcome");
        if (layout.etcdPort() != 0) {
            hint(
                    out,
                    "the registrations as they come and go",
                    "ETCDCTL_API=3 etcdctl --endpoints=" + layout.etcd() + " watch --prefix /");
        }
        hint(
                out,
                "the death of an instance: calls go to the other one",
                "kill -9 " + parts.get(0).pid());
        out.println();
    }

    private static void row(PrintWriter out, String what, String where, String note) {
        out.println(String.format("  %-21s %-42s %s", what, where, note).stripTrailing());
    }

    private static void hint(PrintWriter out, String what, String command) {
        out.println("  # " + what);
        out.println("  " + command);
    }
}
