/** Milliseconds for which a login counts as fresh. A stolen cookie is usually older, and cannot log in again. */
export const freshLoginLife = 300_000
