/** The size of the largest response that is masked, in bytes. */
export const maskLimit = 16 * 1024 * 1024
