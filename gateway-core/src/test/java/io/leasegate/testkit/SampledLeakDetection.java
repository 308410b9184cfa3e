package io.leasegate.testkit;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Has buffers watched for leaks by samples during the tests of a class. Watching every access to every buffer makes a loop fifty times
 * slower, so that a flood would stand still neighbours for whom there is time in truth.
 */
public final class SampledLeakDetection implements BeforeAllCallback, AfterAllCallback {

    private ResourceLeakDetector.Level before = ResourceLeakDetector.Level.PARANOID;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.ADVANCED);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(before);
    }
}
