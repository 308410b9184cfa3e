package io.leasegate.h2.netty;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.util.AsciiString;

/** The codec on Netty's {@code Http2ConnectionHandler}: the oracle that the codec of our own is compared with. */
public final class NettyH2Codec implements H2Codec {

    private static final int WRITE_CHUNK_BYTES = 16 * 1024;

    /** Credentials must not be compressed (RFC 7541 section 7.1.3); values that never repeat would only evict others. */
    private static final SensitivityDetector SENSITIVE = (name, value) -> {
        AsciiString n = AsciiString.of(name);
        return HeaderNames.AUTHORIZATION.equals(n)
                || HeaderNames.COOKIE.equals(n)
                || HeaderNames.X_REQUEST_ID.equals(n)
                || HeaderNames.GRPC_TIMEOUT.equals(n);
    };

    @Override
    public OnLoop onLoop(FlushQueue flushQueue, QueuedBytes queuedBytes) {
        return new OnLoop() {
            @Override
            public H2Connection serverConnection(
                    Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
                return server(channel, settings, flushQueue, listener);
            }

            @Override
            public H2Connection clientConnection(
                    Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
                return client(channel, settings, flushQueue, listener);
            }

            @Override
            public void close() {}
        };
    }

    private static H2Connection server(
            Channel channel, ProtocolSettings settings, FlushQueue flushQueue, H2ConnectionListener listener) {
        Http2Settings initial = new Http2Settings()
                .maxConcurrentStreams(settings.maxConcurrentStreams())
                .initialWindowSize(settings.initialWindowBytes())
                .maxHeaderListSize(settings.maxHeaderListBytes());
        return install(channel, true, initial, settings, flushQueue, listener);
    }

    private static H2Connection client(
            Channel channel, ProtocolSettings settings, FlushQueue flushQueue, H2ConnectionListener listener) {
        Http2Settings initial = new Http2Settings()
                .pushEnabled(false)
                .initialWindowSize(settings.initialWindowBytes())
                .maxHeaderListSize(settings.maxHeaderListBytes());
        return install(channel, false, initial, settings, flushQueue, listener);
    }

    private static NettyH2Connection install(
            Channel channel,
            boolean server,
            Http2Settings initial,
            ProtocolSettings settings,
            FlushQueue flushQueue,
            H2ConnectionListener listener) {
        Http2Connection connection = new DefaultHttp2Connection(server);
        if (server) {
            connection.remote().maxActiveStreams(settings.maxConcurrentStreams());
        }
        // The connection's window is refilled on receipt: one slow stream must not stop the others. What is buffered is
        // bounded by the
        // window of each stream.
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        UniformStreamByteDistributor distributor = new UniformStreamByteDistributor(connection);
        distributor.minAllocationChunk(WRITE_CHUNK_BYTES);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, distributor));
        NettyH2Connection handler = new Builder(connection, initial, server, settings, flushQueue, listener).build();
        channel.pipeline().addLast(handler);
        return handler;
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<NettyH2Connection, Builder> {

        private static final int MAX_QUEUED_CONTROL_FRAMES = 10_000;
        private static final int MAX_CONSECUTIVE_EMPTY_FRAMES = 100;

        private final ProtocolSettings protocol;
        private final FlushQueue flushQueue;
        private final H2ConnectionListener listener;

        Builder(
                Http2Connection connection,
                Http2Settings initial,
                boolean server,
                ProtocolSettings protocol,
                FlushQueue flushQueue,
                H2ConnectionListener listener) {
            this.protocol = protocol;
            this.flushQueue = flushQueue;
            this.listener = listener;
            connection(connection);
            initialSettings(initial);
            headerSensitivityDetector(SENSITIVE);
            // The peer enforces its own limit; counting the list here as well would be a second pass over every block.
            encoderIgnoreMaxHeaderListSize(true);
            decoupleCloseAndGoAway(true);
            encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES);
            decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_CONSECUTIVE_EMPTY_FRAMES);
            // The reset guards are for clients. An instance that resets many calls must not cost us its connection.
            int resets = server ? protocol.floods().maxResets() : 0;
            decoderEnforceMaxRstFramesPerWindow(resets, protocol.floods().resetSeconds());
            encoderEnforceMaxRstFramesPerWindow(resets, protocol.floods().resetSeconds());
            validateRequiredPseudoHeaders(true);
        }

        @Override
        protected NettyH2Connection build() {
            return super.build();
        }

        @Override
        protected NettyH2Connection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initialSettings) {
            return new NettyH2Connection(
                    decoder, encoder, initialSettings, protocol.maxHeaderListBytes(), flushQueue, listener);
        }
    }
}
