/** Milliseconds: of a check, and of what it asks, which then has something to say before the check is over. */
export const checkDeadline = 5_000
export const askDeadline = 4_500
