/** Milliseconds for a check. */
export const checkDeadline = 5_000
/** Milliseconds for the request of a check. Shorter than `checkDeadline`, so that the finding has the reason. */
export const requestDeadline = 4_500
/** Milliseconds for the check of a slow response. Longer than the silence that it asks for. */
export const slowDeadline = 90_000
