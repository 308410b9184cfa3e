package io.leasegate.server.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The demo client's process: a line to it is a call, and its answer ends with an empty line. Used by one thread. */
final class DemoClient {

    private final Part part;
    private final BufferedReader answers;

    DemoClient(Part part) {
        this.part = part;
        this.answers =
                new BufferedReader(new InputStreamReader(part.process().getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * One call and what it led to.
     *
     * @param lines the answer, or the one line that says why there is none
     */
    record Answer(List<String> lines) {

        boolean failed() {
            return lines.isEmpty() || lines.get(0).startsWith("failed: ");
        }
    }

    /**
     * Makes a call and waits for its answer, which the client bounds with a deadline.
     *
     * @param guests their names, separated by commas; empty for the usual ones
     * @throws StackFailure if the client has ended
     */
    Answer call(String guests) throws StackFailure {
        List<String> lines = new ArrayList<>();
        try {
            part.send(guests);
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.isEmpty()) {
                    return new Answer(List.copyOf(lines));
                }
                lines.add(line);
            }
        } catch (IOException e) {
            throw new StackFailure("The demo client is gone: " + e.getMessage() + "\n" + part.lastLines(10), e);
        }
        throw new StackFailure("The demo client ended in the middle of a call\n" + part.lastLines(10));
    }
}
