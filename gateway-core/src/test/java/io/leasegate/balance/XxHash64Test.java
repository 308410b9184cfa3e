package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the values of the reference implementation (XXH64 of the xxHash library). */
class XxHash64Test {

    @ParameterizedTest
    @CsvSource({
        "'', 0, ef46db3751d8e999",
        "a, 0, d24ec4f1a98c6e5b",
        "abc, 0, 44bc2cf5ad770999",
        "foo, 0, 33bf00a859c4ba3f",
        "message digest, 0, 066ed728fceeb3be",
        "abcdefghijklmnopqrstuvwxyz, 0, cfe1f278fa89835c",
        "10.0.0.1:8080_0, 0, 23a29ae775dfd4a3",
        "10.0.0.1:8080, 1, 0dfce9efd349b428",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789, 0, aaa46907d3047814",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890, 0, e04a477f19ee145d",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890, 1, 0b795e8b945f7051",
        "a user whose name is longer than 32 characters, 0, d03063dd553505c5",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, 7, 3fe32c632942fb04",
    })
    void knownValues(String text, long seed, String expected) {
        assertThat(Long.toHexString(XxHash64.hash(text, seed))).isEqualTo(expected.replaceFirst("^0+", ""));
        assertThat(XxHash64.hash(new AsciiString(text), seed)).isEqualTo(XxHash64.hash(text, seed));
    }
}
