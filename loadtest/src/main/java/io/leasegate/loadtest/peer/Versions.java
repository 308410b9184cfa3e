package io.leasegate.loadtest.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks peers for their versions. Any thread. */
public final class Versions {

    private static final Pattern NUMBER = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");
    private static final long LIMIT_SECONDS = 20;

    private Versions() {}

    /** By the peer's name; those without a program of their own are left out. */
    public static Map<String, String> of(List<Peer> peers) throws InterruptedException {
        Map<String, String> versions = new LinkedHashMap<>();
        for (Peer peer : peers) {
            Path program = peer.program();
            if (program != null && peer.isProcess()) {
                versions.put(peer.name(), number(ask(peer.versionCommand(program))));
            }
        }
        return versions;
    }

    private static String ask(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return output;
        } catch (IOException e) {
            return "";
        }
    }

    /** The first thing in the text that looks like a version. */
    static String number(String text) {
        Matcher matcher = NUMBER.matcher(text);
        return matcher.find() ? matcher.group() : "unknown";
    }
}
