/** Milliseconds for which a login counts as fresh. The login of a stolen cookie is usually older. */
export const freshLoginLife = 300_000
