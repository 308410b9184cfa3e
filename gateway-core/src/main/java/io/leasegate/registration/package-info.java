/** What a registry key says: one pure parser per wire format behind {@link io.leasegate.registration.RegistrationFormat}. */
@NullMarked
package io.leasegate.registration;

import org.jspecify.annotations.NullMarked;
