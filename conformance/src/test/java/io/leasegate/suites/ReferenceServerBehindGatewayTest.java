package io.leasegate.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReferenceServerBehindGatewayTest {

    private static Field text(String value) {
        return Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(value))
                .build();
    }

    private static Field number(long value) {
        return Field.newBuilder().addVarint(value).build();
    }

    @Test
    void tlsIsTakenOutOfTheRequestAndTheRestStays() {
        UnknownFieldSet request = UnknownFieldSet.newBuilder()
                .addField(1, number(2))
                .addField(2, number(2))
                .addField(4, number(1))
                .addField(5, text("client"))
                .addField(6, number(1024))
                .addField(7, text("keys"))
                .build();
        UnknownFieldSet rest = ReferenceServerBehindGateway.withoutTls(request);
        assertThat(rest.asMap().keySet()).containsExactly(1, 2, 6);
        assertThat(ReferenceServerBehindGateway.number(rest, 6)).isEqualTo(1024);
    }

    @Test
    void messagesGoAndComeWithTheirLength() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteString certificate = ByteString.copyFromUtf8("pem");
        ReferenceServerBehindGateway.write(
                new DataOutputStream(out), ReferenceServerBehindGateway.response(8080, certificate));
        UnknownFieldSet back = ReferenceServerBehindGateway.read(new ByteArrayInputStream(out.toByteArray()));
        assertThat(ReferenceServerBehindGateway.text(back, 1).toStringUtf8()).isEqualTo("127.0.0.1");
        assertThat(ReferenceServerBehindGateway.number(back, 2)).isEqualTo(8080);
        assertThat(ReferenceServerBehindGateway.text(back, 3)).isEqualTo(certificate);
        assertThat(ReferenceServerBehindGateway.response(1, ByteString.EMPTY).hasField(3))
                .isFalse();
    }

    @Test
    void aLengthThatMakesNoSenseIsRefused() {
        assertThatThrownBy(() ->
                        ReferenceServerBehindGateway.read(new ByteArrayInputStream(new byte[] {(byte) 0xff, 0, 0, 0})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4278190080 bytes");
    }
}
