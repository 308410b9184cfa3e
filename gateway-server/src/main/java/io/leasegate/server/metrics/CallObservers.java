package io.leasegate.server.metrics;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.FurtherAttempt;
import io.leasegate.proxy.MirrorResult;

/** Joins observers of calls. */
public final class CallObservers {

    private CallObservers() {}

    /** Tells the first, then the second; {@link CallObserver#NONE} costs nothing. */
    public static CallObserver both(CallObserver first, CallObserver second) {
        if (first == CallObserver.NONE) {
            return second;
        }
        if (second == CallObserver.NONE) {
            return first;
        }
        return new CallObserver() {
            @Override
            public void onStart() {
                first.onStart();
                second.onStart();
            }

            @Override
            public void onEnd(AccessRecord call) {
                first.onEnd(call);
                second.onEnd(call);
            }

            @Override
            public void onMirrored(String service, MirrorResult result) {
                first.onMirrored(service, result);
                second.onMirrored(service, result);
            }

            @Override
            public void onFurtherAttempt(String service, FurtherAttempt kind, FurtherAttempt.Result result) {
                first.onFurtherAttempt(service, kind, result);
                second.onFurtherAttempt(service, kind, result);
            }

            @Override
            public void onWithheld(String service, FurtherAttempt kind, FurtherAttempt.Withheld why) {
                first.onWithheld(service, kind, why);
                second.onWithheld(service, kind, why);
            }
        };
    }
}
