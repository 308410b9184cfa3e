package io.leasegate.server.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What Logback finds at its first use, before the configuration is read and in commands that end at once: the default settings, each
 * event written before the call returns. Named in {@code META-INF/services}; spares the start a search for configuration files.
 */
public final class StartupLog extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ApplicationLog.writeDirectly(context, LogSettings.DEFAULT, System.err);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
