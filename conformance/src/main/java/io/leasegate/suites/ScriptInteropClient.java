package io.leasegate.suites;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.testing.integration.Test;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The interop clients of ours for languages whose gRPC libraries have none that is packaged, {@code conformance/clients}: one process plays all
 * cases and prints {@code CASE ok} or {@code CASE failed: WHY} for each.
 */
final class ScriptInteropClient implements InteropClient {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** What it is written in. */
    enum Language {
        PYTHON,
        NODE
    }

    private final Language language;

    ScriptInteropClient(Language language) {
        this.language = language;
    }

    @Override
    public List<String> cases(InteropServer.Language server) {
        return COMMON_CASES;
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        if (language == Language.PYTHON) {
            tools.installPython();
        } else {
            tools.installNode();
        }
    }

    @Override
    public Score run(Bench bench, List<String> cases, int port, @Nullable Path ca)
            throws IOException, InterruptedException {
        Path descriptors =
                Files.write(bench.file("interop.descriptors"), descriptors().toByteArray());
        List<String> command = new ArrayList<>();
        if (language == Language.PYTHON) {
            command.add(bench.tools().python().toString());
            command.add(
                    bench.home().resolve("conformance/clients/python/client.py").toString());
        } else {
            command.add("node");
            command.add(bench.tools().node().resolve("client.js").toString());
        }
        command.addAll(List.of(descriptors.toString(), Integer.toString(port), ca == null ? "" : ca.toString()));
        command.addAll(cases);
        Child client = Child.run(bench.file("client.log"), LIMIT, command);
        return read(client, cases);
    }

    private static Score read(Child client, List<String> cases) throws IOException {
        Map<String, String> said = new HashMap<>();
        client.output().lines().forEach(line -> {
            int space = line.indexOf(' ');
            if (space > 0) {
                said.put(line.substring(0, space), line.substring(space + 1));
            }
        });
        Score score = new Score();
        for (String name : cases) {
            String outcome = said.getOrDefault(name, "said nothing of it: " + client.lastLines());
            score.add(name, outcome.equals("ok"), outcome);
        }
        return score;
    }

    /** What the clients need to know of gRPC's test service, from the Java classes of the same definition. */
    private static FileDescriptorSet descriptors() {
        Set<FileDescriptor> files = new LinkedHashSet<>();
        collect(Test.getDescriptor(), files);
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        files.forEach(file -> set.addFile(file.toProto()));
        return set.build();
    }

    private static void collect(FileDescriptor file, Set<FileDescriptor> files) {
        file.getDependencies().forEach(dependency -> collect(dependency, files));
        files.add(file);
    }
}
