/** Results for people and machines: a table on the terminal, JSON, Markdown, charts. */
@NullMarked
package io.leasegate.loadtest.report;

import org.jspecify.annotations.NullMarked;
