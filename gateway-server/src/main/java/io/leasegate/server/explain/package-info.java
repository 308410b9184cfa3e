/** Why a call goes, or went, where it does: for people and scripts that ask the admin listener. */
@NullMarked
package io.leasegate.server.explain;

import org.jspecify.annotations.NullMarked;
