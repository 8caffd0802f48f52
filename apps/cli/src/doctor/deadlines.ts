/** Milliseconds for a check. */
export const checkDeadline = 5_000
/** Milliseconds for the request of a check. Shorter than `checkDeadline`, so that the finding has the reason. */
export const requestDeadline = 4_500
