/** The command line or a setting is wrong, so the command exits with code 2. */
export class UsageError extends Error {}
