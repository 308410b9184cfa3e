/** What is measured and how: scenarios, rounds, figures. */
@NullMarked
package io.leasegate.loadtest.bench;

import org.jspecify.annotations.NullMarked;
