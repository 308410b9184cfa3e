package io.leasegate.h2.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** A channel without a network: the test is the other end, may refuse to take bytes, and turns the event loop itself. */
final class FakeSocket extends EmbeddedChannel implements DuplexChannel {

    private boolean blocked;
    private boolean outputShut;
    private boolean broken;
    private boolean turning;

    FakeSocket(ByteBufAllocator allocator, int highWaterMark) {
        config().setAllocator(allocator);
        config().setWriteBufferWaterMark(new WriteBufferWaterMark(highWaterMark / 2, highWaterMark));
        freezeTime();
    }

    /** One turn of the loop: the work of the selector, then the tasks that it has left. */
    void turn(Runnable work) {
        turning = true;
        work.run();
        turning = false;
        runPendingTasks();
    }

    /** Asked for by the channel behind each of its operations, which a real loop does not do in the middle of its work. */
    @Override
    public void runPendingTasks() {
        if (!turning) {
            turning = true;
            super.runPendingTasks();
            turning = false;
        }
    }

    /** Whether the other end takes bytes. */
    void block(boolean on) {
        blocked = on;
        if (!on && isOpen()) {
            flush();
        }
    }

    /** The next write finds that the other end is gone. */
    void breakOff() {
        broken = true;
        blocked = false;
    }

    boolean isBlocked() {
        return blocked;
    }

    /** What was written since the last call. */
    ByteBuf takeWritten() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf b = readOutbound(); b != null; b = readOutbound()) {
            all.writeBytes(b);
            b.release();
        }
        return all;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (broken) {
            throw new IOException("Connection reset by peer");
        } else if (outputShut) {
            while (in.current() != null) {
                in.remove(new ClosedChannelException());
            }
        } else if (!blocked) {
            super.doWrite(in);
        }
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShut = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public boolean isInputShutdown() {
        return false;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return promise.setSuccess();
    }
}
