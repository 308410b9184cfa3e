package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.leasegate.discovery.EtcdConnection.Reply;
import java.util.List;

/**
 * Reads every key of the ranges as of one revision, page by page. The first page fixes the revision; when it is compacted away before
 * the last page, everything is read again from the beginning. Control loop only; one object per reading.
 */
final class EtcdLister {

    /** A registry that is compacted faster than it can be read is no reason to try for ever without a pause. */
    private static final int MAX_BEGINNINGS = 5;

    /** Takes what is read. */
    interface Target {

        /** The pages that follow are the first ones, even if others came before. */
        void onBegin();

        void onPage(List<KeyValue> keys);

        /** All pages came; the header's revision is that of the whole. */
        void onEnd(ResponseHeader header);

        void onFailure(EtcdFailure failure);
    }

    private final EtcdConnection connection;
    private final List<KeyRange> ranges;
    private final Target target;
    private int pageKeys;
    private int beginnings;
    private int range;
    private long revision;
    private ByteString from = ByteString.EMPTY;
    private ResponseHeader header = ResponseHeader.getDefaultInstance();

    EtcdLister(EtcdConnection connection, List<KeyRange> ranges, int pageKeys, Target target) {
        this.connection = connection;
        this.ranges = ranges;
        this.pageKeys = pageKeys;
        this.target = target;
    }

    void start() {
        beginnings++;
        range = 0;
        revision = 0;
        from = ranges.get(0).from();
        target.onBegin();
        next();
    }

    private void next() {
        connection.range(from, ranges.get(range).end(), revision, pageKeys, new Reply<>() {
            @Override
            public void onSuccess(RangeResponse page) {
                EtcdLister.this.onPage(page);
            }

            @Override
            public void onFailure(EtcdFailure failure) {
                EtcdLister.this.onFailure(failure);
            }
        });
    }

    private void onPage(RangeResponse page) {
        if (revision == 0) {
            header = page.getHeader();
            revision = header.getRevision();
        }
        target.onPage(page.getKvsList());
        if (page.getMore() && page.getKvsCount() > 0) {
            from = KeyRange.after(page.getKvs(page.getKvsCount() - 1).getKey());
        } else if (++range < ranges.size()) {
            from = ranges.get(range).from();
        } else {
            target.onEnd(header);
            return;
        }
        next();
    }

    private void onFailure(EtcdFailure failure) {
        if (failure.kind() == EtcdFailure.Kind.TOO_LARGE && pageKeys > 1) {
            pageKeys = Math.max(1, pageKeys / 8);
            next();
        } else if (failure.kind() == EtcdFailure.Kind.COMPACTED && beginnings < MAX_BEGINNINGS) {
            start();
        } else {
            target.onFailure(failure);
        }
    }
}
