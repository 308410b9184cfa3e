package io.leasegate.loadtest.cli;

import java.io.PrintWriter;

/** Says on standard error how far a run is: one line that is rewritten on a terminal, else a line per measurement. Used by one thread. */
final class Progress {

    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean isTerminal;
    private final long beganNanos = System.nanoTime();

    Progress(PrintWriter err, boolean isTerminal) {
        this.err = err;
        this.isTerminal = isTerminal;
    }

    void step(int step, int steps, String what) {
        double seconds = (System.nanoTime() - beganNanos) / 1e9;
        String left = step == 1 ? "" : ", about " + time(seconds / (step - 1) * (steps - step + 1)) + " left";
        String line = "[" + step + "/" + steps + left + "] " + what;
        if (isTerminal) {
            err.print(CLEAR + line);
        } else {
            err.println(line);
        }
        err.flush();
    }

    /** To be called before anything else is printed. */
    void clear() {
        if (isTerminal) {
            err.print(CLEAR);
            err.flush();
        }
    }

    static String time(double seconds) {
        long whole = Math.max(1, Math.round(seconds));
        return whole < 90 ? whole + " s" : (whole + 30) / 60 + " min";
    }
}
