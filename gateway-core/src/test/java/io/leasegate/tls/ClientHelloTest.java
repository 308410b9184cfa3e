package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** What is read of a client's first message; the messages are the JDK's. */
class ClientHelloTest {

    private static final int RECORD_AND_HANDSHAKE_HEADER = 5 + 4;

    private static ByteBuf hello(String serverName, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        if (!serverName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Unpooled.wrappedBuffer(out.flip()).skipBytes(RECORD_AND_HANDSHAKE_HEADER);
    }

    @Test
    void nameAndProtocols() throws Exception {
        assertThat(ClientHello.parse(hello("Shop.Example", "h2"))).isEqualTo(new ClientHello("shop.example", 1, true));
        assertThat(ClientHello.parse(hello("", "http/1.1", "h2"))).isEqualTo(new ClientHello(null, 2, true));
        assertThat(ClientHello.parse(hello("a.example", "http/1.1", "h2c", "h")))
                .isEqualTo(new ClientHello("a.example", 3, false));
        assertThat(ClientHello.parse(hello(""))).isEqualTo(new ClientHello(null, 0, false));
    }

    @Test
    void aDamagedMessageIsReadAsFarAsItGoes() throws Exception {
        ByteBuf whole = hello("shop.example", "h2");
        for (int n = 0; n < whole.readableBytes(); n++) {
            assertThat(ClientHello.parse(whole.slice(whole.readerIndex(), n)).protocols())
                    .isBetween(0, 1);
        }
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            ByteBuf damaged = whole.copy();
            for (int k = random.nextInt(3); k >= 0; k--) {
                damaged.setByte(random.nextInt(damaged.readableBytes()), random.nextInt(256));
            }
            assertThat(ClientHello.parse(damaged).protocols()).isNotNegative();
        }
    }
}
