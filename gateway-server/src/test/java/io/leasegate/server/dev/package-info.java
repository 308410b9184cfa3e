/** Tests of the parts of the development stack; the whole of it is tested where the release archive is made. */
@NullMarked
package io.leasegate.server.dev;

import org.jspecify.annotations.NullMarked;
