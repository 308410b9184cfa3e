package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.QueuedBytes;

/** The codec made for relaying: docs/relay.md. */
public final class RelayCodec implements H2Codec {

    @Override
    public OnLoop onLoop(FlushQueue flushQueue, QueuedBytes queuedBytes) {
        return new CodecLoop(flushQueue, queuedBytes);
    }
}
