/** Where threads meet, under jcstress: {@link io.leasegate.stress.ThreadsMeetTest} runs what is here. */
@NullMarked
package io.leasegate.stress;

import org.jspecify.annotations.NullMarked;
