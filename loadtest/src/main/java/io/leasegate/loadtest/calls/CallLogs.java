package io.leasegate.loadtest.calls;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads what the demo services note of the calls that they execute, each line once. For one thread. */
public final class CallLogs {

    private final Map<Path, Long> read = new LinkedHashMap<>();

    public void add(Path file) {
        read.putIfAbsent(file, 0L);
    }

    /** Tells the ledger of what was noted since the last time. */
    public void readInto(Ledger ledger) throws IOException {
        for (Map.Entry<Path, Long> entry : read.entrySet()) {
            if (!Files.exists(entry.getKey())) {
                continue;
            }
            try (RandomAccessFile file = new RandomAccessFile(entry.getKey().toFile(), "r")) {
                file.seek(entry.getValue());
                byte[] bytes = new byte[(int) Math.min(file.length() - entry.getValue(), Integer.MAX_VALUE - 8)];
                file.readFully(bytes);
                String text = new String(bytes, StandardCharsets.US_ASCII);
                int end = text.lastIndexOf('\n') + 1;
                text.substring(0, end).lines().forEach(ledger::executed);
                entry.setValue(entry.getValue() + end);
            }
        }
    }
}
