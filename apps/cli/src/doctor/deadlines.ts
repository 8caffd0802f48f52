/** Milliseconds for a check, and for its request, so that the request fails first. */
export const checkDeadline = 5_000
export const requestDeadline = 4_500
