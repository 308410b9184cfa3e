package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.hpack.HpackFuzz;
import io.leasegate.testkit.Choices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The targets of the fuzzer without the fuzzer: the inputs that are kept (src/test/fuzz), and random ones by their seeds; {@code
 * -Dleasegate.inputs=N} plays more of those. What fails is named, and {@code ./leasegate fuzz} looks for more.
 */
@Timeout(600)
class CodecInputsTest {

    private static final int FACTOR = Integer.getInteger("leasegate.inputs", 200);

    enum Target {
        FRAMES(FramesFuzz::fuzzerTestOneInput, 20),
        HPACK(HpackFuzz::fuzzerTestOneInput, 10),
        SERVER(ServerFuzz::fuzzerTestOneInput, 1),
        CLIENT(ClientFuzz::fuzzerTestOneInput, 1);

        private final Consumer<byte[]> play;
        private final int share;

        Target(Consumer<byte[]> play, int share) {
            this.play = play;
            this.share = share;
        }

        private void play(String name, byte[] input) {
            try {
                play.accept(input);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("input " + name + ": " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keptInputs(Target target) throws IOException {
        List<Path> inputs;
        try (Stream<Path> files =
                Files.list(Path.of("src/test/fuzz", target.name().toLowerCase(Locale.ROOT)))) {
            inputs = files.sorted().toList();
        }
        assertThat(inputs).isNotEmpty();
        for (Path input : inputs) {
            target.play(input.toString(), Files.readAllBytes(input));
        }
    }

    @ParameterizedTest
    @EnumSource
    void randomInputs(Target target) {
        for (int seed = 1; seed <= FACTOR * target.share; seed++) {
            target.play("of seed " + seed, Choices.random(seed, 100 + seed % 40 * 50));
        }
    }
}
