/** Milliseconds for a check. */
export const checkDeadline = 5_000
/** Milliseconds for the request of a check. It fails before the check does, with a better reason. */
export const requestDeadline = 4_500
